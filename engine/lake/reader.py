"""The one door through which everybody but the pipeline reads the lake.

Each call opens the newest version, so a result never mixes two versions of one table. Times come
out as UTC. For statements that a person trusts; outside SQL gets a guard and a process of its own.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from engine.contracts.names import Table
from engine.lake.errors import LakeReadError, NoSuchTable, QueryFailed, file_gone
from engine.lake.mirror import Mirror
from engine.lake.relation import column_types, create_view, live_files

AsOf = int | dt.datetime | None
"""A version, a moment, or None for now."""


@dataclass(frozen=True)
class Column:
    """A result's column; ``type`` is DuckDB's name."""

    name: str
    type: str


@dataclass(frozen=True)
class QueryResult:
    """Rows of a statement, at most ``max_rows`` of them."""

    columns: tuple[Column, ...]
    table: pa.Table
    truncated: bool
    elapsed_ms: float


@dataclass(frozen=True)
class TableInfo:
    """A table's newest version in figures."""

    rows: int
    files: int
    version: int
    bytes: int


@dataclass(frozen=True)
class LiveFiles:
    """What a version of a table is made of, for somebody else to read."""

    version: int
    files: tuple[str, ...]
    columns: dict[str, str]
    """Column name → DuckDB type, in the table's order."""


class LakeReader:
    """Reads the tables under one folder, which may hold copies of a bucket's."""

    def __init__(self, root: Path, mirror: Mirror | None = None) -> None:
        """``mirror`` keeps the copies below ``root``."""
        self._root = root
        self._mirror = mirror

    def tables(self) -> tuple[Table, ...]:
        """The tables that exist."""
        return tuple(t for t in Table if (self.path(t) / "_delta_log").is_dir())

    def path(self, table: Table) -> Path:
        """Folder of a table, whether it exists or not; of a bucket's, the copy of its log."""
        if self._mirror is not None:
            self._mirror.refresh(table)
        return self._root / table.value

    def address(self, table: Table) -> str:
        """Where other programs find the table."""
        return f"{self._mirror.address if self._mirror else self._root}/{table.value}"

    def bring(self, table: Table, opened: DeltaTable) -> None:
        """Makes sure that the data files of an opened version can be read here."""
        if self._mirror is not None:
            actions = pa.table(opened.get_add_actions(flatten=True))
            names = [unquote(path) for path in actions.column("path").to_pylist()]
            sizes = actions.column("size_bytes").to_pylist()
            self.need(table, dict(zip(names, sizes, strict=True)))

    def need(self, table: Table, files: Mapping[str, int]) -> None:
        """The same for some files, by their name in the table, with their bytes."""
        if self._mirror is not None:
            self._mirror.need(table, files)

    def info(self, table: Table) -> TableInfo:
        """Rows, files, version and bytes, from the log alone."""
        opened = self._open(table)
        actions = pa.table(opened.get_add_actions(flatten=True))
        rows = actions.column("num_records").to_pylist()
        return TableInfo(
            rows=sum(count or 0 for count in rows),
            files=actions.num_rows,
            version=opened.version(),
            bytes=sum(actions.column("size_bytes").to_pylist()),
        )

    def live(self, table: Table, as_of: AsOf = None) -> LiveFiles:
        """A version's files and columns. Raises NoSuchTable or LakeReadError."""
        opened = self._open(table, as_of)
        self.bring(table, opened)
        files = live_files(opened, self._root / table.value)
        return LiveFiles(opened.version(), tuple(files), column_types(opened))

    def query(self, sql: str, max_rows: int = 10_000, as_of: AsOf = None) -> QueryResult:
        """Runs one statement over the tables it names.

        Raises QueryFailed with DuckDB's sentence, NoSuchTable, or LakeReadError.
        """
        started = time.perf_counter()
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            try:
                for table in self._named(sql):
                    opened = self._open(table, as_of)
                    self.bring(table, opened)
                    create_view(connection, table.value, opened, self._root / table.value)
                if not connection.extract_statements(sql):
                    raise QueryFailed("There is no statement.", "Write one, such as SELECT 1.")
                cursor = connection.execute(sql)
                described = cursor.description or []
                reader = cursor.to_arrow_reader(min(max_rows + 1, 100_000))
                rows, truncated = _take(reader, max_rows)
            except duckdb.IOException as error:
                raise file_gone(str(error), as_of) from error
            except duckdb.Error as error:
                raise _refused(error, self.tables()) from error
            except (pa.ArrowException, OSError) as error:
                # What goes wrong while rows are streamed comes through Arrow as its own error.
                raise QueryFailed(str(error).strip(), "Correct the statement.") from error
        columns = tuple(Column(str(name), str(kind)) for name, kind, *_ in described)
        elapsed = round((time.perf_counter() - started) * 1000, 1)
        return QueryResult(columns, rows, truncated, elapsed)

    def _named(self, sql: str) -> Iterable[Table]:
        """Tables whose name stands in the statement; opening the others would cost for nothing."""
        words = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", sql.lower()))
        return [table for table in self.tables() if table.value in words]

    def _open(self, table: Table, as_of: AsOf = None) -> DeltaTable:
        try:
            opened = DeltaTable(str(self.path(table)))
            if as_of is not None:
                opened.load_as_version(as_of)
        except TableNotFoundError as error:
            raise NoSuchTable(
                f"There is no table {table.value} in {self._root}.",
                "Start the lakehouse once with `rt-lakehouse run`: it makes the tables.",
            ) from error
        except (DeltaError, ValueError, OverflowError, OSError) as error:
            wanted = "" if as_of is None else f" as of {as_of}"
            raise LakeReadError(
                f"The table {table.value} cannot be read{wanted}: {error}.",
                f"`rt-lakehouse history {table.value}` lists the versions there are.",
            ) from error
        return opened


def _take(reader: pa.RecordBatchReader, max_rows: int) -> tuple[pa.Table, bool]:
    batches: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        batches.append(batch)
        count += batch.num_rows
        if count > max_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    return table.slice(0, max_rows), count > max_rows


def _refused(error: duckdb.Error, tables: Sequence[Table]) -> QueryFailed:
    text = str(error).strip()
    if isinstance(error, duckdb.CatalogException):
        names = ", ".join(table.value for table in tables) or "none yet"
        return QueryFailed(text.split("\n")[0], f"The tables are: {names}.")
    return QueryFailed(text, "Correct the statement and run it again.")
