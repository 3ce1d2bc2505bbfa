from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.eval.questions import Question, questions

ALL = questions()


def test_that_there_are_enough_and_none_twice() -> None:
    assert len(ALL) >= 220
    assert sum(q.expect != "answer" for q in ALL) >= 45
    assert sum(bool(q.talk) for q in ALL) - len({q.talk for q in ALL if q.talk}) >= 20
    assert len({q.id for q in ALL}) == len(ALL)
    alone = [q.ask.casefold() for q in ALL if not q.talk]
    assert len(set(alone)) == len(alone)


def test_that_about_three_in_ten_are_held_out_and_talks_as_a_whole() -> None:
    held = [q for q in ALL if q.held_out]
    assert 0.25 <= len(held) / len(ALL) <= 0.37
    talks = {q.talk: q.held_out for q in ALL if q.talk}
    assert all(talks[q.talk] is q.held_out for q in ALL if q.talk)


def test_that_readings_are_gold_and_all_its_variations() -> None:
    question = Question(
        id="x", topic="x", ask="x", gold="SELECT x, :today", also=("SELECT 1",), vary={"x": ("z",)}
    )
    moment = "TIMESTAMPTZ '2026-03-18 00:00:00+00'"
    assert list(question.readings()) == [f"SELECT x, {moment}", f"SELECT z, {moment}", "SELECT 1"]


def test_that_an_answer_has_gold_and_a_refusal_none() -> None:
    with pytest.raises(ValidationError, match="gold belongs"):
        Question(id="x", topic="x", ask="x")
    with pytest.raises(ValidationError, match="gold belongs"):
        Question(id="x", topic="x", ask="x", expect="refused", gold="SELECT 1")
