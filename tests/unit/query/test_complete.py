"""What is offered at the cursor, which stands at the | of each text."""

from __future__ import annotations

import pytest

from engine.query.complete import Catalogue, Completion, complete

pytestmark = pytest.mark.unit

CATALOGUE = Catalogue(
    tables={
        "gold_kpis": {"window_start": "TIMESTAMPTZ", "orders": "BIGINT", "gmv_usd": "DOUBLE"},
        "silver_events": {"event_id": "VARCHAR", "ts": "TIMESTAMPTZ", "orders": "BIGINT"},
    },
    functions=("sum", "strftime", "date_trunc"),
)


def at(marked: str) -> Completion:
    return complete(marked.replace("|", ""), marked.index("|"), CATALOGUE)


def texts(marked: str) -> list[str]:
    return [candidate.text for candidate in at(marked).candidates]


def test_that_an_empty_text_begins_with_keywords():
    assert at("|").candidates[0].kind == "keyword"
    assert texts("sel|") == ["SELECT"]


@pytest.mark.parametrize("marked", ["SELECT * FROM |", "SELECT * FROM a JOIN |", "DESCRIBE |"])
def test_that_tables_follow_from(marked):
    assert texts(marked) == ["gold_kpis", "silver_events"]


def test_that_columns_of_the_named_tables_come_first():
    assert texts("SELECT | FROM gold_kpis")[:3] == ["window_start", "orders", "gmv_usd"]
    assert "event_id" not in texts("SELECT | FROM gold_kpis")


def test_that_columns_of_every_table_are_offered_before_one_is_named():
    assert {"event_id", "gmv_usd"} <= set(texts("SELECT |"))


@pytest.mark.parametrize(
    "marked",
    [
        "SELECT g.| FROM gold_kpis g",
        "SELECT g.| FROM gold_kpis AS g WHERE 1",
        'SELECT gold_kpis.| FROM "gold_kpis"',
    ],
)
def test_that_a_dot_asks_for_the_columns_of_its_table(marked):
    assert texts(marked) == ["window_start", "orders", "gmv_usd"]


def test_that_an_alias_is_offered():
    assert "kpi" in texts("SELECT k| FROM gold_kpis kpi")


def test_that_what_begins_so_comes_before_what_contains_it():
    assert texts("SELECT s|")[0] == "silver_events"
    assert texts("SELECT usd| FROM gold_kpis") == ["gmv_usd"]


def test_that_a_common_function_comes_before_a_keyword():
    assert texts("SELECT su|")[:2] == ["sum", "SUMMARIZE"]
    assert texts("su|")[0] == "SUMMARIZE"


def test_that_only_the_statement_under_the_cursor_counts():
    assert "event_id" not in texts("SELECT 1 FROM silver_events;\nSELECT e| FROM gold_kpis")


@pytest.mark.parametrize("marked", ["SELECT 'or|'", "-- or|", "SELECT 12|", "SELECT 'or|"])
def test_that_nothing_is_offered_where_no_name_can_stand(marked):
    assert at(marked).candidates == ()


def test_that_the_word_at_the_cursor_is_replaced():
    assert at("SELECT gm| FROM gold_kpis").start == 7
    assert at("SELECT ord|ers FROM gold_kpis").start == 7


def test_that_a_word_that_is_complete_is_not_offered():
    assert texts("SELECT gmv_usd| FROM gold_kpis") == []


def test_that_a_column_tells_its_type_and_table():
    found = at("SELECT gm| FROM gold_kpis").candidates[0]
    assert (found.kind, found.detail) == ("column", "DOUBLE · gold_kpis")
