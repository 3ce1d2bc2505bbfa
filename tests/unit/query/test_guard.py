"""Which statements may be run."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from engine.query.guard import Refused, check, is_explain

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH a AS (SELECT 1) FROM a",
        "FROM range(3)",
        "VALUES (1)",
        "TABLE a",
        "DESCRIBE a",
        "SUMMARIZE a",
        "SHOW TABLES",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPLAIN (FORMAT json) SELECT 1",
        "EXPLAIN (SELECT 1)",
        "PIVOT (SELECT 1 a, 2 b) ON a USING sum(b)",
        "-- why\nselect 1",
    ],
)
def test_that_statements_that_read_pass(parser, sql):
    assert check(parser, sql) == sql


def test_that_the_semicolon_and_what_follows_is_cut_off(parser):
    assert check(parser, "SELECT ';' ; -- done\n;") == "SELECT ';'"


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM a",
        "INSERT INTO a VALUES (1)",
        "CREATE TABLE a (b INT)",
        "COPY (SELECT 1) TO 'a'",
        "ATTACH 'a.db'",
        "INSTALL httpfs",
        "SET threads = 1",
        "PRAGMA version",
        "CALL pragma_version()",
        "EXPLAIN DELETE FROM a",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'a'",
        "PREPARE a AS SELECT 1",
    ],
)
def test_that_statements_that_do_something_else_are_refused(parser, sql):
    with pytest.raises(Refused, match="Only statements that read"):
        check(parser, sql)


@pytest.mark.parametrize("sql", ["", "  ", ";", "-- SELECT 1"])
def test_that_nothing_is_refused(parser, sql):
    with pytest.raises(Refused, match="no statement"):
        check(parser, sql)


@pytest.mark.parametrize("sql", ["SELECT 1; SELECT 2", "SELECT 1; DROP TABLE a"])
def test_that_two_statements_are_refused(parser, sql):
    with pytest.raises(Refused, match="more than one"):
        check(parser, sql)


def test_that_an_explanation_is_told_from_a_column_of_that_name():
    assert is_explain("-- a\nexplain SELECT 1")
    assert not is_explain("SELECT explain FROM a")
