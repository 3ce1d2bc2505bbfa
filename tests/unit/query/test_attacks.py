"""The guard refuses what is not reading, and lets an analyst work: both are judged here."""

from __future__ import annotations

import time
from collections.abc import Iterator

import duckdb
import pytest

from engine.query.guard import Refused, check, inspect
from tests.unit.query.analyst import STATEMENTS
from tests.unit.query.attacks import BOMBS, REFUSED
from tests.unit.query.tables import TABLES

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def parser() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def test_that_there_are_enough_of_both():
    assert len(set(REFUSED)) >= 200
    assert len(STATEMENTS) >= 100


@pytest.mark.parametrize("sql", REFUSED)
def test_that_an_attack_is_refused_without_duckdb(sql):
    with pytest.raises(Refused) as caught:
        inspect(sql, TABLES)
    assert str(caught.value).endswith((".", "?"))
    assert caught.value.remedy
    position = caught.value.position
    assert position is None or 0 <= position <= len(sql)


@pytest.mark.parametrize("sql", REFUSED)
def test_that_an_attack_is_refused_before_it_runs(parser, sql):
    with pytest.raises((Refused, duckdb.ParserException)):
        check(parser, sql, TABLES)


@pytest.mark.parametrize("name", STATEMENTS)
def test_that_an_analyst_is_not_hindered(parser, name):
    sql = STATEMENTS[name]
    begun = time.process_time()
    assert inspect(sql, TABLES).sql in sql
    assert check(parser, sql, TABLES) in sql
    assert time.process_time() - begun < 0.5  # some 5 ms; a first one loads sqlglot's tables


@pytest.mark.parametrize("name", BOMBS)
def test_that_greed_is_not_the_guards_to_judge(parser, name):
    """What only costs too much is ended by the worker's limits (tests/integration/query)."""
    assert check(parser, BOMBS[name], TABLES) == BOMBS[name]


@pytest.mark.parametrize(
    ("sql", "sentence", "position"),
    [
        ("SELECT * FROM gold_kpi", "There is no table gold_kpi. Did you mean gold_kpis?", 14),
        ("SELECT contry FROM silver_events", "no column contry. Did you mean country?", 7),
        ("SELECT e.pric FROM silver_events e", "e has no column pric. Did you mean price?", 9),
        ("SELECT cuont(*) FROM gold_kpis", "no function cuont. Did you mean count?", 7),
        ("SELECT 'ä', getenv('HOME')", "getenv is no function that a statement may call", 12),
        ("SELECT * FROM read_csv('a')", "no other file or address", 14),
        ("SELECT * FROM '/etc/passwd'", "no other file or address", 14),
        ("EXPLAIN SELECT * FROM gold_kpi", "Did you mean gold_kpis?", 22),
        ("WITH a AS (SELECT 1) FROM b", "There is no table b", 26),
        ("SELECT 1 FROM range(1, 10000002)", "A range of 10,000,001 rows", 14),
        ("SELECT 1; SELECT 2", "more than one statement", 8),
    ],
)
def test_that_a_refusal_says_what_and_where(sql, sentence, position):
    with pytest.raises(Refused) as caught:
        inspect(sql, TABLES)
    assert sentence in str(caught.value)
    assert caught.value.position == position


def test_that_the_second_opinion_alone_refuses_what_the_first_would_not_see(parser):
    """The judges are independent: DuckDB's tree is judged without a look at sqlglot's."""
    from engine.query.guarding.duck import check_as_duckdb, check_calls

    for sql in (
        "SELECT getenv('HOME')",
        "SELECT list_transform([1], x -> getenv('A'))",
        "FROM read_text('/etc/passwd')",
        "FROM '/etc/passwd'",
        "SELECT (FROM glob('*'))",
        "FROM main.gold_kpis",
        "SELECT $1",
        "SHOW DATABASES",
        "WITH \"/etc/passwd\" AS (SELECT 1) FROM '/etc/passwd'",
    ):
        with pytest.raises(Refused):
            check_as_duckdb(parser, sql, TABLES)
    with pytest.raises(Refused, match="getenv"):
        check_calls("PIVOT gold_kpis ON orders USING first(getenv('HOME'))")


def test_that_no_subquery_is_called_as_a_view_of_duckdbs_own(parser):
    """Its name would be known where the WITH does not reach, and there it means DuckDB's."""
    views = parser.execute(
        "SELECT DISTINCT view_name FROM duckdb_views()"
        " WHERE internal AND schema_name <> 'information_schema'"
    ).fetchall()
    assert len(views) > 20
    for (name,) in views:
        with pytest.raises(Refused, match="cannot be called"):
            check(parser, f"WITH {name} AS (SELECT 1) FROM {name}", TABLES)
    with pytest.raises(duckdb.CatalogException):
        parser.execute("FROM tables")  # what needs its schema is refused with it


def test_that_what_is_read_and_called_is_told():
    found = inspect(
        "WITH a AS (FROM gold_kpis) SELECT Sum(orders), upper('x') FROM a, silver_events;", TABLES
    )
    assert sorted(found.tables) == ["gold_kpis", "silver_events"]
    assert {"sum", "upper"} <= found.functions
    assert not found.sql.endswith(";")


def test_that_tables_whose_columns_are_not_known_are_not_judged_by_them():
    assert inspect("SELECT anything FROM gold_kpis", {"gold_kpis": {}}).tables == ("gold_kpis",)
