"""A small real lake with gold and alerts, as the pipeline writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from engine.alerting.model import Minute
from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from pipelines.tables import Lake, ensure_tables


def make_lake(root: Path, pack: PackSpec) -> LakeReader:
    """Every table, empty."""
    ensure_tables(Lake(root), pack)
    return LakeReader(root)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def write_minutes(lake: LakeReader, minutes: Iterable[Minute]) -> None:
    """Appends rows to gold_kpis; KPIs that a minute lacks stay empty."""
    rows: list[dict[str, object]] = [
        {"window_start": _moment(m.start_s), **m.values} for m in minutes
    ]
    _append(lake, Table.GOLD_KPIS, rows)


def write_alerts(lake: LakeReader, alerts: Iterable[AlertRow]) -> None:
    """Appends rows to the alerts table."""
    rows: list[dict[str, object]] = []
    for alert in alerts:
        row = alert.model_dump(exclude={"raised_at_ms", "cleared_at_ms"})
        row["raised_at"] = _moment(alert.raised_at_ms / 1000)
        cleared = alert.cleared_at_ms
        row["cleared_at"] = None if cleared is None else _moment(cleared / 1000)
        rows.append(row)
    _append(lake, Table.ALERTS, rows)


def _append(lake: LakeReader, table: Table, rows: list[dict[str, object]]) -> None:
    from deltalake import DeltaTable

    opened = DeltaTable(str(lake.path(table)))
    schema = pa.schema(opened.schema().to_arrow())
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    write_deltalake(opened, pa.Table.from_pylist(full, schema=schema), mode="append")
