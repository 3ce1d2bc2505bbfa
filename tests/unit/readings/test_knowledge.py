"""What a person typed becomes a piece of knowledge, or a sentence about what is missing."""

from __future__ import annotations

import pytest

from engine.assistant.ratings import pair_id
from engine.contracts.knowledge import KnowledgeItem
from engine.readings.knowledge import NotComplete, own_item

pytestmark = pytest.mark.unit


def test_that_a_question_has_the_id_that_a_thumb_would_give_it() -> None:
    made = own_item(
        None, "question", " How many orders? ", "orders count\n\norders count", "SELECT 1"
    )
    assert made.id == pair_id("How many orders?")
    assert (made.origin, made.payload["sql"]) == ("user", "SELECT 1")
    assert made.text == "How many orders?\norders count"


def test_that_a_text_of_ones_own_keeps_its_id_and_a_copy_gets_a_new_one() -> None:
    mine = own_item(None, "page", "Hours", "Nine to five", "")
    assert own_item(mine, "page", "Opening hours", "Eight to six", "").id == mine.id
    packs = KnowledgeItem(id="p", kind="page", title="Late", text="What is late")
    assert own_item(packs, "page", "Late", "What is late", "").id != "p"


@pytest.mark.parametrize(
    ("kind", "title", "text", "sql", "missing"),
    [
        ("question", " ", "x", "SELECT 1", "title"),
        ("question", "How many?", "", " ", "SQL"),
        ("page", "Hours", " ", "", "text"),
    ],
)
def test_that_what_is_missing_is_named(kind, title, text, sql, missing) -> None:
    with pytest.raises(NotComplete, match=missing):
        own_item(None, kind, title, text, sql)
