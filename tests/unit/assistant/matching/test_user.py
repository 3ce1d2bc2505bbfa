"""A pair that a person liked is used again for the same words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.assistant.matching.user import match_user
from engine.contracts.knowledge import KnowledgeItem
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import Period

pytestmark = pytest.mark.unit

NOW = dt.datetime(2026, 11, 25, 10, 30, tzinfo=dt.UTC)
QUERY = {"metrics": ["orders"], "period": {"kind": "previous", "unit": "day"}}
MOMENT = "SELECT 1 WHERE ts >= TIMESTAMPTZ '2026-11-24 00:00:00+00:00'"


def item(title: str, **payload: Any) -> KnowledgeItem:
    return KnowledgeItem(
        id=title, kind="question", title=title, text=title, origin="user", payload=payload
    )


@pytest.mark.parametrize("question", ["How do my shoes sell?", "how do the SHOES sell, please"])
def test_that_the_same_words_find_it(pack: PackSpec, question: str) -> None:
    liked = item("How do my shoes sell?", sql="SELECT 1")
    found = match_user(question, [liked], pack.semantic, NOW)
    assert found is not None
    assert (found.item, found.sql, found.query) == (liked, "SELECT 1", None)


@pytest.mark.parametrize(
    "question", ["How do my shoes not sell?", "How do my red shoes sell?", "How do they sell?", ""]
)
def test_that_other_words_do_not(pack: PackSpec, question: str) -> None:
    liked = item("How do my shoes sell?", sql="SELECT 1")
    assert match_user(question, [liked], pack.semantic, NOW) is None


def test_that_a_query_moves_with_time(pack: PackSpec) -> None:
    liked = item("shoes yesterday", sql=MOMENT, query=QUERY)
    found = match_user("Shoes yesterday?", [liked], pack.semantic, NOW)
    assert found is not None
    assert found.query is not None
    assert found.query.period == Period(kind="previous", unit="day")


def test_that_written_moments_go_stale(pack: PackSpec) -> None:
    assert match_user("shoes today", [item("shoes today", sql=MOMENT)], pack.semantic, NOW) is None
    moving = item("shoes today", sql="SELECT 1 WHERE ts >= date_trunc('day', now())")
    assert match_user("shoes today", [moving], pack.semantic, NOW) is not None
    fixed = item("shoes on 2026-11-24", sql=MOMENT)
    assert match_user("shoes on 2026-11-24", [fixed], pack.semantic, NOW) is not None


def test_that_sql_with_a_period_takes_the_one_that_is_asked(pack: PackSpec) -> None:
    sql = "SELECT 1 FROM silver_events WHERE ts >= :from AND ts < :to"
    found = match_user("shoes yesterday", [item("Shoes", sql=sql)], pack.semantic, NOW)
    assert found is not None
    assert "ts >= TIMESTAMPTZ '2026-11-24 00:00:00+00:00'" in found.sql
    assert match_user("shoes", [item("Shoes", sql=sql + " LIMIT :n")], pack.semantic, NOW) is None


@pytest.mark.parametrize("payload", [{}, {"sql": 1}, {"sql": "x", "query": {"metrics": 1}}])
def test_that_a_broken_pair_is_none(pack: PackSpec, payload: dict[str, Any]) -> None:
    assert match_user("shoes", [item("shoes", **payload)], pack.semantic, NOW) is None


def test_that_the_pack_s_own_are_not_the_person_s(pack: PackSpec) -> None:
    own = item("shoes", sql="SELECT 1").model_copy(update={"origin": "pack"})
    assert match_user("shoes", [own], pack.semantic, NOW) is None
