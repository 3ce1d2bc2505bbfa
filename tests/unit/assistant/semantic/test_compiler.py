"""How statements look, which table they ask, and what cannot be compiled."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.assistant.semantic import (
    CannotCombine,
    NeedsPeriod,
    UnknownName,
    compile_query,
    shifted,
    span_of,
)
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import Filter, Having, Order, Period, SemanticQuery
from tests.unit.assistant.semantic.conftest import NOW

HOUR = Period(kind="last", n=1, unit="hour")


def test_that_a_plain_question_is_a_plain_select(pack: PackSpec) -> None:
    query = SemanticQuery(
        metrics=("orders",),
        dimensions=("country",),
        filters=(Filter(dimension="country", op="not_in", values=("US", "it's")),),
        period=HOUR,
        limit=5,
    )
    assert compile_query(query, pack.semantic, NOW).sql == "\n".join(
        [
            "SELECT",
            "  value AS country,",
            "  COALESCE(SUM(orders), 0)::BIGINT AS orders",
            "FROM gold_segments",
            "WHERE window_start >= TIMESTAMPTZ '2026-11-25 13:30:00+00'",
            "  AND window_start < TIMESTAMPTZ '2026-11-25 14:30:00+00'",
            "  AND dimension = 'country'",
            "  AND value NOT IN ('US', 'it''s')",
            "GROUP BY 1",
            "ORDER BY orders DESC NULLS LAST, country",
            "LIMIT 5",
        ]
    )


@pytest.mark.parametrize(
    ("query", "table"),
    [
        (SemanticQuery(metrics=("orders",)), "gold_kpis"),
        (SemanticQuery(metrics=("orders", "refunds")), "gold_kpis"),
        (SemanticQuery(metrics=("orders",), dimensions=("device",)), "gold_segments"),
        (SemanticQuery(metrics=("orders",), dimensions=("device", "country")), "silver_events"),
        (SemanticQuery(metrics=("refunds",), dimensions=("device",)), "silver_events"),
        (SemanticQuery(metrics=("active_users",), grain="minute"), "gold_kpis"),
        (SemanticQuery(metrics=("active_users",), grain="hour"), "silver_events"),
        (SemanticQuery(metrics=("active_users",)), "silver_events"),
        (SemanticQuery(metrics=("orders",), dimensions=("hour_of_day",)), "gold_kpis"),
        (SemanticQuery(metrics=("late_events",)), "gold_kpis"),
        (SemanticQuery(metrics=("rejected_records",), dimensions=("reason",)), "quarantine_events"),
        (SemanticQuery(metrics=("alerts_raised",), dimensions=("rule",)), "alerts"),
        (SemanticQuery(metrics=("bounce_rate",), dimensions=("device",)), "visits"),
    ],
)
def test_that_the_cheapest_table_that_has_it_all_is_asked(
    pack: PackSpec, query: SemanticQuery, table: str
) -> None:
    assert compile_query(query, pack.semantic, NOW).tables == (table,)


@pytest.mark.parametrize(
    ("query", "error", "says"),
    [
        (SemanticQuery(metrics=("order",)), UnknownName, "orders"),
        (SemanticQuery(metrics=("orders",), dimensions=("countri",)), UnknownName, "country"),
        (SemanticQuery(metrics=("orders",), dimensions=("reason",)), CannotCombine, "country"),
        (SemanticQuery(metrics=("orders",), compare="previous"), NeedsPeriod, "today"),
        (SemanticQuery(metrics=("orders",), fold="avg"), CannotCombine, "hours"),
        (SemanticQuery(metrics=("orders",), fold="count"), CannotCombine, "groups"),
        (
            SemanticQuery(metrics=("avg_price",), dimensions=("country",), share=True),
            CannotCombine,
            "count",
        ),
        (
            SemanticQuery(metrics=("orders",), order=Order(by="revenue")),
            UnknownName,
            "Order by orders",
        ),
        (
            SemanticQuery(metrics=("orders",), having=(Having(metric="change", op="<", value=0),)),
            CannotCombine,
            "Compare",
        ),
        (
            SemanticQuery(
                metrics=("orders",),
                filters=(Filter(dimension="order_value", op=">", values=("much",)),),
            ),
            CannotCombine,
            "number",
        ),
    ],
)
def test_that_what_cannot_be_told_says_what_can(
    pack: PackSpec, query: SemanticQuery, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        compile_query(query, pack.semantic, NOW)


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE x; --", "a'b", "\x00\n\t'", "%_\\", "💥", "' OR 1=1"]
)
def test_that_a_value_stays_one_text(pack: PackSpec, value: str) -> None:
    import sqlglot

    query = SemanticQuery(
        metrics=("orders",), filters=(Filter(dimension="country", values=(value,)),)
    )
    (statement,) = sqlglot.parse(compile_query(query, pack.semantic, NOW).sql, dialect="duckdb")
    assert statement is not None
    texts = [node.this for node in statement.find_all(sqlglot.exp.Literal) if node.is_string]
    assert "".join(c for c in value if c.isprintable()) in texts


def test_that_a_filter_has_as_many_values_as_it_needs() -> None:
    for op, values in (("in", ()), (">", ("1", "2")), ("missing", ("x",))):
        with pytest.raises(ValueError, match="another number of values"):
            Filter.model_validate({"dimension": "country", "op": op, "values": values})


@pytest.mark.parametrize(
    ("period", "compare", "start", "end"),
    [
        (Period(kind="last", n=3, unit="hour"), "previous", "25 08:30", "25 11:30"),
        (Period(kind="this", unit="day"), "previous", "24 00:00", "25 00:00"),
        (Period(kind="this", unit="day"), "day", "24 00:00", "24 14:30"),
        (Period(kind="previous", unit="day"), "previous", "23 00:00", "24 00:00"),
        (Period(kind="this", unit="week"), "previous", "16 00:00", "23 00:00"),
        (Period(kind="last", n=1, unit="day"), "week", "17 14:30", "18 14:30"),
    ],
)
def test_that_the_time_before_is_what_people_mean(
    period: Period, compare: str, start: str, end: str
) -> None:
    span = shifted(period, NOW, compare)  # type: ignore[arg-type]  # one of the three
    assert span is not None
    assert span.start is not None
    assert span.end is not None
    assert (f"{span.start:%d %H:%M}", f"{span.end:%d %H:%M}") == (start, end)


def test_that_a_month_before_has_the_day_it_can_have() -> None:
    march = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
    assert span_of(Period(kind="last", n=1, unit="month"), march).start == dt.datetime(
        2026, 2, 28, 12, tzinfo=dt.UTC
    )


def test_that_a_period_longer_than_history_is_no_error() -> None:
    start = span_of(Period(kind="last", n=100_000, unit="month"), NOW).start
    assert start is not None
    assert start.date() == dt.date(1, 1, 1)
    assert span_of(Period(kind="last", n=100_000, unit="week"), NOW).start is not None
