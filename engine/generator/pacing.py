"""When events happen: evenly, at a rate that may change while running."""

from __future__ import annotations

MAX_BEHIND_MS = 5_000
"""Further behind than this (a laptop that slept, a broker that was away) the rest is left out: a
burst of events with old times would look like a fault of the pipeline."""

MAX_SLICE = 5_000
"""Events in one slice at most, so that commands and delivery reports are served in between."""


class Pacer:
    """Hands out the planned times of events; times are milliseconds since the epoch.

    Plans are kept relative to the start: a double that counts from 1970 has steps of 0.25 µs,
    which at 5,000 events/s would make the rate wrong by one in 4,000.
    """

    def __init__(self, rate: float, start_ms: float) -> None:
        self.rate = rate
        self._start = start_ms
        self._next = 0.0

    def begin(self, now_ms: float) -> None:
        """The next event is due now, whatever was planned."""
        self._start, self._next = now_ms, 0.0

    def due(self, now_ms: float, factor: float = 1.0) -> list[float]:
        """The planned times up to ``now_ms`` that were not handed out yet."""
        rate = self.rate * factor
        now = now_ms - self._start
        if rate <= 0 or now - self._next > MAX_BEHIND_MS:
            self._next = now
        if rate <= 0:
            return []
        gap = 1000.0 / rate
        # A rate that rose need not wait for an event planned at the old one.
        planned = min(self._next, now + gap)
        times: list[float] = []
        while planned <= now and len(times) < MAX_SLICE:
            times.append(self._start + planned)
            planned += gap
        self._next = planned
        return times
