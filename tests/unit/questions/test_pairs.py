"""Each verified question runs, fits its answer and chart, and counts as plain Python counts."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import duckdb
import pytest

from engine.assistant.matching.verified import Verified, match_verified
from engine.assistant.sentence import fill
from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.query.guard import check
from tests.unit.questions.conftest import SHIPPED
from tests.unit.questions.rows import NOW, Shop
from tests.unit.questions.sums import SUMS, Window

pytestmark = pytest.mark.unit

TABLES = [table.value for table in Table]
VALUES = {
    "country": ("in Germany", "country", "DE"),
    "device": ("on mobile", "device_type", "mobile"),
    "category": ("in toys", "category_id", "toys"),
    "referrer": ("from google", "referrer", "google"),
    "campaign": ("of summer-sale", "campaign", "summer-sale"),
    "product": ("for prd-00001", "product_id", "prd-00001"),
}
"""Dimension → words that name a value, and the condition that they become."""
FILES = sorted((SHIPPED / "questions").glob("*.yaml"))
NAMES = [name for file in FILES for name in re.findall(r"^  - name: (\w+)", file.read_text(), re.M)]


def asked(pack: PackSpec, name: str) -> Verified:
    spec = next(spec for spec in pack.questions if spec.name == name)
    found = match_verified(spec.asks[0], pack, (), NOW)
    assert found is not None
    assert found.question is spec
    return found


def answer(lake: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = lake.execute(sql)
    return [str(column[0]) for column in cursor.description or []], cursor.fetchall()


def same(one: Any, other: Any) -> bool:
    """Equal, or as near as sums of floating point numbers in another order are."""
    if isinstance(one, dt.datetime) and isinstance(other, dt.datetime):
        return one.astimezone(dt.UTC) == other.astimezone(dt.UTC)
    if isinstance(one, str | dt.date) or one is None or other is None:
        return bool(one == other)
    return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-6)


def test_that_there_are_enough_of_them(pack: PackSpec) -> None:
    assert len(pack.questions) >= 120
    assert [spec.name for spec in pack.questions] == NAMES
    assert len(SUMS) >= 40
    for spec in pack.questions:
        assert len(spec.asks) >= 3, spec.name


@pytest.mark.parametrize("name", sorted(SUMS))
def test_that_the_figures_are_those_of_plain_python(
    pack: PackSpec, lake: duckdb.DuckDBPyConnection, shop: Shop, name: str
) -> None:
    found = asked(pack, name)
    columns, function = SUMS[name]
    names, rows = answer(lake, found.sql)
    got = [tuple(row[names.index(column)] for column in columns) for row in rows]
    expected = function(Window(shop, found.params))
    assert expected, "the shop's rows must have something to find"
    assert len(got) == len(expected)
    for row, wanted in zip(got, expected, strict=True):
        assert all(map(same, row, wanted)), (row, wanted)


@pytest.mark.parametrize("name", NAMES)
def test_that_it_runs_through_the_guard_and_fits_its_answer_and_chart(
    pack: PackSpec, lake: duckdb.DuckDBPyConnection, bare: duckdb.DuckDBPyConnection, name: str
) -> None:
    plain = asked(pack, name)
    named = [param.of for param in plain.question.params if param.kind == "value"]
    words = " ".join(VALUES[of][0] for of in named)
    narrowed = match_verified(f"{plain.question.asks[0]} {words}", pack, (), NOW)
    assert narrowed is not None
    assert narrowed.question is plain.question
    for of in named:
        _, column, value = VALUES[of]
        assert f"AND {column} = '{value}'" in narrowed.sql
    check(lake, narrowed.sql, TABLES)
    answer(lake, narrowed.sql)
    names, rows = answer(lake, check(lake, plain.sql, TABLES))
    assert answer(bare, plain.sql)[0] == names
    first = dict(zip(names, rows[0], strict=True)) if rows else dict.fromkeys(names)
    assert not set(fill(plain.answer, first, len(rows))) & set("{}")
    chart = plain.chart
    if chart is not None:
        used = {chart.x, *chart.y, chart.series, chart.low, chart.high}
        assert used - {"", None} <= set(names)


def test_that_no_row_is_counted_where_nothing_was_sold(
    pack: PackSpec, bare: duckdb.DuckDBPyConnection
) -> None:
    for name, columns in (("orders", (0, 0)), ("revenue", (0, 0, 0)), ("discounts", (0, 0))):
        _, rows = answer(bare, asked(pack, name).sql)
        assert rows[0][: len(columns)] == columns
    for name in ("conversion", "cart_abandonment", "average_order_value", "error_rate"):
        names, rows = answer(bare, asked(pack, name).sql)
        rate = next(value for key, value in zip(names, rows[0], strict=True) if "r" in key)
        assert rate in (0, None)
