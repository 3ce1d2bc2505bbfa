"""What is done with an answer on its card: its statement run again as somebody changed it, its
rows saved whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.assistant.charts import fitting_kinds
from engine.assistant.export import csv_bytes
from engine.assistant.running import WorkerRunner
from engine.contracts.assistant import Answer
from engine.lake import LakeReader
from engine.query.session import QuerySession
from engine.readings.export import write_bytes
from engine.settings import QuerySettings


class AnswerDesk:
    """Statements run in the query worker, as on the SQL page; all but ``cancel`` may block."""

    def __init__(self, lake: LakeReader, settings: QuerySettings) -> None:
        self._lake = lake
        self._settings = settings
        self._session: QuerySession | None = None

    def run_again(self, answer: Answer, sql: str) -> Answer:
        """The answer with another statement and its rows; the chart is kept where it still fits.

        Raises StatementFailed, LakeReadError, Cancelled or WorkerEnded.
        """
        started = time.perf_counter()
        with self._opened() as session:
            found = WorkerRunner(session).run(sql)
        fitting = fitting_kinds(found.columns, found.rows)
        same = [spec for spec in fitting if answer.chart and spec.kind == answer.chart.kind]
        return replace(
            answer,
            sql=sql,
            columns=found.columns,
            rows=found.rows,
            truncated=found.truncated,
            chart=next(iter([*same, *fitting]), None),
            elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def check(self, sql: str) -> None:
        """Plans a statement without running it; raises as ``run_again`` does."""
        with self._opened() as session:
            WorkerRunner(session).explain(sql)

    def save_csv(self, answer: Answer, path: Path) -> int:
        """Writes every row, of which a card has the first thousand; returns how many.

        Raises ExportFailed, and where the statement has to be run again, as ``run_again`` does.
        """
        if not answer.truncated or answer.sql is None:
            write_bytes(path, csv_bytes(answer))
            return len(answer.rows)
        with self._opened() as session:
            session.run(answer.sql)
            return session.export_csv(path, lambda _rows, _total: None)

    def cancel(self) -> None:
        """Gives up what runs, from any thread, without waiting."""
        session = self._session
        if session is not None:
            session.cancel()

    @contextmanager
    def _opened(self) -> Iterator[QuerySession]:
        """A worker of its own, gone afterwards: cards are many and looked at rarely."""
        session = self._session = QuerySession.of(self._lake, self._settings)
        try:
            yield session
        finally:
            self._session = None
            session.close()
