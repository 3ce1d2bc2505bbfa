"""Verified questions are answered from the lake; nothing else is."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assistant.export import csv_bytes
from engine.assistant.match import match, nearest
from engine.assistant.verified import VerifiedAssistant
from engine.contracts.assistant import Answer, AnswerColumn, Assistant
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader, QueryFailed

pytestmark = pytest.mark.unit


@pytest.fixture
def assistant(pack: PackSpec, filled: LakeReader) -> Assistant:
    return VerifiedAssistant(pack.questions, filled)


def test_that_a_verified_question_is_answered_with_figures_of_the_lake(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("How many orders were there in the last hour?", None)
    assert answer.answer == "7 orders in the last hour, worth $100.50."
    assert (answer.badge, answer.model, answer.repairs) == ("verified", None, 0)
    assert [column.name for column in answer.columns] == ["orders", "gmv_usd"]
    assert answer.rows == ((7, 100.5),)
    assert answer.sql is not None
    assert "gold_kpis" in answer.sql


def test_that_ranked_rows_come_with_their_chart(assistant: Assistant) -> None:
    answer = assistant.ask("top countries by revenue in the last hour", None)
    assert answer.answer == "US brings the most: $70.00 from 4 orders in the last hour."
    assert [row[0] for row in answer.rows] == ["US", "DE"]
    assert answer.chart is not None
    assert (answer.chart.kind, answer.chart.x, answer.chart.y) == ("bar", "country", ("gmv_usd",))


def test_that_shares_are_of_users_not_of_minutes(assistant: Assistant) -> None:
    answer = assistant.ask("conversion in the last hour", None)
    assert answer.answer.startswith("25.0 % in the last hour: 1 buyers for 4 users")


def test_that_every_sample_is_answered_on_a_filled_and_on_an_empty_lake(
    pack: PackSpec, filled: LakeReader, empty: LakeReader
) -> None:
    assert len(pack.questions) >= 12
    for lake in (filled, empty):
        engine = VerifiedAssistant(pack.questions, lake)
        for sample in engine.samples():
            answer = engine.ask(sample, None)
            assert answer.badge == "verified", sample
            assert "{" not in answer.answer


def test_that_every_wording_finds_its_own_question(pack: PackSpec) -> None:
    for spec in pack.questions:
        for text in spec.asks:
            assert match(text, pack.questions) is spec, text


def test_that_an_empty_result_says_so(pack: PackSpec, empty: LakeReader) -> None:
    answer = VerifiedAssistant(pack.questions, empty).ask("Top products by revenue last hour", None)
    assert "no row" in answer.answer
    assert (answer.badge, answer.chart, answer.rows) == ("verified", None, ())


@pytest.mark.parametrize(
    "question",
    [
        "How many orders were there yesterday?",
        "How many orders were there in the last hour in Germany?",
        "What is the revenue of the last hour in IN?",
        "What is the revenue of the US in the last hour?",
        "Which countries bring the least revenue in the last hour?",
        "Which countries bring no revenue in the last hour?",
        "How many orders in the last 2 hours?",
        "orders",
        "Delete all orders of the last hour",
        "What is the weather?",
        "",
        "?!",
    ],
)
def test_that_another_question_is_not_answered(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question, None)
    assert (answer.badge, answer.sql, answer.rows) == ("clarify", None, ())
    assert "no language model is set up" in answer.answer
    assert answer.suggestions


def test_that_the_nearest_questions_are_suggested(pack: PackSpec) -> None:
    near = nearest("revenue of countries yesterday", pack.questions)
    assert near[0] == "Which countries bring the most revenue in the last hour?"
    assert nearest("weather", pack.questions) == ()


def test_that_a_conversation_keeps_its_name(assistant: Assistant) -> None:
    first = assistant.ask("How fast is the pipeline?", None)
    assert assistant.ask("weather", first.conversation).conversation == first.conversation
    assert assistant.ask("weather", None).conversation != first.conversation


def test_that_it_says_there_is_no_model(assistant: Assistant, filled: LakeReader) -> None:
    ready = assistant.ready()
    assert ready.model is None
    assert ready.sentence.startswith("No language model is set up: only 14 verified")
    assert "no verified questions" in VerifiedAssistant((), filled).ready().sentence
    assert VerifiedAssistant((), filled).ask("orders", None).badge == "clarify"


def test_that_a_missing_table_is_an_error_with_a_remedy(pack: PackSpec, tmp_path: Path) -> None:
    engine = VerifiedAssistant(pack.questions, LakeReader(tmp_path / "none"))
    with pytest.raises(QueryFailed, match="gold_kpis"):
        engine.ask("How many orders were there in the last hour?", None)


def test_that_an_answer_is_written_as_csv(assistant: Assistant) -> None:
    answer = assistant.ask("orders by minute in the last hour", None)
    rows = list(csv.reader(io.StringIO(csv_bytes(answer).decode())))
    assert rows[0] == ["window_start", "orders", "gmv_usd"]
    assert rows[1][0].endswith(":00Z")
    assert [row[1:] for row in rows[1:]] == [["3", "30.0"], ["4", "70.5"]]


def test_that_null_is_an_empty_cell() -> None:
    answer = Answer("q", "a", "verified", "c", columns=(AnswerColumn("x", "DOUBLE"),))
    assert csv_bytes(replace(answer, rows=((None,), (1.5,)))) == b'x\n""\n1.5\n'
