"""That the questions can be judged: each gold statement runs, says something, is its own match."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.assistant import Answer, AnswerColumn
from tests.eval.cells import order
from tests.eval.grade import Grader, Verdict
from tests.eval.lake import build, frozen_lake
from tests.eval.questions import Question, questions

pytestmark = pytest.mark.eval

EMPTY = {"r27"}
"""Of a time before the lake's first event, which must be said as such."""
ANSWERABLE = [q for q in questions() if q.gold]
ROWS = [q for q in ANSWERABLE if q.kind == "rows" and not q.chart]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    opened = Grader(frozen_lake())
    yield opened
    opened.close()


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda q: q.id)
def test_that_every_reading_runs_and_gold_says_something(
    question: Question, grader: Grader
) -> None:
    first, *_ = [grader.run(sql) for sql in question.readings()]
    figures = [c for row in first.rows for c in row if c is not None and c != 0]
    assert bool(figures) is (question.id not in EMPTY)


@pytest.mark.parametrize("question", ROWS, ids=lambda q: q.id)
def test_that_gold_is_right_and_gold_spoiled_is_wrong(question: Question, grader: Grader) -> None:
    gold = grader.run(next(question.readings()))
    ranked = list(gold.labelled.rows)
    if question.by:
        place = gold.at(question.by)
        ranked = [row for row in ranked if row[place] is not None]
        ranked.sort(key=lambda row: order(row[place]), reverse=not question.ascending)
    if question.negative:
        place = gold.at(question.negative)
        ranked = [r for r in ranked if isinstance(r[place], float) and r[place] < 0]  # type: ignore[operator]
    if isinstance(question.top, int):
        ranked = ranked[: question.top]
    columns = tuple(AnswerColumn(name, "") for name in gold.names)
    answer = Answer("", "", "generated", "", columns=columns, rows=tuple(ranked))
    assert grader.grade(question, answer) is Verdict.CORRECT
    if question.id in EMPTY:
        return
    spoiled = tuple(
        tuple(c * 1.37 + 0.11 if isinstance(c, float) else f"{c}x" for c in row) for row in ranked
    )
    wrong = Answer("", "", "generated", "", columns=columns, rows=spoiled)
    assert grader.grade(question, wrong) is Verdict.WRONG


def test_that_the_lake_is_the_same_each_time_it_is_made(tmp_path: Path, grader: Grader) -> None:
    build(tmp_path)
    again = Grader(tmp_path)
    every = (
        "SELECT (SELECT SUM(hash(s)::HUGEINT) FROM silver_events AS s),"
        " (SELECT SUM(hash(k)::HUGEINT) FROM gold_kpis AS k),"
        " (SELECT SUM(hash(g)::HUGEINT) FROM gold_segments AS g),"
        " (SELECT SUM(hash(q)::HUGEINT) FROM quarantine_events AS q),"
        " (SELECT SUM(hash(p)::HUGEINT) FROM pipeline_metrics AS p)"
    )
    try:
        assert again.run(every) == grader.run(every)
    finally:
        again.close()
