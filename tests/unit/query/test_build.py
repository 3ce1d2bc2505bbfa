"""Statements that are clicked together; every one is parsed and bound by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from engine.query.build import (
    CannotBuild,
    Field,
    Filter,
    Measure,
    Order,
    Query,
    build,
    name,
    outputs,
)

pytestmark = pytest.mark.unit

COLUMNS = {
    "window_start": "TIMESTAMPTZ",
    "orders": "BIGINT",
    "gmv_usd": "DOUBLE",
    "country": "VARCHAR",
    "is_late": "BOOLEAN",
    "event_date": "DATE",
    'Odd "name"': "VARCHAR",
}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        items = ", ".join(f'"{c.replace(chr(34), chr(34) * 2)}" {k}' for c, k in COLUMNS.items())
        connection.execute(f"CREATE TABLE t ({items})")
        yield connection


def test_that_no_choice_is_all_columns():
    assert build(Query("t"), COLUMNS) == "SELECT *\nFROM t\nLIMIT 1000"


def test_that_measures_are_grouped_by_the_fields():
    query = Query(
        "t",
        (Field("window_start", "hour"), Field("country")),
        (Measure("sum", "gmv_usd"), Measure("count")),
        order=(Order("sum_gmv_usd", descending=True),),
        limit=None,
    )
    assert build(query, COLUMNS) == (
        "SELECT\n"
        "  date_trunc('hour', window_start) AS window_start,\n"
        "  country,\n"
        "  sum(gmv_usd) AS sum_gmv_usd,\n"
        "  count(*) AS row_count\n"
        "FROM t\n"
        "GROUP BY ALL\n"
        "ORDER BY sum_gmv_usd DESC"
    )


@pytest.mark.parametrize(
    ("item", "condition"),
    [
        (Filter("orders", ">=", " 5 "), "orders >= 5"),
        (Filter("gmv_usd", "between", "-1.5 and 2e3"), "gmv_usd BETWEEN -1.5 AND 2e3"),
        (Filter("country", "=", "O'Neil; --"), "country = 'O''Neil; --'"),
        (Filter("country", "in", "DE, FR"), "country IN ('DE', 'FR')"),
        (Filter("country", "contains", "50%"), "contains(lower(country), lower('50%'))"),
        (Filter("country", "starts with", "D"), "starts_with(country, 'D')"),
        (Filter("country", "is null"), "country IS NULL"),
        (Filter("is_late", "=", "True"), "is_late = true"),
        (Filter("event_date", ">", "2026-01-31"), "event_date > DATE '2026-01-31'"),
        (
            Filter("window_start", "<", "2026-01-31 12:00"),
            "window_start < TIMESTAMPTZ '2026-01-31 12:00'",
        ),
        (
            Filter("window_start", "in the last", "15 Minutes"),
            "window_start >= now() - INTERVAL '15 minutes'",
        ),
        (Filter('Odd "name"', "=", "a"), '"Odd ""name""" = \'a\''),
    ],
)
def test_that_a_condition_is_written_for_its_type(database, item, condition):
    sql = build(Query("t", filters=(item,)), COLUMNS)
    assert sql.splitlines()[2] == f"WHERE {condition}"
    database.execute(sql)


@pytest.mark.parametrize(
    "function", ["count", "count distinct", "sum", "avg", "min", "max", "median"]
)
def test_that_every_measure_can_be_run(database, function):
    database.execute(
        build(Query("t", (Field("country"),), (Measure(function, "orders"),)), COLUMNS)
    )


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (Query("t", filters=(Filter("orders", "=", "1 OR 1=1"),)), "is a number"),
        (Query("t", filters=(Filter("orders", "in", "1, x"),)), "is a number"),
        (Query("t", filters=(Filter("orders", "between", "1"),)), "two ends"),
        (Query("t", filters=(Filter("window_start", "in the last", "a while"),)), "span of time"),
        (Query("t", filters=(Filter("window_start", "=", ""),)), "needs a time"),
        (Query("t", filters=(Filter("is_late", "=", "yes"),)), "true or false"),
        (Query("t", filters=(Filter("country", "in the last", "1 hour"),)), "cannot be compared"),
        (Query("t", filters=(Filter("orders", "contains", "1"),)), "cannot be compared"),
        (Query("t", measures=(Measure("sum", "country"),)), "is no number"),
        (Query("t", measures=(Measure("max"),)), "needs a column"),
        (Query("t", (Field("nothing"),)), "no column nothing"),
        (Query("t", (Field("country"),), order=(Order("orders"),)), "to order by"),
    ],
)
def test_that_what_does_not_fit_is_told(query, sentence):
    with pytest.raises(CannotBuild, match=sentence):
        build(query, COLUMNS)


def test_that_names_are_quoted_where_they_need_it():
    assert [name(n) for n in ("orders", "order", "Orders", "a b", 'a"b')] == [
        "orders",
        '"order"',
        '"Orders"',
        '"a b"',
        '"a""b"',
    ]


def test_that_the_result_can_be_ordered_by_what_it_has():
    assert outputs(Query("t"), COLUMNS) == tuple(COLUMNS)
    assert outputs(Query("t", (Field("country"),), (Measure("count"),)), COLUMNS) == (
        "country",
        "row_count",
    )
