"""The Data page: the tables, their columns, commits, and the rows of any version."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.errors import LakehouseError
from engine.lake import LakeReader, NoSuchTable
from engine.lake.commits import Commit, read_commits
from engine.lake.snapshot import Snapshot, create_file_view, gone, take_snapshot
from engine.readings.columns import describe

PAGE_ROWS = 200
"""Rows of one page of a table."""

SMALL_BYTES = 1_000_000
MANY = 16
"""So many files of less than a megabyte on average are worth merging."""

NEWEST_FIRST: Mapping[Table, str] = {
    Table.BRONZE: 'kafka_ts DESC, "partition", "offset" DESC',
    Table.SILVER: "ts DESC, event_id",
    Table.QUARANTINE: 'kafka_ts DESC, "partition", "offset" DESC',
    Table.GOLD_KPIS: "window_start DESC",
    Table.GOLD_SEGMENTS: "window_start DESC, dimension, value",
    Table.ALERTS: "raised_at DESC, alert_id",
    Table.METRICS: "started_at DESC, batch_id DESC",
}

PURPOSE: Mapping[Table, str] = {
    Table.BRONZE: "Every record as it came from the broker",
    Table.SILVER: "Valid events, typed, each once",
    Table.QUARANTINE: "Refused records and why",
    Table.GOLD_KPIS: "One row a minute",
    Table.GOLD_SEGMENTS: "One row a minute and dimension value",
    Table.ALERTS: "One row an alert",
    Table.METRICS: "One row a micro-batch",
}


@dataclass(frozen=True)
class Damage:
    """Why a table cannot be read, and what to do about it."""

    message: str
    remedy: str


@dataclass(frozen=True)
class TableCard:
    """A table's newest version. ``many_small`` says that merging its files would help.

    With ``damage`` the table is there and cannot be read: the figures are none.
    """

    table: Table
    purpose: str
    rows: int
    files: int
    bytes: int
    version: int
    committed_at: dt.datetime | None
    many_small: bool
    damage: Damage | None = None


@dataclass(frozen=True)
class SchemaColumn:
    """A column; ``type`` is Delta's name."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class History:
    """Commits, newest first; ``total`` is how many the log still has."""

    commits: tuple[Commit, ...]
    total: int


@dataclass(frozen=True)
class RowsPage:
    """Rows ``offset`` … of a version, newest first."""

    table: Table
    version: int
    newest: bool
    offset: int
    total: int
    rows: pa.Table
    elapsed_ms: float


def table_cards(lake: LakeReader) -> tuple[TableCard, ...]:
    """The tables that exist, in the order of the flow."""
    found = []
    for table in lake.tables():
        try:
            found.append(_card(lake, table))
        except NoSuchTable:
            continue  # Being made at this moment; it is there at the next look.
        except LakehouseError as error:
            found.append(_damaged(table, Damage(error.message, error.remedy)))
    return tuple(found)


def _damaged(table: Table, damage: Damage) -> TableCard:
    return TableCard(table, PURPOSE[table], 0, 0, 0, 0, None, False, damage)


def _card(lake: LakeReader, table: Table) -> TableCard:
    snapshot = take_snapshot(lake, table)
    commits = read_commits(lake, table, limit=1).commits
    small = len(snapshot.files) >= MANY and snapshot.bytes / len(snapshot.files) < SMALL_BYTES
    return TableCard(
        table=table,
        purpose=PURPOSE[table],
        rows=snapshot.rows,
        files=len(snapshot.files),
        bytes=snapshot.bytes,
        version=snapshot.version,
        committed_at=commits[0].time if commits else None,
        many_small=small,
    )


def table_schema(lake: LakeReader, table: Table, pack: PackSpec) -> tuple[SchemaColumn, ...]:
    """The columns of the newest version, in order. Raises NoSuchTable or LakeReadError."""
    types = take_snapshot(lake, table).types
    return tuple(SchemaColumn(n, kind, describe(table, n, pack)) for n, kind in types.items())


def table_history(lake: LakeReader, table: Table, offset: int = 0, limit: int = 100) -> History:
    """A page of commits. Raises NoSuchTable."""
    page = read_commits(lake, table, offset, limit)
    return History(page.commits, page.total)


def table_rows(
    lake: LakeReader,
    table: Table,
    version: int | None = None,
    offset: int = 0,
    limit: int = PAGE_ROWS,
) -> RowsPage:
    """A page of a version's rows, of the newest one by default.

    Raises NoSuchTable, or LakeReadError where the version is gone.
    """
    started = time.perf_counter()
    snapshot = take_snapshot(lake, table, version)
    snapshot.need_files(lake)
    rows = _rows(snapshot, offset, limit)
    return RowsPage(
        table=table,
        version=snapshot.version,
        newest=version is None,
        offset=offset,
        total=snapshot.rows,
        rows=rows,
        elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
    )


def _rows(snapshot: Snapshot, offset: int, limit: int) -> pa.Table:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET memory_limit = '512MB'; SET temp_directory = ''")
        create_file_view(connection, "version", snapshot.files, snapshot.columns)
        order = NEWEST_FIRST[snapshot.table]
        sql = f"SELECT * FROM version ORDER BY {order} LIMIT {limit} OFFSET {offset}"  # noqa: S608
        try:
            return connection.execute(sql).to_arrow_table()
        except duckdb.IOException as error:
            raise gone(snapshot.table, snapshot.version) from error
