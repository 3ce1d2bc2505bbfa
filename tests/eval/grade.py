"""What an answer is worth."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
from deltalake import DeltaTable

from engine.contracts.assistant import Answer
from tests.eval.cells import rows
from tests.eval.compare import Result, equal, ranked
from tests.eval.judges import judge
from tests.eval.questions import Question

FEWEST: Final = 3
"""Rows of a ranking of unsaid length."""


class Verdict(StrEnum):
    """``wrong`` is what matters most: an answer given as if it were right."""

    CORRECT = "correct"
    REFUSED = "rightly refused"
    CLARIFIED = "clarified though answerable"
    WRONG = "wrong"
    FAILED = "failed"

    @property
    def right(self) -> bool:
        """Whether somebody was well served."""
        return self in (Verdict.CORRECT, Verdict.REFUSED)


class Grader:
    """Runs gold over the lake, each statement once."""

    def __init__(self, lake: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET TimeZone = 'UTC'")
        for folder in sorted(lake.iterdir()):
            files = DeltaTable(str(folder)).file_uris()
            self._connection.read_parquet(files).create_view(folder.name)
        self.run = cache(self._run)

    def close(self) -> None:
        """Lets go of the lake."""
        self._connection.close()

    def _run(self, sql: str) -> Result:
        done = self._connection.execute(sql)
        return Result(tuple(c[0] for c in done.description), rows(done.fetchall()))

    def grade(self, question: Question, answer: Answer) -> Verdict:
        """The verdict on one answer."""
        asked_back = answer.badge in ("clarify", "refused")
        if asked_back:
            return Verdict.CLARIFIED if question.expect == "answer" else Verdict.REFUSED
        if question.expect == "refused" or not self._right(question, answer):
            return Verdict.WRONG
        return Verdict.CORRECT

    def _right(self, question: Question, answer: Answer) -> bool:
        if question.chart and (answer.chart is None or answer.chart.kind != question.chart):
            return False
        result = Result(
            tuple(column.name for column in answer.columns), rows(answer.rows), answer.truncated
        )
        if question.kind != "rows":
            if judge(question, answer, result, self.run):
                return True
            others = question.model_copy(update={"gold": "", "kind": "rows"})
            return any(equal(self.run(sql), result) for sql in others.readings())
        return any(self._is(question, self.run(sql), result) for sql in question.readings())

    def _is(self, question: Question, gold: Result, answer: Result) -> bool:
        times = question.scale == "time"
        if question.negative in gold.names:
            place = gold.at(question.negative)
            below = [r for r in gold.rows if isinstance(r[place], float) and r[place] < 0]  # type: ignore[operator]
            gold = Result(gold.names, tuple(below))
        if question.top is None:
            return equal(gold, answer, times)
        count = question.top if isinstance(question.top, int) else None
        if question.top == 1:
            # Who asks for the one that leads is well served by a list that it leads.
            answer = replace(answer, rows=answer.rows[:1])
        if question.top == "all":
            count = len(gold.labelled.rows)
        if question.top in ("any", "some") and len(answer.rows) < FEWEST:
            return False
        return ranked(
            gold,
            answer,
            count,
            question.by,
            ascending=question.ascending,
            shown=question.columns,
            times=times,
        )
