"""Small lakes for the Pipeline and Quality pages: metrics and refused records as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from engine.lake import LakeReader
from pipelines.tables import METRICS, QUARANTINE

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", "UTC"),
}


def batch(at: dt.datetime, **figures: Any) -> dict[str, Any]:
    """A row of pipeline_metrics: 100 records in 500 ms, unless told otherwise."""
    row: dict[str, Any] = dict.fromkeys(METRICS, 0)
    row |= {"query": "main", "started_at": at, "duration_ms": 500.0, "input_rows": 100}
    row |= {"input_rate": 100.0, "process_rate": 200.0}
    row |= {"end_to_end_p50_ms": 600.0, "end_to_end_p95_ms": 900.0}
    return row | figures


def refused(offset: int, **values: Any) -> dict[str, Any]:
    """A row of quarantine_events, one a second from noon on."""
    moment = NOON + dt.timedelta(seconds=offset)
    row: dict[str, Any] = {
        "raw": '{"event_id":"e1","price":-1}',
        "reason": "negative_price",
        "detail": "price is outside its range from 0: -1",
        "topic": "ecommerce_events",
        "partition": 0,
        "offset": offset,
        "kafka_ts": moment,
        "processed_ts": moment,
    }
    return row | values


def write(root: Path, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Appends rows as one commit."""
    columns = {Table.METRICS: METRICS, Table.QUARANTINE: QUARANTINE}[table]
    found = list(rows)
    arrays = {n: pa.array([row[n] for row in found], _ARROW[t]) for n, t in columns.items()}
    write_deltalake(str(root / table.value), pa.table(arrays), mode="append")


def compact(root: Path, table: Table) -> None:
    """One commit of upkeep."""
    DeltaTable(str(root / table.value)).optimize.compact()


def reader(root: Path) -> LakeReader:
    return LakeReader(root)
