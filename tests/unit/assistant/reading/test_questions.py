"""Hundreds of questions, each with the query that is made of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from engine.assistant.reading import THRESHOLD, read
from engine.assistant.semantic import compile_query
from engine.contracts.pack import PackSpec
from tests.unit.assistant.reading.telling import NOW, told

ASKED: dict[str, str] = yaml.safe_load((Path(__file__).parent / "asked.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("question", "expected"), ASKED.items(), ids=list(ASKED))
def test_that_a_question_is_read_as_it_is_meant(
    pack: PackSpec, question: str, expected: str
) -> None:
    reading = read(question, pack.semantic, NOW)
    assert told(reading) == expected
    if reading.kind == "answer":
        assert reading.confidence >= THRESHOLD
        assert reading.query is not None
        assert compile_query(reading.query, pack.semantic, NOW).sql
    else:
        assert reading.message
        assert reading.suggestions


def test_that_the_table_has_questions_of_every_kind() -> None:
    kinds = list(ASKED.values())
    assert len(kinds) >= 300
    assert min(kinds.count("clarify"), kinds.count("refuse")) >= 20


def test_that_reading_takes_some_milliseconds(pack: PackSpec) -> None:
    questions = list(ASKED)[:100]
    for question in questions:
        read(question, pack.semantic, NOW)
    taken = []
    for question in questions:
        before = time.process_time()
        read(question, pack.semantic, NOW)
        taken.append(time.process_time() - before)
    assert sorted(taken)[len(taken) // 2] < 0.01


def test_that_capitals_and_punctuation_do_not_matter(pack: PackSpec) -> None:
    wordings = (
        "Revenue by country today?!",
        "REVENUE BY COUNTRY TODAY",
        "revenue, by country, today",
    )
    assert len({told(read(w, pack.semantic, NOW)) for w in wordings}) == 1


def test_that_nothing_is_asked_back(pack: PackSpec) -> None:
    for question in ("", "   ", "?!", "…"):
        assert read(question, pack.semantic, NOW).kind == "clarify"


@pytest.mark.parametrize("word", ["frobnicated", "wholesale", "blue", "7"])
def test_that_a_word_nothing_is_made_of_keeps_a_question_from_being_answered(
    pack: PackSpec, word: str
) -> None:
    assert read("orders by country today", pack.semantic, NOW).kind == "answer"
    reading = read(f"orders by country today {word}", pack.semantic, NOW)
    assert reading.kind == "clarify"
    assert reading.unread == (word,)
    assert word in reading.message


def test_that_what_was_assumed_is_told(pack: PackSpec) -> None:
    assert "Over everything in the lake." in read("orders", pack.semantic, NOW).notes
    assert "'ordes' is read as 'orders'." in read("ordes today", pack.semantic, NOW).notes
    notes = read("best country today", pack.semantic, NOW).notes
    assert "Measured by revenue: the question does not say by what." in notes


def test_that_an_embedding_only_helps_with_suggestions(pack: PackSpec) -> None:
    def near(texts: object) -> tuple[tuple[float, ...], ...]:
        assert isinstance(texts, list)
        return tuple((1.0, 0.0) if "Kafka" in t or t == "queue" else (0.0, 1.0) for t in texts)

    plain = read("how long is the queue", pack.semantic, NOW)
    helped = read("how long is the queue", pack.semantic, NOW, near=near)
    assert plain.kind == helped.kind == "clarify"
    assert any("Kafka" in text for text in helped.suggestions)


def test_that_a_layer_without_anything_asks_back() -> None:
    from engine.contracts.semantic import SemanticLayer

    assert read("orders today", SemanticLayer(), NOW).kind == "clarify"
