"""One tab's way to the engine: its session, asked through the door, answered by signals."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from app.context import Context
from app.door import Ticket
from app.models.result_model import Answer, Refusal
from engine.contracts.query import Summary
from engine.errors import LakehouseError
from engine.query.library import Library
from engine.query.readable import readable
from engine.query.session import Points, QueryResult, QuerySession
from engine.query.sources import parse_as_of

T = TypeVar("T")
POINTS_OF = {"line": 2000, "bar": 30}
"""More points than pixels show nothing; more bars than fit are no chart."""


class Runner(QObject):
    """Long work goes one at a time through a lane of the tab's own; rows have another lane."""

    started = Signal()
    finished = Signal(object)
    """The statement has run: a QueryResult."""
    failed = Signal(object)
    """The statement has not: a LakehouseError."""
    refused = Signal(str, object)
    """What else was asked, such as ``sort``, was not done: a LakehouseError."""
    busy_changed = Signal(str)
    noted = Signal()
    """The history has a new entry."""
    exported = Signal(object, object)
    """Rows so far, and of how many; None where that is not known. Comes from the lane's thread."""

    def __init__(
        self, context: Context, library: Library, number: int, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._library = library
        self._long = f"sql-{number}"
        self._rows = f"sql-{number}-rows"
        self._session = QuerySession.of(context.desk.lake, context.desk.settings.query)
        self._ticket: Ticket | None = None
        self._began = 0.0
        self._waiting: dict[str, Ticket] = {}
        self._given_up = threading.Event()
        self.as_of = ""
        """The version or moment that the last statement was to read; empty for the newest."""

    @property
    def busy(self) -> str:
        """What else the worker does: ``export``, ``sort``, ``statistics``, ``chart``, or ``""``."""
        return next(iter(self._waiting), "")

    @property
    def running(self) -> bool:
        """Whether a statement runs."""
        return self._ticket is not None

    def elapsed_s(self) -> float:
        """Seconds since the statement began."""
        return time.monotonic() - self._began

    def warm(self) -> None:
        """Has a worker ready before the first statement."""
        self._session.warm()

    def close(self) -> None:
        """Ends the worker with what it does."""
        self.closer()()

    def closer(self) -> Callable[[], None]:
        """What ``close`` does, for when this object is gone."""
        session = self._session

        def close() -> None:
            session.cancel()
            session.close()

        return close

    def run(self, sql: str, as_of: str = "") -> None:
        """Runs a statement over the newest rows, or those of a version or moment; one at a time."""
        if self.running or self.busy == "export":
            return
        self._drop_waiting()
        self._given_up = given_up = threading.Event()
        self._began = time.monotonic()
        self.as_of = as_of.strip()
        session = self._session
        self._ticket = self._context.door.ask(
            lambda: session.run(sql, parse_as_of(as_of), given_up.is_set),
            lambda result: self._finish(sql, result),
            lambda error: self._fail(sql, error),
            owner=self,
            lane=self._long,
        )
        self.started.emit()

    def cancel(self) -> None:
        """Gives up what runs: a statement or whatever keeps the worker busy."""
        self._given_up.set()  # first: the statement may still wait for the lane
        self._session.cancel()

    def _drop_waiting(self) -> None:
        """Order and figures of a result that gives way are worth nothing, nor waiting for."""
        if not self._waiting:
            return
        for ticket in self._waiting.values():
            ticket.cancel()
        self._waiting.clear()
        self._session.cancel()
        self.busy_changed.emit(self.busy)

    def page(self, offset: int, limit: int, done: Answer, failed: Refusal) -> None:
        """Rows for the grid."""
        session = self._session
        self._context.door.ask(
            lambda: session.page(offset, limit), done, failed, owner=self, lane=self._rows
        )

    def copy(
        self,
        rows: tuple[int, int],
        columns: tuple[int, ...],
        header: bool,
        done: Callable[[str], None],
    ) -> None:
        """Whole values of rows [first, last] as text with tabs."""
        session, (first, last) = self._session, rows
        self._context.door.ask(
            lambda: session.copy(first, last - first + 1, columns, header),
            done,
            owner=self,
            lane=self._rows,
        )

    def value(self, row: int, column: int, done: Callable[[str | None], None]) -> None:
        """One whole value, JSON in lines."""
        session = self._session
        self._context.door.ask(
            lambda: readable(session.value(row, column)), done, owner=self, lane=self._rows
        )

    def sort(self, column: int | None, descending: bool, done: Callable[[None], None]) -> None:
        """Orders the rows in the worker."""
        session = self._session
        self._long_ask("sort", lambda: session.sort(column, descending), done)

    def stats(self, column: int, done: Callable[[Summary], None]) -> None:
        """Figures of a column."""
        session = self._session
        self._long_ask("statistics", lambda: session.stats(column), done)

    def chart(
        self, shape: Literal["line", "bar"], x: int, y: int, done: Callable[[Points], None]
    ) -> None:
        """Points of a chart."""
        session, points = self._session, POINTS_OF[shape]
        self._long_ask("chart", lambda: session.chart_data(shape, x, y, points), done)

    def export(self, path: Path, done: Callable[[int], None]) -> None:
        """Writes all rows as CSV; ``exported`` tells how far it is."""
        session, tell = self._session, self._tell
        self._long_ask("export", lambda: session.export_csv(path, tell), done)

    def _long_ask(self, what: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        """A later question of the same kind makes the answer to an earlier one worthless."""
        earlier = self._waiting.pop(what, None)
        if earlier is not None:
            earlier.cancel()

        def finish(value: T) -> None:
            self._leave(what)
            done(value)

        def fail(error: LakehouseError) -> None:
            self._leave(what)
            self.refused.emit(what, error)

        self._waiting[what] = self._context.door.ask(
            work, finish, fail, owner=self, lane=self._long
        )
        self.busy_changed.emit(self.busy)

    def _leave(self, what: str) -> None:
        self._waiting.pop(what, None)
        self.busy_changed.emit(self.busy)

    def _finish(self, sql: str, result: QueryResult) -> None:
        self._ticket = None
        self._note(sql, result.rows, result.elapsed_ms, "")
        self.finished.emit(result)

    def _fail(self, sql: str, error: LakehouseError) -> None:
        self._ticket = None
        self._note(sql, None, self.elapsed_s() * 1000, error.message)
        self.failed.emit(error)

    def _note(self, sql: str, rows: int | None, elapsed_ms: float, error: str) -> None:
        """Into the history; that it cannot be written is said, and costs nothing else."""
        library = self._library
        self._context.door.ask(
            lambda: library.note(sql, rows, elapsed_ms, error),
            lambda _: self.noted.emit(),
            owner=self,
            lane="library",
        )

    def _tell(self, rows: int, total: int | None) -> None:
        """Called on the lane's thread."""
        with contextlib.suppress(RuntimeError):  # the tab may be gone; the export soon is
            self.exported.emit(rows, total)
