"""Conversations are kept, found again, exported and forgotten."""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assistant.errors import NoSuchAnswer, TalksError
from engine.assistant.talks.markdown import markdown
from engine.assistant.talks.record import answer_of, text_of
from engine.assistant.talks.store import FILE_NAME, Talks
from engine.contracts.assistant import Answer, AnswerColumn, Usage
from engine.contracts.chart import ChartSpec
from engine.contracts.semantic import Filter, Period, SemanticQuery

pytestmark = pytest.mark.unit

ANSWER = Answer(
    "Orders by country?",
    "DE has the most.",
    "generated",
    "talk",
    id="one",
    sql="SELECT 1",
    columns=(
        AnswerColumn("at", "TIMESTAMP WITH TIME ZONE"),
        AnswerColumn("day", "DATE"),
        AnswerColumn("country", "VARCHAR"),
        AnswerColumn("orders", "BIGINT"),
    ),
    rows=(
        (dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC), dt.date(2026, 1, 2), "DE", 3),
        (None, None, "2026-01-02", 1.5),
    ),
    chart=ChartSpec(kind="bar", x="country", y=("orders",)),
    elapsed_ms=12.5,
    source="reader",
    query=SemanticQuery(
        metrics=("orders",),
        filters=(Filter(dimension="country", values=("DE",)),),
        period=Period(kind="last", n=3),
    ),
    notes=("a note",),
    usage=Usage(1, 2, "{}"),
)


def test_that_an_answer_comes_back_as_it_was() -> None:
    assert answer_of(text_of(ANSWER)) == ANSWER


def test_that_turns_are_there_after_a_restart(tmp_path: Path) -> None:
    Talks(tmp_path).add(ANSWER)
    Talks(tmp_path).add(replace(ANSWER, id="two", question="Only Germany"))
    assert [answer.id for answer in Talks(tmp_path).turns("talk")] == ["one", "two"]
    assert [answer.id for answer in Talks(tmp_path).turns("talk", last=1)] == ["two"]
    (kept,) = Talks(tmp_path).conversations()
    assert (kept.title, kept.turns) == ("Orders by country?", 2)


def test_that_only_this_user_may_read_the_file(tmp_path: Path) -> None:
    Talks(tmp_path).add(ANSWER)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_that_all_words_are_searched_in_any_case_and_script(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.add(ANSWER)
    talks.add(replace(ANSWER, id="b", conversation="other", question="Umsatz in ÖSTERREICH"))
    assert [c.id for c in talks.conversations("österreich umsatz")] == ["other"]
    assert [c.id for c in talks.conversations("COUNTRY orders")] == ["talk"]
    assert talks.conversations("country umsatz") == ()
    assert [c.id for c in talks.conversations("%")] == []


def test_that_the_newest_conversation_comes_first(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.add(ANSWER)
    talks.add(replace(ANSWER, id="b", conversation="other"))
    talks.add(replace(ANSWER, id="c"))
    assert [c.id for c in talks.conversations()] == ["talk", "other"]


def test_that_a_deleted_conversation_leaves_nothing(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.add(ANSWER)
    talks.delete("talk")
    assert (talks.conversations(), talks.turns("talk")) == ((), ())
    with pytest.raises(NoSuchAnswer):
        talks.answer("one")


def test_that_a_thumb_is_kept_and_taken_back() -> None:
    talks = Talks(None)
    talks.add(ANSWER)
    talks.replace(replace(ANSWER, liked=True))
    assert talks.answer("one").liked is True
    assert [answer.id for answer in talks.liked()] == ["one"]
    talks.replace(replace(ANSWER, liked=False))
    assert talks.liked() == ()
    talks.close()


def test_that_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    Talks(tmp_path).add(ANSWER)
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(TalksError, match="newer version"):
        Talks(tmp_path).add(ANSWER)


def test_that_a_damaged_file_is_named_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(TalksError, match="move it away"):
        Talks(tmp_path).conversations()


def test_that_an_export_shows_question_answer_rows_and_sql() -> None:
    text = markdown([ANSWER])
    assert text.startswith("# Orders by country?\n")
    assert "DE has the most. *(generated, 0.0 s)*" in text
    assert "| 2026-01-02 03:00:00 UTC | 2026-01-02 | DE | 3 |" in text
    assert "```sql\nSELECT 1\n```" in text
    assert markdown([]) == ""


def test_that_values_of_events_mean_nothing_in_an_export() -> None:
    evil = "<img src=x> [click](http://x) | `x` ```\n# heading"
    text = markdown([replace(ANSWER, rows=((None, None, evil, 1),), sql="SELECT '```'")])
    assert "<img" not in text.replace("\\<img", "")
    assert "\n# heading" not in text
    assert "\\| \\`x\\`" in text
    assert "````sql\nSELECT '```'\n````" in text.replace("``````", "````")
