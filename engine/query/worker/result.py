"""A statement's rows, kept as a table of their own so that any window of them is near."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import pyarrow as pa

from engine.contracts.query import Limits, ResultColumn, Source
from engine.query.guard import check, is_explain
from engine.query.lexer import code
from engine.query.worker.sandbox import open_sandbox, quoted

SMALL_RESULT: Final = 20
"""Where the rows do not fit into memory, a result of this fraction of the limit is tried."""

BATCH_ROWS: Final = 10_000
"""DuckDB makes room for as many rows of every column at once before it fills it; its own million
would be 8 MB and more a column."""

WRAP: Final = "CREATE TABLE rows.kept AS SELECT * FROM (\n"
"""What stands before a statement when it runs; DuckDB counts positions from here."""

_NATIVE = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)"
    r"|TIMESTAMP WITH TIME ZONE"
)
"""Types that the screen gets as they are, to align and to write them its own way."""

_NO_PYTHON: Final = ("INTERVAL", "TIMESTAMP_NS", "TIME WITH TIME ZONE")
"""Types that Arrow has and Python has not."""


@dataclass(frozen=True)
class Statement:
    """What was run; ``names`` are those of the kept table, where no two are the same."""

    text: str
    columns: tuple[ResultColumn, ...]
    names: tuple[str, ...]
    rows: int
    truncated: bool
    elapsed_ms: float


class Result:
    """The rows of one statement in a database of their own. Cursors of it work side by side."""

    def __init__(
        self, tables: Mapping[str, Source], limits: Limits, known: tuple[str, ...] = ()
    ) -> None:
        self._known = tuple(dict.fromkeys((*tables, *known)))
        self._connection = open_sandbox(limits, tables)
        self._limits = limits
        self._turned = 0
        self._statement: Statement | None = None

    @property
    def statement(self) -> Statement:
        """What was run; only after ``run``."""
        assert self._statement is not None
        return self._statement

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the same rows; it can be interrupted alone."""
        return self._connection.cursor()

    def close(self) -> None:
        """Gives the memory back."""
        self._connection.close()

    def run(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> Statement:
        """Runs the statement and keeps its rows, at most ``max_rows`` of them.

        Raises guard.Refused, or duckdb.Error with a position that counts from WRAP.
        """
        started = time.perf_counter()
        text = check(cursor, sql, self._known)
        limit = self._limits.max_rows
        if is_explain(text):
            _keep_explanation(cursor, text)
        else:
            # One row more than the limit tells that there are more.
            cursor.execute(f"{WRAP}{text}\n) LIMIT {limit + 1}")
        rows = _count(cursor)
        if rows > limit:
            cursor.execute(f"DELETE FROM rows.kept WHERE rowid >= {limit:d}")
        elapsed = round((time.perf_counter() - started) * 1000, 1)
        described = cursor.execute("DESCRIBE rows.kept").fetchall()
        names = tuple(str(row[0]) for row in described)
        columns = tuple(
            ResultColumn(name=shown, type=str(row[1]))
            for shown, row in zip(_shown_names(cursor, text, names), described, strict=True)
        )
        self._statement = Statement(text, columns, names, min(rows, limit), rows > limit, elapsed)
        return self._statement

    def sort(self, cursor: duckdb.DuckDBPyConnection, column: int | None, descending: bool) -> None:
        """From now on rows come ordered by the column, NULLs last, ties in the old order.

        Only the order is stored, not the rows again.
        """
        if column is None:
            self._turned = 0
            return
        way = "DESC" if descending else "ASC"
        turned = self._turned + 1
        cursor.execute(
            f"CREATE OR REPLACE TABLE rows.turned{turned % 2} AS"
            " SELECT k.rowid AS row FROM rows.kept AS k"
            f" ORDER BY {self.item(column)} {way} NULLS LAST, k.rowid"
        )
        self._turned = turned

    def read(
        self,
        cursor: duckdb.DuckDBPyConnection,
        offset: int,
        limit: int,
        columns: tuple[int, ...] | None = None,
        cut: int | None = None,
    ) -> pa.Table:
        """Rows in the present order; columns are named c0, c1, … after their position."""
        wanted = range(len(self.statement.names)) if columns is None else columns
        items = ", ".join(f"{self.item(at, cut)} AS c{at}" for at in wanted)
        source, place = self._source()
        return cursor.execute(
            f"SELECT {items} FROM {source} WHERE {place} >= {offset:d}"
            f" AND {place} < {offset + limit:d} ORDER BY {place}"
        ).to_arrow_table(batch_size=max(min(limit, BATCH_ROWS), 1))

    def everything(self) -> str:
        """FROM and ORDER BY of all rows, as k, in the present order.

        A truncated result is run again, to its end; it has the statement's own order.
        """
        if self.statement.truncated:
            names = ", ".join(map(quoted, self.statement.names))
            return f"(\n{self.statement.text}\n) AS k({names})"
        source, place = self._source()
        return f"{source} ORDER BY {place}" if self._turned else source

    def _source(self) -> tuple[str, str]:
        if not self._turned:
            return "rows.kept AS k", "k.rowid"
        return (
            f"rows.turned{self._turned % 2} AS o JOIN rows.kept AS k ON k.rowid = o.row",
            "o.rowid",
        )

    def item(self, at: int, cut: int | None = None) -> str:
        """A column's value; with ``cut`` numbers as they are and all else as short text."""
        name, kind = f"k.{quoted(self.statement.names[at])}", self.statement.columns[at].type
        if cut is None or native(kind):
            return f"CAST({name} AS VARCHAR)" if kind in _NO_PYTHON else name
        return f"left(CAST({name} AS VARCHAR), {cut})"


def native(kind: str) -> bool:
    """Whether a type is sent as it is; all others are sent as text."""
    return _NATIVE.fullmatch(kind) is not None


def smaller(sql: str, limits: Limits) -> Limits | None:
    """What to try where the rows do not fit into memory; None where fewer rows need as much."""
    if not _BLOCKING.isdisjoint(token.text.lower() for token in code(sql)):
        return None  # else rows leave the statement as they are read
    return limits.model_copy(update={"max_rows": max(limits.max_rows // SMALL_RESULT, 1)})


_BLOCKING: Final = frozenset({"order", "group", "distinct", "union", "over", "join", "pivot"})


def _keep_explanation(cursor: duckdb.DuckDBPyConnection, text: str) -> None:
    """EXPLAIN cannot stand in a subquery; its few lines are put into the table one by one."""
    plans = cursor.execute(text).fetchall()
    cursor.execute("CREATE TABLE rows.kept (plan VARCHAR)")
    lines = [[line] for _, plan in plans for line in str(plan).splitlines()]
    cursor.executemany("INSERT INTO rows.kept VALUES ($1)", lines)


def _count(cursor: duckdb.DuckDBPyConnection) -> int:
    found = cursor.execute("SELECT count(*) FROM rows.kept").fetchone()
    assert found is not None
    return int(found[0])


def _shown_names(
    cursor: duckdb.DuckDBPyConnection, text: str, names: tuple[str, ...]
) -> tuple[str, ...]:
    """The statement's own names: of two that are the same, the table numbers the second."""
    if is_explain(text) or not any(re.search(r"_\d+$", name) for name in names):
        return names
    try:
        own = tuple(cursor.sql(text).columns)
    except (duckdb.Error, AttributeError):
        return names
    return own if len(own) == len(names) else names
