"""The chart of an answer: what was asked for, else what tells most."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.assistant.running import Rows
from engine.assistant.telling.drawn import choose, only_wanted, wanted, without_wanted
from engine.contracts.chart import ChartSpec
from tests.unit.assistant.doubles import rows_of

pytestmark = pytest.mark.unit

BY_COUNTRY = rows_of(("DE", 5), ("FR", 3), ("US", 2), country="VARCHAR", orders="BIGINT")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("as a bar chart", "bar"),
        ("Show it as a line graph, please", "line"),
        ("draw that as a line chart please", "line"),
        ("now as a table", "table"),
        ("heat map", "heatmap"),
        ("only Germany", None),
        ("orders by country as a bar chart", None),
        ("show me the funnel from view to purchase", None),
    ],
)
def test_that_a_wish_for_a_chart_alone_is_told_from_a_question(
    question: str, kind: str | None
) -> None:
    assert only_wanted(question) == kind


def test_that_the_rest_of_a_question_is_what_is_asked() -> None:
    assert without_wanted("Orders by country as a bar chart") == "Orders by country"
    assert without_wanted("plot a line chart of orders by hour") == "orders by hour"
    assert without_wanted("Which tables are there?") == "Which tables are there?"
    assert without_wanted("as a bar chart") == "as a bar chart"


def test_that_words_that_only_look_like_charts_are_none() -> None:
    for question in ("what is the baseline?", "show orders per minute", "list all products"):
        assert wanted(question) is None, question


def kind_of(question: str, rows: Rows, proposed: ChartSpec | None = None) -> str | None:
    chart = choose(question, rows, proposed)
    return None if chart is None else chart.kind


def test_that_the_shape_decides_where_nothing_was_asked() -> None:
    start = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
    minutes: list[tuple[Any, ...]] = [(start + dt.timedelta(minutes=m), m % 7) for m in range(9)]
    line = rows_of(*minutes, time="TIMESTAMP WITH TIME ZONE", orders="BIGINT")
    assert kind_of("orders", rows_of((5,), orders="BIGINT")) == "number"
    assert kind_of("orders by minute", line) == "line"
    assert kind_of("orders by country", BY_COUNTRY) == "bar"
    assert kind_of("orders by country", rows_of(country="VARCHAR", orders="BIGINT")) is None


def test_that_a_question_names_its_chart() -> None:
    assert kind_of("funnel of orders by country", BY_COUNTRY) == "funnel"
    assert kind_of("orders by country as a table", BY_COUNTRY) is None
    numbers = rows_of(*((n / 10, n * n) for n in range(20)), discount="DOUBLE", volume="BIGINT")
    assert kind_of("correlation of discount and volume", numbers) == "scatter"
    assert kind_of("distribution of discounts", numbers) == "histogram"


def test_that_two_times_are_not_stacked() -> None:
    rows = rows_of(
        ("DE", 5, 4), ("FR", 3, 2), country="VARCHAR", orders="BIGINT", orders_before="BIGINT"
    )
    assert kind_of("orders by country compared with yesterday", rows) == "bar"


def test_that_a_packs_chart_gives_way_only_to_a_wish() -> None:
    proposed = ChartSpec(kind="bar", x="country", y=("orders",))
    assert kind_of("orders by country", BY_COUNTRY, proposed) == "bar"
    assert kind_of("orders by country as a funnel", BY_COUNTRY, proposed) == "funnel"
