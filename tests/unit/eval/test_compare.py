from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.eval.cells import rows
from tests.eval.compare import Result, equal, ranked


def result(names: str, *values: tuple[Any, ...], truncated: bool = False) -> Result:
    return Result(tuple(names.split()), rows(values), truncated)


GOLD = result("country v", ("DE", 10.5), ("FR", 7.0))
NOON = dt.datetime(2026, 3, 18, 12, tzinfo=dt.UTC)


def test_that_order_names_and_further_columns_do_no_harm() -> None:
    assert equal(GOLD, result("land n umsatz", ("FR", 1, 7), ("DE", 2, 10.5)))


@pytest.mark.parametrize(
    "answer",
    [
        result("c v", ("DE", 10.5)),
        result("c v", ("DE", 10.5), ("FR", 7.0), ("IT", 1.0)),
        result("c v", ("DE", 7.0), ("FR", 10.5)),
        result("c v", ("DE", 10.6), ("FR", 7.0)),
        result("v", (10.5,), (7.0,)),
        result("c v", ("DE", 10.5), ("DE", 10.5)),
        result("c v"),
    ],
    ids=["missing", "more", "swapped", "other", "no labels", "repeated", "none"],
)
def test_that_other_rows_are_not_equal(answer: Result) -> None:
    assert not equal(GOLD, answer)


def test_that_a_rounding_is_equal_and_a_near_figure_is_not() -> None:
    gold = result("v", (1234.5678,))
    assert equal(gold, result("v", (1234.57,)))
    assert equal(gold, result("v", (1235,)))
    assert not equal(gold, result("v", (1234.56,)))
    assert not equal(result("v", (3.4,)), result("v", (3,)))
    assert not equal(result("v", (1204,)), result("v", (1205,)))


def test_that_only_a_rate_may_be_in_per_cent_and_only_all_of_it() -> None:
    rate = result("c v_rate", ("a", 0.25), ("b", 0.5))
    assert equal(rate, result("c p", ("a", 25.0), ("b", 50.0)))
    assert not equal(rate, result("c p", ("a", 25.0), ("b", 0.5)))
    plain = result("c v", ("a", 0.25), ("b", 0.5))
    assert not equal(plain, result("c p", ("a", 25.0), ("b", 50.0)))


def test_that_a_time_is_right_in_any_unit_where_the_question_allows_it() -> None:
    gold = result("v", (90.0,))
    assert equal(gold, result("v", (1.5,)), times=True)
    assert equal(gold, result("v", (dt.timedelta(seconds=90),)))
    assert not equal(gold, result("v", (1.5,)))


def test_that_moments_are_equal_as_text_and_as_dates() -> None:
    assert equal(result("t v", (NOON, 3)), result("t v", ("2026-03-18 12:00", 3)))
    midnight = NOON.replace(hour=0)
    assert equal(result("t v", (midnight, 3)), result("t v", (dt.date(2026, 3, 18), 3)))
    assert not equal(result("t v", (NOON, 3)), result("t v", ("2026-03-18 13:00", 3)))


def test_that_rows_without_a_label_and_rows_of_zeros_may_be_missing() -> None:
    gold = result("c v", ("a", 1), (None, 5), ("b", 0))
    assert equal(gold, result("c v", ("a", 1)))
    assert equal(gold, result("c v", ("a", 1), ("(none)", 5), ("b", 0)))
    assert not equal(gold, result("c v", ("a", 1), ("b", 2)))


def test_that_no_rows_say_the_same_as_no_figure() -> None:
    assert equal(result("v", (None,)), result("v"))
    assert equal(result("v", (0,)), result("v", (None,)))
    assert not equal(result("v", (1,)), result("v"))


def test_that_a_cut_off_answer_must_hold_rows_of_gold() -> None:
    gold = result("u v", *((f"u{i}", i) for i in range(5)))
    assert equal(gold, result("u v", ("u1", 1), ("u3", 3), truncated=True))
    assert not equal(gold, result("u v", ("u1", 1), ("u3", 2), truncated=True))


def test_that_one_figure_may_stand_in_every_row_of_what_it_counts() -> None:
    gold = result("v", (2,))
    assert equal(gold, result("rule n", ("a", 2), ("b", 2)))
    assert not equal(gold, result("rule n", ("a", 2), ("b", 3)))
    assert not equal(gold, result("rule", ("a",), ("b",)))


SOLD = result("p v", ("a", 9), ("b", 7), ("c", 7), ("d", 1))


@pytest.mark.parametrize("second", ["b", "c"])
def test_that_rows_of_one_rank_may_stand_for_each_other(second: str) -> None:
    assert ranked(SOLD, result("p v", ("a", 9), (second, 7)), 2, "v")


@pytest.mark.parametrize(
    "answer",
    [
        result("p v", ("b", 7), ("a", 9)),
        result("p v", ("a", 9), ("d", 1)),
        result("p v", ("a", 9)),
        result("p v", ("a", 9), ("a", 9)),
        result("p v", ("a", 9), ("b", 8)),
    ],
    ids=["order", "not next", "too few", "twice", "figure"],
)
def test_that_another_ranking_is_wrong(answer: Result) -> None:
    assert not ranked(SOLD, answer, 2, "v")


def test_that_a_ranking_may_go_up_and_hide_what_it_is_by() -> None:
    assert ranked(SOLD, result("p v", ("d", 1)), 1, "v", ascending=True)
    assert ranked(SOLD, result("p", ("a",), ("c",)), 2, "v", shown=("p",))
    assert not ranked(SOLD, result("p", ("c",), ("a",)), 2, "v", shown=("p",))
