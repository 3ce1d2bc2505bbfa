"""One place to run statements: a worker of its own, started when it is needed.

All calls but ``cancel`` wait: they belong on a worker thread. ``page``, ``copy`` and ``table`` may
be called on another thread while a longer one runs. A worker that dies costs the result and no
more: the call says so in a sentence, and the next statement starts a new worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from engine.contracts.query import (
    Asked,
    Execute,
    Executed,
    Exported,
    ExportNext,
    Failure,
    Limits,
    Plot,
    Plotted,
    ReadRows,
    ResultColumn,
    RowsRead,
    Sort,
    Sorted,
    Summarise,
    Summary,
    Vocabulary,
    Words,
)
from engine.query.errors import NoResult, StatementFailed
from engine.query.explain import error_of
from engine.query.page import Page, page_of, tsv
from engine.query.pool import POOL, WorkerPool
from engine.query.process import WorkerProcess, cancelled
from engine.query.sources import AsOf, Lake, sources
from engine.query.transfer import receive
from engine.settings import QuerySettings

PAGE_ROWS: Final = 256
"""Rows that the screen asks for at once: a few screens full, a few milliseconds."""
CUT: Final = 500
"""Characters of a text on the screen; the whole value is read when somebody opens it."""
WHOLE: Final = 2**30
"""A cut that no text reaches."""
TABLE_ROWS: Final = 100_000
"""Rows of one answer where many are wanted: tens of MB."""
COPY_ROWS: Final = 100_000
"""What a clipboard still takes; more is for the CSV export."""
WINDOW_DEADLINE_S: Final = 30.0
"""A window takes milliseconds; a machine that just woke up may be slow."""
LOOK_DEADLINE_S: Final = 60.0
"""Order, figures and points of rows that are kept: no statement runs, and millions take seconds."""

A = TypeVar("A")


@dataclass(frozen=True)
class QueryResult:
    """A statement's result; its rows stay in the worker."""

    columns: tuple[ResultColumn, ...]
    rows: int
    truncated: bool
    """There are more rows than are kept; a CSV export has them all."""
    elapsed_ms: float
    first: Page


@dataclass(frozen=True)
class Points:
    """A chart of the result, n points."""

    x: NDArray[np.float64] | tuple[str, ...]
    """Numbers or seconds since 1970 (n,) for a line, n labels for bars."""
    y: NDArray[np.float64]
    time: bool
    note: str
    """What was left out or summed up, in a sentence; empty where nothing was."""


class QuerySession:
    """See above. ``lake`` is what lists the tables' files; ``start`` makes a worker."""

    def __init__(
        self,
        lake: Lake,
        limits: Limits | None = None,
        deadline_s: float | None = 10.0,
        start: Callable[[Limits], WorkerProcess] = WorkerProcess,
        pool: WorkerPool | None = None,
    ) -> None:
        self._lake = lake
        self._limits = limits or Limits()
        self._deadline_s = deadline_s
        self._start = start if pool is None else pool.take
        self._pool = pool
        self._guard = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._columns: tuple[ResultColumn, ...] = ()
        self._as_of: AsOf = None
        self._asking: tuple[WorkerProcess, int] | None = None
        self._cancelled = threading.Event()
        if pool is not None:
            pool.enter(self._limits)

    @classmethod
    def of(cls, lake: Lake, settings: QuerySettings) -> QuerySession:
        """A session with the limits of the settings, on the program's pool of workers."""
        limits = Limits(memory_mb=settings.memory_mb, max_rows=settings.max_rows)
        return cls(lake, limits, settings.deadline, pool=POOL)

    def warm(self) -> None:
        """Starts the worker ahead of the first statement; does not wait for it."""
        self._ready()

    def close(self) -> None:
        """Ends the worker; for good. Never blocks."""
        with self._guard:
            worker, self._worker = self._worker, None
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.leave(self._limits)
        if worker is not None:
            worker.kill()

    def cancel(self) -> None:
        """Gives up what runs, from any thread and without waiting; windows are not touched."""
        self._cancelled.set()
        with self._guard:
            asking = self._asking
        if asking is not None:
            asking[0].cancel(asking[1])

    def run(
        self, sql: str, as_of: AsOf = None, given_up: Callable[[], bool] = lambda: False
    ) -> QueryResult:
        """Runs one statement over the lake's newest versions, or those ``as_of``.

        ``cancel`` is about what runs. Whoever may give up before says so by ``given_up``, which
        must be true before ``cancel`` is called.
        Raises StatementFailed, LakeReadError, Cancelled or WorkerEnded.
        """
        self._cancelled.clear()
        if given_up():  # its cancel may be the one that was just cleared
            raise cancelled()
        self._columns, self._as_of = (), as_of
        _check_text(sql)
        self._ready()  # it starts while the files are listed
        tables = sources(self._lake, sql, as_of)
        known = tuple(table.value for table in self._lake.tables())
        done, body = self._ask(
            lambda n: Execute(id=n, sql=sql, tables=tables, known=known, first_rows=PAGE_ROWS),
            Executed,
        )
        self._refill()
        self._columns = done.columns
        first = page_of(_table(body), done.columns, 0)
        return QueryResult(done.columns, done.rows, done.truncated, done.elapsed_ms, first)

    def page(self, offset: int, limit: int = PAGE_ROWS) -> Page:
        """Rows [offset, offset + limit) in the present order, as texts for the screen."""
        table = self._rows(offset, limit, None, CUT)
        return page_of(table, self._columns, offset)

    def table(self, offset: int, limit: int) -> pa.Table:
        """The same rows as Arrow, values as DuckDB gives them, columns by their names."""
        steps = range(offset, offset + max(limit, 1), TABLE_ROWS)
        parts = [self._rows(at, min(TABLE_ROWS, offset + limit - at), None, None) for at in steps]
        return pa.concat_tables(parts).rename_columns([column.name for column in self._columns])

    def copy(self, offset: int, limit: int, columns: tuple[int, ...], header: bool) -> str:
        """A block of whole values as text with tabs, as spreadsheets take it."""
        table = self._rows(offset, limit, columns, WHOLE)
        chosen = [self._columns[at] for at in columns]
        return tsv(page_of(table, chosen, offset, plain=True), chosen if header else ())

    def value(self, row: int, column: int) -> str | None:
        """One whole value as text; None is NULL."""
        table = self._rows(row, 1, (column,), WHOLE)
        return page_of(table, [self._columns[column]], row, plain=True).columns[0][0]

    def sort(self, column: int | None, descending: bool = False) -> None:
        """Orders the rows by a column, NULLs last; None is the statement's own order."""
        self._result_there()
        self._ask(
            lambda n: Sort(id=n, column=column, descending=descending), Sorted, LOOK_DEADLINE_S
        )

    def stats(self, column: int) -> Summary:
        """Figures of one column over all kept rows."""
        self._result_there()
        return self._ask(lambda n: Summarise(id=n, column=column), Summary, LOOK_DEADLINE_S)[0]

    def chart_data(self, shape: Literal["line", "bar"], x: int, y: int, points: int) -> Points:
        """At most ``points`` points; see :class:`Points`."""
        self._result_there()
        plotted, body = self._ask(
            lambda n: Plot(id=n, shape=shape, x=x, y=y, points=points), Plotted, LOOK_DEADLINE_S
        )
        return _points(plotted, _table(body), shape)

    def export_csv(self, path: Path, progress: Callable[[int, int | None], None]) -> int:
        """Writes the full result; the file is there whole or not at all. Returns the rows.

        ``progress(rows, total)`` is called on this thread after each piece; ``total`` is None for
        a truncated result, which is run again to its end. Raises ExportFailed, Cancelled.
        """
        self._result_there()
        return receive(path, self._piece, progress)

    def vocabulary(self) -> Words:
        """DuckDB's functions and keywords."""
        self._cancelled.clear()
        self._ready()
        return self._ask(lambda n: Vocabulary(id=n), Words)[0]

    def _piece(self, restart: bool) -> tuple[Exported, bytes]:
        return self._ask(lambda n: ExportNext(id=n, restart=restart), Exported)

    def _result_there(self) -> None:
        if not self._columns:
            raise NoResult("There is no result yet.", "Run a statement first.")
        self._cancelled.clear()

    def _ready(self) -> WorkerProcess:
        with self._guard:
            if self._worker is None or not self._worker.alive:
                self._worker = self._start(self._limits)
            return self._worker

    def _refill(self) -> None:
        with self._guard:
            pool = self._pool
        if pool is not None:
            pool.refill(self._limits)

    def _present(self) -> WorkerProcess:
        """The worker that has the result, even where it is dead: asking it says so."""
        with self._guard:
            worker = self._worker
        if worker is None:
            raise NoResult("The result was closed.", "Run the statement again.")
        return worker

    def _ask(
        self, question: Callable[[int], Asked], kind: type[A], at_least_s: float = 0.0
    ) -> tuple[A, bytes]:
        """A question that may take long; one at a time."""
        worker = self._present()
        number = worker.number()
        with self._guard:
            self._asking = worker, number
        try:
            if self._cancelled.is_set():
                raise cancelled()
            deadline = None if self._deadline_s is None else max(self._deadline_s, at_least_s)
            answer, body = worker.ask(question(number), deadline)
            if kind is Executed and isinstance(answer, Failure) and answer.reason == "memory":
                worker.kill()  # what it could not have it still holds in pieces
            return self._checked(answer, body, kind)
        finally:
            with self._guard:
                self._asking = None

    def _rows(
        self, offset: int, limit: int, columns: tuple[int, ...] | None, cut: int | None
    ) -> pa.Table:
        if not self._columns:
            raise NoResult("There is no result yet.", "Run a statement first.")
        worker = self._present()
        question = ReadRows(
            id=worker.number(), offset=offset, limit=limit, columns=columns, cut=cut
        )
        _, body = self._checked(*worker.ask(question, WINDOW_DEADLINE_S), RowsRead)
        return _table(body)

    def _checked(self, answer: object, body: bytes, kind: type[A]) -> tuple[A, bytes]:
        if isinstance(answer, Failure):
            tables = tuple(table.value for table in self._lake.tables())
            raise error_of(answer, tables, self._limits, self._as_of)
        assert isinstance(answer, kind), answer
        return answer, body


def _check_text(sql: str) -> None:
    """What has no bytes could not be sent, and would be waited for until the deadline."""
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise StatementFailed(
            "The statement holds half a character, which is no text.",
            "Delete it and run the statement again.",
            error.start,
        ) from None


def _table(body: bytes) -> pa.Table:
    with pa.ipc.open_stream(body) as reader:
        return reader.read_all()


def _points(plotted: Plotted, table: pa.Table, shape: Literal["line", "bar"]) -> Points:
    y = np.asarray(table.column("y").to_numpy(), dtype=np.float64)
    cut = len(y) < plotted.total
    if shape == "bar":
        notes = (
            f"The {len(y)} largest of {plotted.total:,} values of x." if cut else "",
            "Rows with the same x are summed." if plotted.merged else "",
        )
        labels = tuple(str(value) for value in table.column("x").to_pylist())
        return Points(labels, y, False, " ".join(filter(None, notes)))
    notes = (
        f"{plotted.total:,} points drawn as {len(y):,} means of neighbours." if cut else "",
        "Rows with the same x are averaged." if plotted.merged else "",
    )
    x = np.asarray(table.column("x").to_numpy(), dtype=np.float64)
    return Points(x, y, plotted.time, " ".join(filter(None, notes)))
