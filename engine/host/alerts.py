"""Puts the watch over alerts together for one running lakehouse."""

from __future__ import annotations

from engine.alerting.history import alert_rows
from engine.alerting.measure import Measurer
from engine.alerting.watch import AlertWatch, Ways
from engine.contracts.alerts import AlertRow
from engine.contracts.names import Service, State
from engine.contracts.protocol import RecordAlerts
from engine.host.compose import Instance
from engine.host.monitor import Monitor

SENDER = "alerts"
"""Under this name listeners hear of alerts."""


def alert_watch(instance: Instance, monitor: Monitor) -> AlertWatch:
    """The watch, not started yet."""
    supervisor, lake, pack = instance.supervisor, instance.lake, instance.pack.spec

    def send(rows: tuple[AlertRow, ...]) -> bool:
        states = {service.name: service.state for service in supervisor.snapshot()}
        if states.get(Service.PIPELINE.value) not in (State.READY, State.DEGRADED):
            return False
        supervisor.send(Service.PIPELINE.value, RecordAlerts(rows=rows))
        return True

    ways = Ways(
        measure=Measurer(lake, pack, monitor.stream, supervisor.snapshot, monitor.audit),
        rows=lambda since_s: alert_rows(lake, since_s),
        send=send,
        tell=lambda what: supervisor.tell(SENDER, what),
    )
    return AlertWatch(pack, instance.paths.root, ways)
