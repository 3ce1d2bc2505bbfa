"""The lake's tables without rows, in an in-memory DuckDB: what SQL of a pack is tried on."""

from __future__ import annotations

from typing import Final

import duckdb

from engine.contracts.names import Table
from engine.contracts.pack import MeasureSpec, PackSpec

_TYPES: Final = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMPTZ",
    "double": "DOUBLE",
    "integer": "INTEGER",
}
_PLACE: Final = {"topic": "VARCHAR", "partition": "INTEGER", "offset": "BIGINT"}


def lake_columns(spec: PackSpec) -> dict[Table, dict[str, str]]:
    """DuckDB types of the documented columns of the tables that a question may ask."""
    return {
        Table.SILVER: {
            **{field.name: _TYPES[field.type] for field in spec.fields},
            spec.amount.name: "DOUBLE",
            "usd_rate": "DOUBLE",
            "event_date": "DATE",
            "is_late": "BOOLEAN",
            "extra": "VARCHAR",
            **_PLACE,
            "kafka_ts": "TIMESTAMPTZ",
            "ingest_ts": "TIMESTAMPTZ",
            "processed_ts": "TIMESTAMPTZ",
        },
        Table.QUARANTINE: {
            "raw": "VARCHAR",
            "reason": "VARCHAR",
            "detail": "VARCHAR",
            **_PLACE,
            "kafka_ts": "TIMESTAMPTZ",
            "processed_ts": "TIMESTAMPTZ",
        },
        Table.GOLD_KPIS: {
            "window_start": "TIMESTAMPTZ",
            "window_end": "TIMESTAMPTZ",
            **_measures(spec.kpis),
            "updated_at": "TIMESTAMPTZ",
        },
        Table.GOLD_SEGMENTS: {
            "window_start": "TIMESTAMPTZ",
            "dimension": "VARCHAR",
            "value": "VARCHAR",
            **_measures(spec.segments.measures),
            "updated_at": "TIMESTAMPTZ",
        },
        Table.METRICS: {
            "query": "VARCHAR",
            "batch_id": "BIGINT",
            "started_at": "TIMESTAMPTZ",
            "duration_ms": "DOUBLE",
            **dict.fromkeys(("input_rows", "rejected", "duplicates", "late"), "BIGINT"),
            "input_rate": "DOUBLE",
            "process_rate": "DOUBLE",
            "kafka_lag": "BIGINT",
            "end_to_end_p50_ms": "DOUBLE",
            "end_to_end_p95_ms": "DOUBLE",
            **dict.fromkeys(("wait_ms", "between_ms", "parse_ms", "queue_ms"), "DOUBLE"),
            **dict.fromkeys(("judge_ms", "append_ms", "bronze_ms", "silver_ms"), "DOUBLE"),
            **dict.fromkeys(("quarantine_ms", "gold_ms", "metrics_ms"), "DOUBLE"),
        },
        Table.ALERTS: {
            "alert_id": "VARCHAR",
            **dict.fromkeys(("raised_at", "cleared_at"), "TIMESTAMPTZ"),
            **dict.fromkeys(("rule", "severity", "metric"), "VARCHAR"),
            **dict.fromkeys(("value", "threshold", "baseline"), "DOUBLE"),
            "message": "VARCHAR",
        },
    }


def _measures(measures: tuple[MeasureSpec, ...]) -> dict[str, str]:
    return {measure.name: str(measure.type) for measure in measures}


def empty_lake(spec: PackSpec) -> duckdb.DuckDBPyConnection:
    """A connection that holds the tables and can reach no file."""
    connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})
    connection.execute("SET TimeZone = 'UTC'")
    for table, columns in lake_columns(spec).items():
        made = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"CREATE TABLE {table.value} ({made})")
    return connection
