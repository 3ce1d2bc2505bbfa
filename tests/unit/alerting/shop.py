"""A running lakehouse as the watch sees it; a test says what is down. No process, no pipeline."""

from __future__ import annotations

import datetime as dt

from engine.alerting.history import alert_rows
from engine.alerting.model import Measurements
from engine.alerting.watch import AlertWatch, Ways
from engine.contracts.alerts import AlertCleared, AlertRaised, AlertRow
from engine.lake import LakeReader
from tests.unit.alerting.minutes import NOON, measured


class Shop:
    """Its alerts table is real; nobody writes into it."""

    def __init__(self, lake: LakeReader) -> None:
        self.now = float(NOON)
        self.down = 0.0
        self.told: list[AlertRaised | AlertCleared] = []
        self.ways = Ways(
            measure=self._measure,
            rows=lambda since_s: alert_rows(lake, since_s),
            send=lambda _rows: False,
            tell=self.told.append,
        )

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.now, dt.UTC)

    def look(self, watch: AlertWatch, after_s: float = 5.0) -> None:
        self.now += after_s
        watch.look()

    def past(self, rule: str, value: float, ago_s: float = 600.0) -> AlertRow:
        """An alert that was over after a minute."""
        raised = round((self.now - ago_s) * 1000)
        return AlertRow(
            alert_id=f"{rule}-{raised}",
            raised_at_ms=raised,
            cleared_at_ms=raised + 60_000,
            rule=rule,
            severity="critical" if rule == "conversion_low" else "warning",
            metric="m",
            value=value,
            threshold=0.02,
            message=f"It was so by {rule}.",
        )

    def _measure(self, now_s: float) -> Measurements:
        return measured(now_s, {}, down_s={"broker": self.down, "pipeline": 0.0})
