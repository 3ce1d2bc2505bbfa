"""Alerts: one row an id, replaced when it changes."""

from __future__ import annotations

import pytest

from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from pipelines.alerts import record
from pipelines.tables import Lake, TableLocks
from tests.unit.pipelines.lakes import NOON_MS, rows_of

pytestmark = pytest.mark.unit


def _alert(alert_id: str = "a", **fields: object) -> AlertRow:
    known = {
        "alert_id": alert_id,
        "raised_at_ms": NOON_MS,
        "rule": "low_conversion",
        "severity": "warning",
        "metric": "conversion_rate",
        "value": 0.01,
        "threshold": 0.02,
        "message": "Conversion is low.",
    }
    return AlertRow.model_validate({**known, **fields})


def test_that_an_alert_is_written_once_and_cleared_in_place(lake: Lake) -> None:
    locks = TableLocks()
    record(lake, locks, [_alert(), _alert("b")])
    record(lake, locks, [_alert(cleared_at_ms=NOON_MS + 60_000, baseline=0.03)])
    rows = {row["alert_id"]: row for row in rows_of(lake, Table.ALERTS)}
    assert set(rows) == {"a", "b"}
    assert rows["a"]["raised_at"] == NOON_MS * 1000
    assert rows["a"]["cleared_at"] == (NOON_MS + 60_000) * 1000
    assert (rows["a"]["value"], rows["a"]["baseline"]) == (0.01, 0.03)
    assert rows["b"]["cleared_at"] is None


def test_that_of_two_rows_with_one_id_the_last_counts(lake: Lake) -> None:
    record(lake, TableLocks(), [_alert(), _alert(message="Worse.")])
    (row,) = rows_of(lake, Table.ALERTS)
    assert row["message"] == "Worse."


def test_that_no_rows_are_no_commit(lake: Lake) -> None:
    record(lake, TableLocks(), [])
    assert lake.open(Table.ALERTS).version() == 0
