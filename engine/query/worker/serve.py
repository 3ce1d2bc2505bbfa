"""Reads questions, answers them: windows on one thread, whatever may take long on another.

The main thread does nothing but read, so that a cancel is always heard; at the end of the pipe
the engine is gone, and the process ends at once.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO

import duckdb
import pyarrow as pa

from engine.contracts.query import (
    QUESTION,
    Answer,
    Asked,
    Cancel,
    Execute,
    Executed,
    ExportNext,
    Failure,
    Limits,
    Plot,
    ReadRows,
    RowsRead,
    Sort,
    Sorted,
    Summarise,
    Vocabulary,
    Words,
)
from engine.query.frames import read_frame, write_frame
from engine.query.guard import Refused, check
from engine.query.worker.failures import failure
from engine.query.worker.figures import CsvExport, plot, summarise
from engine.query.worker.result import Result, smaller
from engine.query.worker.sandbox import give_back

Reply = tuple[Answer, bytes]
CUT = 500
"""Characters of a text on the screen; the whole value is read when somebody opens it."""

TRIES = 3
"""Results that are tried where the rows do not fit into memory, each a fraction of the one before:
what a failed one leaves in pieces is missed by the next."""


class Server:
    """One worker: at most one result at a time."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], limits: Limits) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._limits = limits
        self._writing = threading.Lock()
        self._guarding = threading.Lock()
        self._cursors: dict[int, duckdb.DuckDBPyConnection] = {}
        self._cancelled: set[int] = set()
        self._result: Result | None = None
        self._export: CsvExport | None = None
        self._slow: SimpleQueue[Asked] = SimpleQueue()
        self._quick: SimpleQueue[Asked] = SimpleQueue()

    def run(self) -> None:
        """Serves until the pipe ends."""
        for queue in (self._slow, self._quick):
            threading.Thread(target=_or_die, args=(self._serve, queue), daemon=True).start()
        while (frame := read_frame(self._stdin)) is not None:
            question = QUESTION.validate_json(frame[0])
            if isinstance(question, Cancel):
                self._cancel(question.target)
            else:
                (self._quick if isinstance(question, ReadRows) else self._slow).put(question)

    def _cancel(self, target: int) -> None:
        with self._guarding:
            self._cancelled.add(target)
            cursor = self._cursors.get(target)
        if cursor is not None:
            cursor.interrupt()

    def _serve(self, queue: SimpleQueue[Asked]) -> None:
        while True:
            question = queue.get()
            answer, body = self._reply(question)
            with self._guarding:
                self._cursors.pop(question.id, None)
                self._cancelled.discard(question.id)
            with self._writing:
                write_frame(self._stdout, answer, body)

    def _reply(self, question: Asked) -> Reply:
        try:
            return self._answer(question)
        except Refused as refusal:
            refused = Failure(
                id=question.id,
                reason="refused",
                message=str(refusal),
                remedy=refusal.remedy,
                position=refusal.position,
            )
            return refused, b""
        except (duckdb.Error, pa.ArrowException, MemoryError, OSError) as error:
            return failure(question, error), b""

    def _answer(self, question: Asked) -> Reply:
        if isinstance(question, Execute):
            return self._execute(question)
        if isinstance(question, Vocabulary):
            return _vocabulary(question.id), b""
        result = self._result
        if result is None:
            return Failure(id=question.id, reason="no_result", message="There is no result."), b""
        cursor = self._enter(question.id, result)
        if cursor is None:
            return _gave_up(question.id)
        if isinstance(question, ExportNext):
            return self._piece(question, result, cursor)
        return _look(question, result, cursor)

    def _enter(self, number: int, result: Result) -> duckdb.DuckDBPyConnection | None:
        """A cursor that a cancel can find; None where the cancel came first."""
        with self._guarding:
            if number in self._cancelled:
                return None
            cursor = self._cursors[number] = result.cursor()
        return cursor

    def _leave(self, number: int) -> None:
        """Closes a cursor at once: while one is open, its database keeps its memory."""
        with self._guarding:
            cursor = self._cursors.pop(number, None)
        if cursor is not None:
            cursor.close()

    def _execute(self, question: Execute) -> Reply:
        if self._result is not None:
            self._result.close()
            give_back()
        self._result = self._export = None
        limits = self._limits
        for _ in range(TRIES - 1):
            try:
                return self._run(question, limits)
            except duckdb.OutOfMemoryException:
                fewer = smaller(question.sql, limits)
                if fewer is None:
                    raise
            give_back()  # a database lets go of its rows when it is closed
            limits = fewer
        return self._run(question, limits)

    def _run(self, question: Execute, limits: Limits) -> Reply:
        result = Result(question.tables, limits, question.known)
        try:
            cursor = self._enter(question.id, result)
            if cursor is None:
                result.close()
                return _gave_up(question.id)
            statement = result.run(cursor, question.sql)
            body = b""
            if question.first_rows and statement.columns:
                body = _arrow(result.read(cursor, 0, question.first_rows, cut=CUT))
        except BaseException:
            self._leave(question.id)
            result.close()
            raise
        self._result = result
        answer = Executed(
            id=question.id,
            columns=statement.columns,
            rows=statement.rows,
            truncated=statement.truncated,
            elapsed_ms=statement.elapsed_ms,
        )
        return answer, body

    def _piece(
        self, question: ExportNext, result: Result, cursor: duckdb.DuckDBPyConnection
    ) -> Reply:
        if question.restart or self._export is None:
            self._export = CsvExport(result, cursor)
        with self._guarding:  # a cancel is for the cursor that the rows come from
            self._cursors[question.id] = self._export.cursor
        answer, body = self._export.next(question.id)
        if answer.last:
            self._export = None
        return answer, body


def _look(question: Asked, result: Result, cursor: duckdb.DuckDBPyConnection) -> Reply:
    """What leaves the rows as they are."""
    match question:
        case ReadRows():
            table = result.read(
                cursor, question.offset, question.limit, question.columns, question.cut
            )
            return RowsRead(id=question.id), _arrow(table)
        case Sort():
            result.sort(cursor, question.column, question.descending)
            return Sorted(id=question.id), b""
        case Summarise():
            return summarise(result, cursor, question.id, question.column), b""
        case Plot():
            plotted, points = plot(
                result, cursor, question.id, question.shape, question.x, question.y, question.points
            )
            return plotted, _arrow(points)
    raise AssertionError(question)


def warm_up() -> None:
    """Loads the parsers ahead of the first statement, which would wait for them."""
    with duckdb.connect(":memory:") as connection:
        check(connection, "SELECT count(*) FROM range(1) AS t(n) WHERE n > 0")


def _or_die(serve: Callable[[SimpleQueue[Asked]], None], queue: SimpleQueue[Asked]) -> None:
    """A thread that is gone would leave the engine waiting: the process goes with it."""
    try:
        serve(queue)
    except BaseException:  # noqa: BLE001 -- whatever it was, it is told and it ends the process
        traceback.print_exc()
        os._exit(1)


def _gave_up(number: int) -> Reply:
    return Failure(id=number, reason="cancelled", message="Cancelled."), b""


def _vocabulary(number: int) -> Words:
    with duckdb.connect(":memory:") as connection:
        functions = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions()"
            " WHERE function_name SIMILAR TO '[a-z][a-z0-9_]*' ORDER BY 1"
        ).fetchall()
        keywords = connection.execute(
            "SELECT keyword_name FROM duckdb_keywords() ORDER BY 1"
        ).fetchall()
    return Words(
        id=number,
        functions=tuple(str(row[0]) for row in functions),
        keywords=tuple(str(row[0]) for row in keywords),
    )


def _arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content
