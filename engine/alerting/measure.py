"""Takes the measurements: gold's last hour, what the stream said of itself, and the services.

Gold is read only after a batch: between two batches it gets late events at most, which the next
batch would show as well. All else is in memory.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from engine.alerting.model import MINUTE_S, Measurements, Minute
from engine.contracts.names import Service, State, Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import BatchDone
from engine.contracts.status import ServiceSnapshot
from engine.contracts.tally import AuditReport
from engine.errors import LakehouseError
from engine.lake import LakeReader

log = logging.getLogger(__name__)

WINDOW_S = 67 * MINUTE_S
"""The hour before the newest complete minute, that one, the running one, and a little more."""

WARM_UP_S = 60.0
"""After a service came up, minutes that begin within so long are not judged: visitors of the demo
need half of it to reach the checkout, and a backlog comes in a burst."""

SETTLE_S = 20.0
"""An event is in gold within 3 s nearly always; so long after its end a minute is complete."""

EARLIER_S = (25.0, 60.0)
"""How old the look may be that ratios are taken against."""

RECENT_S = 60.0
SILENT_S = 15.0
"""The pipeline tells its lag once a second; older ones say nothing about now."""

AUDIT_SILENT_S = 120.0
"""The tally looks at the lake every quarter of a minute: an older look says nothing about now."""

_STREAM = (Service.BROKER.value, Service.PIPELINE.value, Service.GENERATOR.value)
_UP = (State.READY, State.DEGRADED)


class Stream(Protocol):
    """What ``engine.host.monitor.StreamRecord`` has; moments are seconds since 1970."""

    @property
    def batches(self) -> tuple[tuple[float, BatchDone], ...]: ...

    @property
    def lag(self) -> tuple[tuple[float, dict[int, int]], ...]: ...


class Measurer:
    """Remembers what it needs between two looks; one thread at a time."""

    def __init__(
        self,
        lake: LakeReader,
        pack: PackSpec,
        stream: Callable[[float], Stream],
        services: Callable[[], Sequence[ServiceSnapshot]],
        audit: Callable[[], AuditReport | None] = lambda: None,
    ) -> None:
        self._lake = lake
        self._stream = stream
        self._services = services
        self._audit = audit
        self._columns = wanted_columns(pack)
        self._minutes: dict[int, Minute] = {}
        self._read_after: BatchDone | None = None
        self._was_read = False
        self._last_batch: tuple[float, BatchDone] | None = None
        self._earlier: deque[tuple[float, dict[int, Minute]]] = deque()
        self._down_since: dict[str, float] = {}

    def __call__(self, now_s: float) -> Measurements:
        """Measures now; never raises: what cannot be read is not known."""
        services = self._services()
        stream = self._stream(RECENT_S)
        if stream.batches:
            self._last_batch = stream.batches[-1]
        fresh = self._read_gold(now_s)
        lag_s = self._lag_s(services, stream, now_s)
        error_rate, records = _error_rate(stream)
        reach = None if lag_s is None or not fresh else now_s - max(SETTLE_S, lag_s + 10)
        return Measurements(
            minutes=self._minutes,
            earlier=self._remember(now_s),
            steady_from_s=_steady_from(services, now_s),
            reach_s=reach,
            figures={
                "error_rate": error_rate,
                "processing_lag_s": lag_s,
                "audit_differences": audit_differences(self._audit(), now_s),
            },
            volumes={"input_rows": records},
            down_s=self._down(services, now_s),
        )

    def _read_gold(self, now_s: float) -> bool:
        """Whether the minutes are those of gold's newest version."""
        batch = self._last_batch[1] if self._last_batch else None
        if self._was_read and batch is self._read_after:
            return True
        try:
            rows = gold_minutes(self._lake, self._columns, now_s - WINDOW_S)
        except LakehouseError as error:
            log.warning("gold cannot be measured: %s", error)
            return False
        self._minutes, self._read_after, self._was_read = rows, batch, True
        return True

    def _remember(self, now_s: float) -> Mapping[int, Minute]:
        youngest, oldest = EARLIER_S
        kept = self._earlier
        recent = {s: m for s, m in self._minutes.items() if s > now_s - 3 * MINUTE_S}
        kept.append((now_s, recent))
        # Looking back further than a clock that was set back would find the future there.
        while kept and not 0 <= now_s - kept[0][0] <= oldest:
            kept.popleft()
        fitting = [minutes for at, minutes in kept if now_s - at >= youngest]
        return fitting[-1] if fitting else {}

    def _lag_s(
        self, services: Sequence[ServiceSnapshot], stream: Stream, now_s: float
    ) -> float | None:
        """Seconds from arrival to gold; 0 while nothing waits, None while the pipeline is down."""
        pipeline = next((s for s in services if s.name == Service.PIPELINE.value), None)
        if pipeline is None or pipeline.state not in _UP or not stream.lag:
            return None
        told_at, waiting = stream.lag[-1]
        if now_s - told_at > SILENT_S:
            return None
        if not sum(waiting.values()):
            return 0.0
        since_up = now_s - (pipeline.uptime_s or 0.0)
        if self._last_batch is None or self._last_batch[0] < since_up:
            return pipeline.uptime_s or 0.0
        at, batch = self._last_batch
        return max(0.0, now_s - at) + (batch.end_to_end_p95_ms or 0.0) / 1000

    def _down(self, services: Sequence[ServiceSnapshot], now_s: float) -> dict[str, float]:
        """A service is down from its failure until it is up, or until somebody stops it."""
        for service in services:
            if service.state in (State.BACKOFF, State.FAILED):
                self._down_since.setdefault(service.name, now_s)
            elif service.state in (*_UP, State.STOPPED):
                self._down_since.pop(service.name, None)
        return {s.name: now_s - self._down_since.get(s.name, now_s) for s in services}


def wanted_columns(pack: PackSpec) -> tuple[str, ...]:
    """The KPIs that the rules look at, and those that tell a minute of traffic from late events."""
    kpis = [measure.name for measure in pack.kpis]
    wanted = {"events", "late_events", *(rule.metric for rule in pack.alerts)}
    wanted |= {rule.minimum.metric for rule in pack.alerts if rule.minimum}
    return tuple(name for name in kpis if name in wanted)


def gold_minutes(lake: LakeReader, columns: Sequence[str], since_s: float) -> dict[int, Minute]:
    """gold_kpis from a moment on, by each minute's start. Raises LakeReadError or QueryFailed."""
    if Table.GOLD_KPIS not in lake.tables():
        return {}
    names = "".join(f', CAST("{name}" AS DOUBLE) AS "{name}"' for name in columns)
    sql = (
        f"SELECT CAST(epoch(window_start) AS BIGINT) AS start_s{names} "  # noqa: S608
        f"FROM {Table.GOLD_KPIS.value} "
        f"WHERE window_start >= make_timestamptz({round(since_s * 1e6)}) ORDER BY window_start"
    )
    rows = lake.query(sql).table.to_pylist()
    return {row["start_s"]: Minute(row.pop("start_s"), row) for row in rows}


def audit_differences(report: AuditReport | None, now_s: float) -> float | None:
    """Records and figures that differ; None where nobody has looked lately."""
    if report is None or report.looked_at_s is None or now_s - report.looked_at_s > AUDIT_SILENT_S:
        return None
    figures = sum(1 for difference in report.differences if not difference.records)
    return float(report.lost + report.doubled + figures + report.more)


def _error_rate(stream: Stream) -> tuple[float | None, float]:
    records = sum(batch.input_rows for _, batch in stream.batches)
    rejected = sum(batch.rejected for _, batch in stream.batches)
    return (rejected / records if records else None), float(records)


def _steady_from(services: Sequence[ServiceSnapshot], now_s: float) -> float:
    """The newest start of what events come through, and the time it needs to settle."""
    ages = [s.uptime_s for s in services if s.name in _STREAM and s.uptime_s is not None]
    return now_s - min(ages, default=0.0) + WARM_UP_S
