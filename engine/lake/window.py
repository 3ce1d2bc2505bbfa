"""A table kept open by who reads it again and again: only the files that hold the asked times.

Opening a table replays its log, and a query over all of it opens every file. Both are too much
several times a minute on a lake of many hours; the log's statistics say which files are needed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from engine.contracts.names import Table
from engine.lake.errors import LakeReadError, NoSuchTable
from engine.lake.reader import LakeReader
from engine.lake.relation import column_types


@dataclass(frozen=True, slots=True)
class Piece:
    """A data file and the times in it, both ends included; None where the log does not say."""

    path: str
    oldest: dt.datetime | None
    newest: dt.datetime | None

    def overlaps(self, low: dt.datetime, high: dt.datetime) -> bool:
        """Whether a time in [low, high) may be in it; statistics are cut to milliseconds."""
        slack = dt.timedelta(milliseconds=1)
        return (self.newest is None or self.newest + slack >= low) and (
            self.oldest is None or self.oldest < high
        )


class KeptTable:
    """One table, brought up to date by ``look``. For one thread at a time."""

    def __init__(self, lake: LakeReader, table: Table, time_column: str) -> None:
        self._lake = lake
        self._table = table
        self._time = time_column
        self._open: DeltaTable | None = None
        self._version = -1
        self._actions = pa.table({})
        self.pieces: tuple[Piece, ...] = ()
        """Every live file as of the last ``look``."""

    def look(self) -> bool:
        """Takes the newest version; whether there is a table. Raises LakeReadError."""
        opened = self._newest()
        if opened is None:
            self.forget()
            return False
        self._open = opened
        if opened.version() != self._version:
            self._version = opened.version()
            self._actions = pa.table(opened.get_add_actions(flatten=True))
            self.pieces = self._pieces()
        return True

    def _newest(self) -> DeltaTable | None:
        if self._open is not None:
            try:
                self._open.update_incremental()
                return self._open
            except (DeltaError, OSError, ValueError):
                self.forget()  # Perhaps the table was made anew: its versions begin again.
        try:
            return DeltaTable(str(self._lake.path(self._table)))
        except TableNotFoundError:
            return None
        except (DeltaError, OSError, ValueError) as error:
            self.forget()
            raise LakeReadError(
                f"The table {self._table.value} cannot be read: {error}.",
                "Try again; if it stays, restart the pipeline on the Services page.",
            ) from error

    def forget(self) -> None:
        """Opens the table anew at the next look: it may have been made anew."""
        self._open, self._version = None, -1
        self._actions, self.pieces = pa.table({}), ()

    def newest(self, column: str) -> dt.datetime | None:
        """The greatest value of a column with statistics, UTC; None without rows."""
        name = f"max.{column}"
        if name not in self._actions.column_names:
            return None
        found: dt.datetime | None = pc.max(self._actions.column(name)).as_py()
        return found

    def between(self, low: dt.datetime, high: dt.datetime) -> tuple[Piece, ...]:
        """The files that may hold a time in [low, high)."""
        return tuple(piece for piece in self.pieces if piece.overlaps(low, high))

    def relation(self, pieces: Sequence[Piece], columns: Sequence[str]) -> str:
        """These columns of the files as a FROM item; NULL where a file lacks one.

        Raises NoSuchTable where the last ``look`` found none.
        """
        if self._open is None:
            raise NoSuchTable(
                f"There is no table {self._table.value} yet.",
                "It is made when the pipeline starts; the Services page shows how far it is.",
            )
        types = column_types(self._open)
        return parquet_relation([piece.path for piece in pieces], {c: types[c] for c in columns})

    def _pieces(self) -> tuple[Piece, ...]:
        root = self._lake.path(self._table)
        paths = self._actions.column("path").to_pylist()
        columns = [
            self._actions.column(name).to_pylist()
            if (name := f"{end}.{self._time}") in self._actions.column_names
            else [None] * len(paths)
            for end in ("min", "max")
        ]
        return tuple(
            Piece(f"{root}/{unquote(path)}", low, high)
            for path, low, high in zip(paths, *columns, strict=True)
        )


def parquet_relation(paths: Sequence[str], types: Mapping[str, str]) -> str:
    """A FROM item of typed columns and ``filename``; without files it has no rows."""
    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in types.items())
    nothing = f"SELECT {empty}, CAST(NULL AS VARCHAR) AS filename WHERE false"
    if not paths:
        return f"({nothing})"
    names = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    chosen = ", ".join(f'"{name}"' for name in types)
    found = f"read_parquet([{names}], union_by_name = true, filename = true)"
    return (
        f"(SELECT {chosen}, filename FROM "  # noqa: S608 -- our own file names
        f"({nothing} UNION ALL BY NAME FROM {found}))"
    )


class Rows:
    """Runs statements over kept tables, on one connection."""

    def __init__(self, tables: Sequence[KeptTable]) -> None:
        self._tables = tables

    @cached_property
    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        """Opened by the first read: it takes a tenth of a second, and a page is made in less."""
        connection = duckdb.connect(":memory:", config={"threads": 2})
        connection.execute("SET TimeZone = 'UTC'")
        # It would keep every file that was ever read, up to four fifths of the machine's memory;
        # the operating system has the pages already.
        connection.execute("SET enable_external_file_cache = false")
        return connection

    def read(self, sql: Callable[[], str]) -> pa.Table:
        """The rows of the statement that ``sql`` makes of the tables' files.

        Where a file has gone since the look (the table was made anew), the tables are looked at
        once more. Raises LakeReadError.
        """
        try:
            return self._duckdb.execute(sql()).to_arrow_table()
        except duckdb.IOException:
            for table in self._tables:
                table.forget()
                table.look()
        try:
            return self._duckdb.execute(sql()).to_arrow_table()
        except duckdb.Error as error:
            raise LakeReadError(
                f"The lake's files cannot be read: {str(error).strip()}.",
                "Try again; if it stays, restart the pipeline on the Services page.",
            ) from error
