"""Writes the ``alerts`` table: one row an alert, replaced when the alert changes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from pipelines.sinks import arrow_schema
from pipelines.tables import ALERTS, Lake, TableLocks


def record(lake: Lake, locks: TableLocks, rows: Sequence[AlertRow]) -> None:
    """Merges by ``alert_id``; of several rows with one id the last counts."""
    newest = {row.alert_id: row for row in rows}
    if not newest:
        return
    table = pa.table(
        {name: [_value(row, name) for row in newest.values()] for name in ALERTS},
        schema=arrow_schema(ALERTS),
    )
    with locks[Table.ALERTS]:
        (
            lake.open(Table.ALERTS)
            .merge(table, predicate="t.alert_id = s.alert_id", source_alias="s", target_alias="t")
            .when_matched_update_all()
            .when_not_matched_insert_all()
            .execute()
        )


def _value(row: AlertRow, column: str) -> object:
    """A column's value; the table holds times as microseconds since 1970."""
    if column in ("raised_at", "cleared_at"):
        ms: int | None = getattr(row, f"{column}_ms")
        return None if ms is None else ms * 1000
    return getattr(row, column)
