"""Items that a person writes."""

from __future__ import annotations

import pytest

from engine.knowledge.editing import changed_item, find_item, new_item
from engine.knowledge.errors import KnowledgeRefused
from tests.helpers.words import item

pytestmark = pytest.mark.unit


def test_that_a_new_item_is_the_persons_own_and_found_by_its_title_where_it_has_no_text():
    made = new_item("page", "  About   llamas ")
    assert (made.origin, made.title, made.text) == ("user", "About llamas", "About llamas")
    assert made.id != new_item("page", "About llamas").id


def test_that_a_question_needs_sql():
    with pytest.raises(KnowledgeRefused, match="needs the SQL"):
        new_item("question", "How many llamas?")
    made = new_item("question", "How many llamas?", sql=" SELECT 1 ")
    assert made.payload == {"sql": "SELECT 1", "question": "How many llamas?"}


@pytest.mark.parametrize(("title", "text"), [(" ", "x"), ("x", "x" * 8_001)])
def test_that_no_title_and_too_long_a_text_are_refused(title, text):
    with pytest.raises(KnowledgeRefused):
        new_item("page", title, text)


def test_that_a_changed_item_keeps_its_id_and_becomes_the_persons():
    pack = item("revenue", "Revenue\nturnover")
    changed = changed_item(pack, text="Revenue\ntakings")
    assert (changed.id, changed.origin) == (pack.id, "user")
    assert changed.title == pack.title
    assert changed.payload == pack.payload


def test_that_other_sql_leaves_no_query_of_before():
    own = new_item("question", "Llamas", sql="SELECT 1")
    own = own.model_copy(update={"payload": {**own.payload, "query": {"metrics": ["x"]}}})
    assert "query" in changed_item(own, title="Alpacas").payload
    assert changed_item(own, sql="SELECT 2").payload == {"sql": "SELECT 2", "question": "Llamas"}


def test_that_an_item_is_found_by_the_beginning_of_its_id():
    items = [item("a"), item("b")]
    assert find_item(items, items[1].id[:8]) == items[1]


@pytest.mark.parametrize("beginning", ["", "zz"])
def test_that_none_or_several_are_refused(beginning):
    with pytest.raises(KnowledgeRefused, match="an id that begins with"):
        find_item([item("a"), item("b")], beginning)
