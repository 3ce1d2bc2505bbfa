"""Reading the alerts table."""

from __future__ import annotations

from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from engine.lake import LakeReader

_COLUMNS = """
    alert_id, epoch_ms(raised_at) AS raised_at_ms, epoch_ms(cleared_at) AS cleared_at_ms, rule,
    severity, metric, value, threshold, baseline, message
"""


def alert_rows(lake: LakeReader, since_s: float = 0.0, limit: int = 2000) -> tuple[AlertRow, ...]:
    """Open alerts, and those raised since a moment (seconds since 1970), newest first.

    Empty where there is no table yet. Raises LakeReadError or QueryFailed.
    """
    if Table.ALERTS not in lake.tables():
        return ()
    sql = (
        f"SELECT {_COLUMNS} FROM {Table.ALERTS.value} WHERE alert_id IS NOT NULL "  # noqa: S608
        f"AND (cleared_at IS NULL OR raised_at >= make_timestamptz({round(since_s * 1e6)})) "
        "ORDER BY raised_at DESC"
    )
    rows = lake.query(sql, max_rows=limit).table.to_pylist()
    return tuple(AlertRow.model_validate(row) for row in rows)
