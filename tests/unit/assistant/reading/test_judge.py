"""What somebody else made of a question is weighed against its words."""

from __future__ import annotations

import pytest

from engine.assistant.reading import THRESHOLD, check
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import Filter, Period, SemanticQuery
from tests.unit.assistant.reading.telling import NOW

TODAY = Period(kind="this", unit="day")
GERMANY = (Filter(dimension="country", values=("DE",)),)
QUESTION = "orders in Germany by device today"
RIGHT = SemanticQuery(metrics=("orders",), dimensions=("device",), filters=GERMANY, period=TODAY)


def test_that_the_same_reading_is_certain(pack: PackSpec) -> None:
    assert check(RIGHT, QUESTION, pack.semantic, NOW) == 1.0


@pytest.mark.parametrize(
    "change",
    [
        {"metrics": ("revenue",)},
        {"metrics": ("orders", "refunds")},
        {"filters": ()},
        {"filters": (Filter(dimension="country", values=("FR",)),)},
        {"filters": (*GERMANY, Filter(dimension="category", values=("toys",)))},
        {"dimensions": ()},
        {"dimensions": ("device", "country", "product")},
        {"period": Period()},
        {"period": Period(kind="last", n=1, unit="hour")},
    ],
)
def test_that_what_was_not_said_or_is_left_out_costs(
    pack: PackSpec, change: dict[str, object]
) -> None:
    assert check(RIGHT.model_copy(update=change), QUESTION, pack.semantic, NOW) < 0.8


def test_that_two_faults_fall_below_the_threshold(pack: PackSpec) -> None:
    wrong = RIGHT.model_copy(update={"metrics": ("revenue",), "filters": ()})
    assert check(wrong, QUESTION, pack.semantic, NOW) < THRESHOLD


def test_that_a_refused_question_has_no_right_query(pack: PackSpec) -> None:
    assert check(RIGHT, "delete all orders in Germany", pack.semantic, NOW) == 0.0


def test_that_what_the_talk_has_said_needs_no_saying(pack: PackSpec) -> None:
    proposed = RIGHT.model_copy(update={"dimensions": ("country",)})
    alone = check(proposed, "by country", pack.semantic, NOW)
    in_talk = check(proposed, "by country", pack.semantic, NOW, RIGHT)
    assert in_talk > alone
