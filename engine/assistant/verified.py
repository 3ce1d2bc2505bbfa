"""The assistant without a language model: verified questions, answered by their own SQL."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from engine.assistant.match import match, nearest
from engine.assistant.sentence import fill
from engine.contracts.assistant import Answer, AnswerColumn, Readiness
from engine.contracts.pack import QuestionSpec
from engine.lake import LakeReader

MOST_ROWS: Final = 1_000
_NO_ROWS: Final = (
    "There is nothing to answer this with: no row of the time asked for is in the lake."
)


class VerifiedAssistant:
    """Answers exactly the pack's verified questions; to any other it names the nearest ones."""

    def __init__(
        self,
        questions: tuple[QuestionSpec, ...],
        lake: LakeReader,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._questions = questions
        self._lake = lake
        self._clock = clock

    def ready(self) -> Readiness:
        """See Assistant."""
        count = len(self._questions)
        if not count:
            return Readiness(
                "No language model is set up, and this pack has no verified questions.",
                "Add some to questions.yaml of the pack, or ask in SQL on the SQL page.",
            )
        return Readiness(
            f"No language model is set up: only {count} verified questions are answered.",
            "A new conversation lists them; anything else can be asked in SQL on the SQL page.",
        )

    def samples(self) -> tuple[str, ...]:
        """See Assistant."""
        return tuple(question.asks[0] for question in self._questions)

    def ask(self, question: str, conversation: str | None) -> Answer:
        """See Assistant; LakehouseError where the lake cannot be read."""
        started = self._clock()
        talk = conversation or uuid.uuid4().hex
        found = match(question, self._questions)
        if found is None:
            return self._clarify(question, talk, started)
        result = self._lake.query(found.sql, max_rows=MOST_ROWS)
        rows = _rows(result.table)
        names = [column.name for column in result.columns]
        first = dict(zip(names, rows[0], strict=True)) if rows else {}
        return Answer(
            question=question,
            answer=fill(found.answer, first, len(rows)) if rows else _NO_ROWS,
            badge="verified",
            conversation=talk,
            sql=found.sql,
            columns=tuple(AnswerColumn(c.name, c.type) for c in result.columns),
            rows=rows,
            truncated=result.truncated,
            chart=found.chart if rows else None,
            elapsed_ms=self._elapsed(started),
        )

    def _clarify(self, question: str, talk: str, started: float) -> Answer:
        near = nearest(question, self._questions)
        text = "This is not one of the verified questions, and no language model is set up."
        text += " Did you mean one of these?" if near else " These are some that are answered:"
        return Answer(
            question=question,
            answer=text,
            badge="clarify",
            conversation=talk,
            suggestions=near or self.samples()[:3],
            elapsed_ms=self._elapsed(started),
        )

    def _elapsed(self, started: float) -> float:
        return round((self._clock() - started) * 1000, 1)


def _rows(table: pa.Table) -> tuple[tuple[Any, ...], ...]:
    columns = [column.to_pylist() for column in table.columns]
    return tuple(zip(*columns, strict=True))
