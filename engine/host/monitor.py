"""Remembers what the services last said, and makes the status report of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from engine.contracts.names import HELPERS, Service, State
from engine.contracts.protocol import (
    Audited,
    BatchDone,
    Lag,
    Notice,
    Produced,
    Step,
    Tallied,
)
from engine.contracts.status import (
    PipelineStatus,
    ServiceSnapshot,
    StatusReport,
    demo_stopped,
)
from engine.contracts.tally import AuditReport, OpenFigures
from engine.supervisor.fleet import Notification
from engine.supervisor.supervisor import Supervisor

RECENT_S = 30.0
"""Rates are means over so long; older batches say nothing about now."""

SILENT_S = 15.0
"""Lags come once a second; without one for so long nothing is known of what waits."""

BATCHES_KEPT = 4_000
LAGS_KEPT = 3_600
"""An hour of lag, which comes once a second, and about as long of batches; 5 MB at most."""


@dataclass(frozen=True)
class StreamRecord:
    """What the stream said lately, oldest first; moments are seconds since 1970.

    Attributes:
        batches: (when it was done, the batch).
        lag: (when it was measured, records not yet finished by partition).
    """

    now: float
    batches: tuple[tuple[float, BatchDone], ...]
    lag: tuple[tuple[float, dict[int, int]], ...]
    step: Step | None


def overall(services: tuple[ServiceSnapshot, ...]) -> State:
    """One word for all: the worst that any service is in.

    A helper's failure degrades it only, and demo events that are stopped are no fault.
    """
    needed = tuple(service for service in services if not demo_stopped(service))
    states = {_weighed(service) for service in needed or services}
    for state in (State.FAILED, State.BACKOFF, State.DEGRADED, State.STARTING, State.STOPPING):
        if state in states:
            return State.DEGRADED if state is State.BACKOFF else state
    if states == {State.READY}:
        return State.READY
    return State.DEGRADED if State.READY in states else State.STOPPED


def _weighed(service: ServiceSnapshot) -> State:
    if service.name == Service.TALLY.value and service.state in (State.STARTING, State.STOPPING):
        return State.READY  # It follows the pipeline, and nobody waits for it.
    failed = service.state is State.FAILED and service.name in HELPERS
    return State.DEGRADED if failed else service.state


def usable(services: tuple[ServiceSnapshot, ...]) -> bool:
    """Whether all is READY but demo events that are stopped.

    The assistant's helpers are waited for while they start; one that cannot be had is not.
    """
    states = {service.name: service.state for service in services if not demo_stopped(service)}
    states.pop(Service.TALLY.value, None)
    helping = [states.pop(name) for name in HELPERS if name in states]
    return State.STARTING not in helping and set(states.values()) == {State.READY}


class Monitor:
    """Listens to one supervisor; every method may be called from any thread."""

    def __init__(
        self,
        supervisor: Supervisor,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._supervisor = supervisor
        self._clock = clock
        self._wall = wall
        self._lock = threading.Lock()
        self._batches: deque[tuple[float, BatchDone]] = deque(maxlen=BATCHES_KEPT)
        self._lags: deque[tuple[float, dict[int, int]]] = deque(maxlen=LAGS_KEPT)
        self._produced: Produced | None = None
        self._notices: deque[Notice] = deque(maxlen=100)
        self._step: Step | None = None
        self._audit: AuditReport | None = None
        self._open: OpenFigures | None = None
        supervisor.subscribe(self._hear)

    def _hear(self, _service: str, what: Notification) -> None:
        with self._lock:
            match what:
                case BatchDone():
                    self._batches.append((self._clock(), what))
                case Lag():
                    self._lags.append((self._clock(), what.partitions))
                case Produced():
                    self._produced = what
                case Notice():
                    self._notices.append(what)
                case Step():
                    self._step = what
                case Audited():
                    self._audit = what.report
                case Tallied():
                    self._open = what.figures

    def notices(self) -> tuple[Notice, ...]:
        """What a person should have read, oldest first."""
        with self._lock:
            return tuple(self._notices)

    def step(self) -> Step | None:
        """The newest progress of a long operation."""
        with self._lock:
            return self._step

    def audit(self) -> AuditReport | None:
        """How the lake compared with an independent count when it was looked at last."""
        with self._lock:
            return self._audit

    def open_figures(self) -> OpenFigures | None:
        """The newest figures of minutes that are still open; None before there are any."""
        with self._lock:
            return self._open

    def stream(self, seconds: float) -> StreamRecord:
        """The batches and lags of the last ``seconds``."""
        now, wall = self._clock(), self._wall()
        with self._lock:
            batches = list(takewhile(lambda b: now - b[0] <= seconds, reversed(self._batches)))
            lags = list(takewhile(lambda sample: now - sample[0] <= seconds, reversed(self._lags)))
            step = self._step
        return StreamRecord(
            now=wall,
            batches=tuple((wall - (now - at), batch) for at, batch in reversed(batches)),
            lag=tuple((wall - (now - at), partitions) for at, partitions in reversed(lags)),
            step=step,
        )

    def report(self) -> StatusReport:
        """State of services and stream; the tables are the reader's to add."""
        services = self._supervisor.snapshot()
        return StatusReport(
            state=overall(services),
            services=services,
            pipeline=self._pipeline(),
            notices=tuple(notice.message for notice in self.notices()[-10:]),
            audit=self.audit(),
        )

    def _pipeline(self) -> PipelineStatus:
        now = self._clock()
        with self._lock:
            newest_first = reversed(self._batches)
            recent = [b for _, b in takewhile(lambda b: now - b[0] <= RECENT_S, newest_first)]
            last = self._batches[-1][1] if self._batches else None
            told_at, waiting = self._lags[-1] if self._lags else (now, {})
        rows = sum(batch.input_rows for batch in recent)
        busy = sum(batch.duration_ms for batch in recent) / 1000
        ages = sorted(b.end_to_end_p50_ms for b in recent if b.end_to_end_p50_ms is not None)
        tails = sorted(b.end_to_end_p95_ms for b in recent if b.end_to_end_p95_ms is not None)
        return PipelineStatus(
            kafka_lag=sum(waiting.values()) if waiting and now - told_at <= SILENT_S else None,
            input_rate=round(rows / RECENT_S, 1),
            process_rate=round(rows / busy, 1) if busy else 0.0,
            end_to_end_p50_ms=ages[len(ages) // 2] if ages else None,
            end_to_end_p95_ms=tails[len(tails) // 2] if tails else None,
            last_batch_id=last.batch_id if last else None,
        )
