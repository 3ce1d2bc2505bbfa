"""Small real lakes: rows written as the pipeline writes them, tables read as anyone reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from pipelines.arrival import NEVER
from pipelines.marks import Mark, properties
from pipelines.tables import Lake, silver_columns
from tests.oracle import KPI_COLUMNS, SEGMENT_COLUMNS

Row = dict[str, Any]

TOPIC_ID = "topic-1"
NOON_MS = 1_735_732_800_000
MINUTE_MS = 60_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


def mark(
    batch: int = 0,
    start: dict[int, int] | None = None,
    end: dict[int, int] | None = None,
    *,
    source: str = TOPIC_ID,
    before_us: int = NEVER,
    newest_us: int = NOON_MS * 1000,
) -> Mark:
    """A mark of partition 0, ten records a batch unless told otherwise."""
    first = {0: batch * 10} if start is None else start
    after = {0: batch * 10 + 10} if end is None else end
    return Mark(source, batch, first, after, before_us, newest_us)


def commit(lake: Lake, table: Table, marked: Mark | None = None) -> None:
    """Appends one row of nulls, with a mark or without."""
    target = lake.open(table)
    rows = {field.name: [None] for field in target.schema().fields}
    types = {field.name: _arrow_type(str(field.type)) for field in target.schema().fields}
    write_deltalake(
        target,
        pa.table(rows, schema=pa.schema(list(types.items()))),
        mode="append",
        commit_properties=properties(marked) if marked else None,
    )


def _arrow_type(described: str) -> pa.DataType:
    """The type inside ``PrimitiveType("long")``."""
    return _ARROW[described.split('"')[1]]


def write_silver(
    lake: Lake, pack: PackSpec, rows: Iterable[Row], without: tuple[str, ...] = ()
) -> None:
    """Appends the oracle's silver rows as one file; ``without`` names columns it shall lack."""
    columns = {n: t for n, t in silver_columns(pack).items() if n not in without}
    full = [_silver_row(row) for row in rows]
    table = pa.table(
        {
            name: pa.array([row.get(name) for row in full], _ARROW[kind])
            for name, kind in columns.items()
        }
    )
    write_deltalake(
        lake.path(Table.SILVER), table, mode="append", commit_properties=properties(mark())
    )


def _silver_row(row: Mapping[str, Any]) -> Row:
    moment = EPOCH + timedelta(microseconds=row["ts"])
    return {
        **row,
        "ts": moment,
        "event_date": moment.date(),
        "extra": None if row["extra"] is None else json.dumps(row["extra"]),
        "topic": "ecommerce_events",
        "source": TOPIC_ID,
        "kafka_ts": moment,
        "ingest_ts": moment,
        "processed_ts": moment,
        "event_key": hash(row["event_id"]),
    }


def rows_of(lake: Lake, table: Table) -> list[Row]:
    """All rows, as a reader sees them who knows only Delta; moments as µs since 1970."""
    read = lake.open(table).to_pyarrow_table()
    for at, field in enumerate(read.schema):
        if pa.types.is_timestamp(field.type):
            micros = read.column(at).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
            read = read.set_column(at, field.name, micros)
    result: list[Row] = read.to_pylist()
    return result


def kpis_of(lake: Lake) -> dict[int, Row]:
    """gold_kpis in the oracle's shape; an error where a minute has two rows."""
    rows = rows_of(lake, Table.GOLD_KPIS)
    found = {row["window_start"]: {name: row[name] for name in KPI_COLUMNS} for row in rows}
    assert len(found) == len(rows), "two rows for one minute"
    assert all(row["window_end"] - row["window_start"] == 60_000_000 for row in rows)
    return found


def segments_of(lake: Lake) -> dict[tuple[int, str, str], Row]:
    """gold_segments in the oracle's shape; an error where a key has two rows."""
    rows = rows_of(lake, Table.GOLD_SEGMENTS)
    found = {
        (row["window_start"], row["dimension"], row["value"]): {
            name: row[name] for name in SEGMENT_COLUMNS
        }
        for row in rows
    }
    assert len(found) == len(rows), "two rows for one minute, dimension and value"
    return found


def count_by_duckdb(table: DeltaTable) -> int:
    """Rows in the files that the log names, read without any Delta code."""
    if not table.file_uris():
        return 0
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            "SELECT count(*) FROM read_parquet($1, union_by_name = true)", [table.file_uris()]
        ).fetchone()
    assert found is not None
    return int(found[0])


def empty_silver(pack: PackSpec, rows: int) -> pa.Table:
    """So many rows of silver with nothing in them."""
    types = {name: _ARROW[kind] for name, kind in silver_columns(pack).items()}
    return pa.table({name: pa.nulls(rows, kind) for name, kind in types.items()})
