"""What is put into a verified question's SQL is a literal, and nothing else."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from engine.contracts.pack import ParamSpec, QuestionSpec
from engine.contracts.semantic import Period
from engine.domain.parameters import Literal, fill_answer, fill_sql, literal, names_in
from engine.domain.periods import named_period, spoken

pytestmark = pytest.mark.unit

NOON = dt.datetime(2026, 11, 25, 12, 0, 0, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "value",
    [
        "DE",
        "O'Neil",
        "'; DROP TABLE t; --",
        "a''b\\' OR 1=1",
        "\n:from :n -- /* */",
        "é – 😀",
        7,
        None,
        NOON,
    ],
)
def test_that_a_literal_is_read_back_as_the_value(value: Literal) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        row = connection.execute(fill_sql("SELECT :x", {"x": value})).fetchone()
    assert row is not None
    assert row[0] == value


def test_that_a_moment_of_another_zone_is_the_same_moment() -> None:
    other = NOON.astimezone(dt.timezone(dt.timedelta(hours=-7)))
    assert literal(other) == literal(NOON) == "TIMESTAMPTZ '2026-11-25 12:00:00.000005+00:00'"


def test_that_names_in_texts_comments_and_casts_are_none() -> None:
    sql = "SELECT ':a', \":b\", x::INT, /* :c */ :d -- :e\n, :f"
    assert names_in(sql) == {"d", "f"}
    assert fill_sql(sql, {"d": 1, "f": 2}) == "SELECT ':a', \":b\", x::INT, /* :c */ 1 -- :e\n, 2"


def test_that_a_value_cannot_bring_in_a_name() -> None:
    filled = fill_sql("SELECT :a, :b", {"a": ":b", "b": "':a'"})
    assert filled == "SELECT ':b', ''':a'''"


def test_that_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill_sql("SELECT :a", {})


def test_that_a_condition_without_a_value_is_left_out() -> None:
    sql = "SELECT 1\nWHERE true\n  AND (:c IS NULL OR t.c = :c)\n  AND (:d IS NULL OR d = :d)"
    assert fill_sql(sql, {"c": None, "d": "x"}) == "SELECT 1\nWHERE true\n  AND d = 'x'"


def test_that_the_answer_s_columns_stay_open() -> None:
    spec = QuestionSpec(
        name="q",
        asks=("q",),
        sql="SELECT 1",
        answer="{period} the best {n} {country}{where}: {usd:usd}.",
        params=(
            ParamSpec(name="period", kind="period", default="today"),
            ParamSpec(name="n", kind="number", default=3),
            ParamSpec(name="country", kind="value", of="country"),
        ),
    )
    odd: dict[str, Literal] = {"n": 5, "country": "{rows}"}
    assert fill_answer(spec, "today", odd) == (
        "Today the best 5 {country} for country {{rows}}: {usd:usd}."
    )
    assert "{where}" not in fill_answer(spec, "today", {"n": 5, "country": None})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("last hour", "in the last hour"),
        ("last 15 minutes", "in the last 15 minutes"),
        ("today", "today"),
        ("yesterday", "yesterday"),
        ("this month", "this month"),
        ("previous week", "in the previous week"),
        ("all", "in all the data"),
    ],
)
def test_that_a_default_is_a_period_that_can_be_said(text: str, words: str) -> None:
    period = named_period(text)
    assert period is not None
    assert spoken(period) == words


@pytest.mark.parametrize("text", ["", "last", "last 0 hours", "next hour", "last hour and more"])
def test_that_anything_else_is_no_default(text: str) -> None:
    assert named_period(text) is None


def test_that_a_stretch_between_moments_is_said_in_utc() -> None:
    day = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    one, hour = dt.timedelta(days=1), dt.timedelta(hours=1)
    assert spoken(Period(kind="between", start=day, end=day + one)) == "on 2026-11-24"
    assert spoken(Period(kind="between", start=day)) == "since 2026-11-24 00:00 UTC"
    assert spoken(Period(kind="between", end=day)) == "before 2026-11-24 00:00 UTC"
    said = spoken(Period(kind="between", start=day, end=day + hour))
    assert said == "from 2026-11-24 00:00 to 2026-11-24 01:00 UTC"
