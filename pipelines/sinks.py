"""Writers of bronze, silver, quarantine and pipeline_metrics; each commit carries its mark.

delta-rs appends what this process holds, Spark what its executors hold (``pipelines.rows``). Both
are told from here, and a lock a table keeps their commits, and those of maintenance, apart: on a
local disk two writers could otherwise overwrite each other's commit.
"""

from __future__ import annotations

import pyarrow as pa
from deltalake import DeltaTable, Field, write_deltalake
from deltalake.schema import PrimitiveType
from pyspark.sql import DataFrame

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from pipelines.marks import Mark, properties
from pipelines.tables import COMMIT, METRICS, Columns, Lake, TableLocks, silver_columns

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
}


def bronze_rows(parsed: DataFrame, source: str, ingest_us: int) -> DataFrame:
    """Columns of bronze from parsed records."""
    return parsed.selectExpr(
        "raw",
        "key",
        "topic",
        "partition",
        "offset",
        "kafka_ts",
        f"timestamp_micros({ingest_us}) AS ingest_ts",
        f"CAST(timestamp_micros({ingest_us}) AS DATE) AS ingest_date",
        "raw_base64",
        f"'{source}' AS source",
    )


def silver_rows(judged: DataFrame, pack: PackSpec, source: str, ingest_us: int) -> DataFrame:
    """Columns of silver from accepted records with ``is_late``."""
    computed = {
        "ingest_ts": f"timestamp_micros({ingest_us}) AS ingest_ts",
        "processed_ts": "current_timestamp() AS processed_ts",
        "source": f"'{source}' AS source",
    }
    return judged.selectExpr(*(computed.get(name, f"`{name}`") for name in silver_columns(pack)))


class Sinks:
    """The tables a batch appends to."""

    def __init__(self, lake: Lake, locks: TableLocks) -> None:
        self._lake = lake
        self._locks = locks
        self._open: dict[Table, DeltaTable] = {}

    def append_events(
        self, rows: DataFrame | pa.Table, table: Table, mark: Mark, files: int
    ) -> None:
        """One append to a table of records; where Spark writes, of at most ``files`` files."""
        if isinstance(rows, pa.Table):
            self._append(rows, table, mark)
        else:
            self._append_spark(rows, table, mark, files)

    def _append_spark(self, rows: DataFrame, table: Table, mark: Mark, files: int) -> None:
        with self._locks[table]:
            (
                rows.coalesce(files)
                .write.format("delta")
                .mode("append")
                .option("userMetadata", mark.dumps())
                .save(self._lake.path(table))
            )

    def append_metrics(self, row: dict[str, object], mark: Mark) -> None:
        """Appends one row of pipeline_metrics."""
        columns = {name: [row[name]] for name in METRICS}
        self._append(pa.table(columns, schema=arrow_schema(METRICS)), Table.METRICS, mark)

    def _append(self, rows: pa.Table, table: Table, mark: Mark) -> None:
        with self._locks[table]:
            target = self._open.get(table)
            if target is None:
                target = self._open[table] = self._lake.open(table)
            else:
                target.update_incremental()
            write_deltalake(
                target,
                _shaped(rows, target),
                mode="append",
                commit_properties=properties(mark),
                post_commithook_properties=COMMIT,
            )


def _shaped(rows: pa.Table, target: DeltaTable) -> pa.Table:
    """The table's columns in its order; NULL in those that only an earlier pack filled."""
    kinds = [(field.name, _ARROW[_kind(field)]) for field in target.schema().fields]
    have = set(rows.column_names)
    columns = [
        rows.column(name).cast(kind) if name in have else pa.nulls(len(rows), kind)
        for name, kind in kinds
    ]
    return pa.table(columns, schema=pa.schema(kinds))


def _kind(field: Field) -> str:
    kind = field.type
    assert isinstance(kind, PrimitiveType), "our tables have no nested columns"
    return kind.type


def arrow_schema(columns: Columns) -> pa.Schema:
    """A table's columns as Arrow types."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns.items()])
