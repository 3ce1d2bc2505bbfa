"""One version of a table as it stands in the log: its files, rows, bytes and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from engine.contracts.names import Table
from engine.contracts.retention import KEPT
from engine.contracts.types import DUCKDB_TYPES
from engine.lake.errors import LakeReadError, NoSuchTable
from engine.lake.reader import LakeReader


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of a version."""

    path: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Snapshot:
    """A version of a table; ``types`` are Delta's names of the columns' types, in order."""

    table: Table
    version: int
    files: tuple[DataFile, ...]
    types: dict[str, str]

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def columns(self) -> dict[str, str]:
        """Column name → DuckDB's type, in order."""
        return {name: DUCKDB_TYPES.get(kind, "VARCHAR") for name, kind in self.types.items()}

    def need_files(self, lake: LakeReader) -> None:
        """Raises LakeReadError where files of this version were deleted."""
        bring(lake, self.table, self.files)
        if any(not Path(file.path).is_file() for file in self.files):
            raise gone(self.table, self.version)


def bring(lake: LakeReader, table: Table, files: Iterable[DataFile]) -> None:
    """Makes sure that these files can be read here, where the lake is in a bucket."""
    root = f"{lake.path(table)}/"
    lake.need(table, {file.path.removeprefix(root): file.bytes for file in files})


def take_snapshot(lake: LakeReader, table: Table, version: int | None = None) -> Snapshot:
    """A version, by default the newest. Raises NoSuchTable or LakeReadError."""
    root = lake.path(table)
    try:
        opened = DeltaTable(str(root), version=version)
    except TableNotFoundError as error:
        raise NoSuchTable(
            f"There is no table {table.value} yet.",
            "The lakehouse makes the tables at its first start: `rt-lakehouse run`.",
        ) from error
    except (DeltaError, OSError, ValueError, OverflowError) as error:
        if version is None:
            raise LakeReadError(
                f"The table {table.value} cannot be read: {error}.",
                "Try again; if it stays, restart the pipeline on the Services page.",
            ) from error
        raise _no_version(lake, table, version) from error
    actions = pa.table(opened.get_add_actions(flatten=True))
    rows = zip(
        actions.column("path").to_pylist(),
        actions.column("num_records").to_pylist(),
        actions.column("size_bytes").to_pylist(),
        strict=True,
    )
    files = tuple(DataFile(f"{root}/{unquote(p)}", n or 0, size) for p, n, size in rows)
    types = {f.name: str(getattr(f.type, "type", f.type)) for f in opened.schema().fields}
    return Snapshot(table, opened.version(), files, types)


def _no_version(lake: LakeReader, table: Table, version: int) -> LakeReadError:
    newest = take_snapshot(lake, table).version
    if version > newest:
        return LakeReadError(
            f"{table.value} has no version {version:,}: its newest is {newest:,}.",
            f"`rt-lakehouse history {table.value}` lists the versions there are.",
        )
    return gone(table, version)


def gone(table: Table, version: int) -> LakeReadError:
    """The error of a version that was tidied away."""
    return LakeReadError(
        f"Version {version:,} of {table.value} is gone.",
        f"{KEPT} Choose a newer version.",
    )


def create_file_view(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    files: Sequence[DataFile],
    columns: dict[str, str],
) -> None:
    """Makes view ``name`` over these files with exactly these columns.

    A column that no file has is NULL; without files the view is empty.
    """
    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in columns.items())
    statement = f"SELECT {empty} WHERE false"
    if files:
        paths = ", ".join("'" + file.path.replace("'", "''") + "'" for file in files)
        found = f"{statement} UNION ALL BY NAME FROM read_parquet([{paths}], union_by_name = true)"
        chosen = ", ".join(f'"{column}"' for column in columns)
        statement = f"SELECT {chosen} FROM ({found})"  # noqa: S608 -- our own file names
    connection.execute(f'CREATE VIEW "{name}" AS {statement}')
