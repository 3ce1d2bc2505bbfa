"""The Delta tables: their columns, how they are made, and how silver grows with the pack."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, Field, PostCommitHookProperties, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.schema import PrimitiveType

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.places import is_bucket
from engine.contracts.retention import HOURS
from pipelines.errors import LakeError
from pipelines.files import local, remote
from pipelines.stages import STAGES

Columns = dict[str, str]

_RECORD: Columns = {"topic": "string", "partition": "integer", "offset": "long"}
_TYPES = {"string": "string", "timestamp": "timestamp", "double": "double", "integer": "integer"}

BRONZE: Columns = {
    "raw": "string",
    "key": "string",
    **_RECORD,
    "kafka_ts": "timestamp",
    "ingest_ts": "timestamp",
    "ingest_date": "date",
    # Only where the value is no valid UTF-8, which no text column can hold.
    "raw_base64": "string",
    # The topic's id: a topic made anew counts its offsets from 0 again.
    "source": "string",
}

QUARANTINE: Columns = {
    "raw": "string",
    "reason": "string",
    "detail": "string",
    **_RECORD,
    "kafka_ts": "timestamp",
    "processed_ts": "timestamp",
}

METRICS: Columns = {
    "query": "string",
    "batch_id": "long",
    "started_at": "timestamp",
    "duration_ms": "double",
    "input_rows": "long",
    "rejected": "long",
    "duplicates": "long",
    "late": "long",
    "input_rate": "double",
    "process_rate": "double",
    "kafka_lag": "long",
    "end_to_end_p50_ms": "double",
    "end_to_end_p95_ms": "double",
    **{f"{stage}_ms": "double" for stage in STAGES},
}

ALERTS: Columns = {
    "alert_id": "string",
    "raised_at": "timestamp",
    "cleared_at": "timestamp",
    "rule": "string",
    "severity": "string",
    "metric": "string",
    "value": "double",
    "threshold": "double",
    "baseline": "double",
    "message": "string",
}

# Statistics only where a reader prunes by them: each further column costs time at every commit.
_STATS = {
    Table.BRONZE: "partition,offset,kafka_ts",
    Table.SILVER: "ts,kafka_ts",
    Table.QUARANTINE: "kafka_ts,processed_ts",
    Table.GOLD_KPIS: "window_start",
    Table.GOLD_SEGMENTS: "window_start",
    Table.METRICS: "started_at",
    Table.ALERTS: "raised_at",
}

PROPERTIES = {
    # JSON replay of up to 50 commits is cheap; a checkpoint each 10 commits would cost more.
    "delta.checkpointInterval": "50",
    "delta.enableDeletionVectors": "false",
}

COMMIT = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
"""Of every micro-batch's commits. Looking for expired entries lists the whole log: 25 of 37 ms once
it has 3,600 of them. Upkeep does it, every ten minutes (``pipelines.maintenance``)."""


def silver_columns(pack: PackSpec) -> Columns:
    """Columns of silver for this pack, in order."""
    return {
        **{spec.name: _TYPES[spec.type] for spec in pack.fields},
        pack.amount.name: "double",
        "usd_rate": "double",
        "event_date": "date",
        "is_late": "boolean",
        "extra": "string",
        **_RECORD,
        "kafka_ts": "timestamp",
        "ingest_ts": "timestamp",
        "processed_ts": "timestamp",
        "event_key": "long",
        "source": "string",
    }


def gold_columns(pack: PackSpec) -> tuple[Columns, Columns]:
    """Columns of gold_kpis and gold_segments."""
    types = {"BIGINT": "long", "DOUBLE": "double"}
    kpis = {m.name: types[m.type] for m in pack.kpis}
    segments = {m.name: types[m.type] for m in pack.segments.measures}
    return (
        {
            "window_start": "timestamp",
            "window_end": "timestamp",
            **kpis,
            "updated_at": "timestamp",
        },
        {
            "window_start": "timestamp",
            "dimension": "string",
            "value": "string",
            **segments,
            "updated_at": "timestamp",
        },
    )


@dataclass(frozen=True, slots=True)
class Lake:
    """Where the tables are: the folder ``root``, unless there is an ``address`` of a bucket."""

    root: Path
    address: str = ""

    @staticmethod
    def at(path: str) -> Lake:
        """The lake in a folder, or at an address such as ``s3a://bucket/lake``."""
        return Lake(Path(), path.rstrip("/")) if is_bucket(path) else Lake(Path(path))

    def path(self, table: Table) -> str:
        """Folder or address of a table."""
        return f"{self.address or self.root}/{table.value}"

    def files(self, table: Table) -> list[str]:
        """Paths of its live files; ``file_uris`` would percent-encode spaces and umlauts."""
        return self.files_of(table, self.open(table))

    def files_of(self, table: Table, opened: DeltaTable) -> list[str]:
        """Paths of the files of an opened version."""
        actions = pa.table(opened.get_add_actions(flatten=True))
        return [f"{self.path(table)}/{unquote(p)}" for p in actions.column("path").to_pylist()]

    def parquet(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        files: Sequence[str],
        opened: DeltaTable | None = None,
    ) -> str:
        """Files of a table as a FROM item for DuckDB (``pipelines.files``)."""
        root = self.path(table)
        if not is_bucket(root):
            return local(files)
        return remote(connection, root, opened or self.open(table), files)

    def open(self, table: Table) -> DeltaTable:
        """The table at its newest version."""
        return DeltaTable(self.path(table))


class TableLocks:
    """One lock a table; held over everything between reading a table's version and its commit.

    On a local disk two writers that do not know of each other can overwrite a commit.
    """

    def __init__(self) -> None:
        self._locks = {table: threading.RLock() for table in Table}

    def __getitem__(self, table: Table) -> threading.RLock:
        return self._locks[table]


def ensure_tables(lake: Lake, pack: PackSpec) -> frozenset[Table]:
    """Makes missing tables, and adds the pack's new columns to tables that lack them.

    Returns the tables that were made or changed.

    Raises:
        LakeError: a folder is no Delta table of ours, or a column changed its type.
    """
    return frozenset(table for table in Table if ensure_table(lake, table, pack))


def ensure_table(lake: Lake, table: Table, pack: PackSpec) -> bool:
    """Makes one table, or adds the columns it lacks; whether there was anything to do."""
    try:
        return _ensure(lake, table, table_columns(pack)[table])
    except (OSError, DeltaError) as error:
        raise LakeError(
            f"The table {table} cannot be opened or made: {error}. Check that the data folder "
            "can be written and has free space."
        ) from error


def table_columns(pack: PackSpec) -> dict[Table, Columns]:
    """Columns of every table for this pack."""
    kpis, segments = gold_columns(pack)
    return {
        Table.BRONZE: BRONZE,
        Table.SILVER: silver_columns(pack),
        Table.QUARANTINE: QUARANTINE,
        Table.GOLD_KPIS: kpis,
        Table.GOLD_SEGMENTS: segments,
        Table.METRICS: METRICS,
        Table.ALERTS: ALERTS,
    }


def _ensure(lake: Lake, table: Table, columns: Columns) -> bool:
    fields = [Field(name, PrimitiveType(kind), nullable=True) for name, kind in columns.items()]
    try:
        existing = lake.open(table)
    except TableNotFoundError:
        configuration: dict[str, str | None] = {
            **PROPERTIES,
            "delta.logRetentionDuration": f"interval {HOURS[table]} hours",
            "delta.deletedFileRetentionDuration": f"interval {HOURS[table]} hours",
            "delta.dataSkippingStatsColumns": _STATS[table],
        }
        DeltaTable.create(
            lake.path(table), Schema(fields), name=table.value, configuration=configuration
        )
        return True
    present = {field.name: field.type for field in existing.schema().fields}
    for field in fields:
        if field.name in present and present[field.name] != field.type:
            raise LakeError(
                f"Column {field.name} of {table} holds {present[field.name]}, but the domain pack "
                f"says {field.type}. Rename the field in the pack, or keep its type."
            )
    missing = [field for field in fields if field.name not in present]
    if missing:
        existing.alter.add_columns(missing)
    return bool(missing)
