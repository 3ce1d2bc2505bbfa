"""Figures of the minutes that are still open, for the screen."""

from __future__ import annotations

from collections import deque

from engine.contracts.tally import OpenFigures, OpenMinute
from engine.tally.arrival import MINUTE_US, NEVER
from engine.tally.chunk import Chunk
from engine.tally.counted import Counted
from engine.tally.measures import Figures, Measures

RATE_OVER_S = 5.0
BEFORE_EVERY_S = 1.0
"""The minute before the newest gets late events only: its figures may wait a little."""


class Live:
    """Computes what is drawn; remembers what it told last."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._arrived_ms: int | None = None
        self._recent: deque[tuple[float, int]] = deque()
        self._before: tuple[int, float, Figures] | None = None
        self._changed = False

    def heard(self, chunk: Chunk, now_s: float) -> None:
        """Records that were just read."""
        newest = int(chunk.records.kafka_ms.max())
        self._arrived_ms = max(newest, self._arrived_ms or newest)
        self._recent.append((now_s, len(chunk)))
        self._changed = True

    def figures(self, counted: Counted, now_s: float) -> OpenFigures | None:
        """What is to be drawn now; None where nothing changed."""
        if not self._changed or counted.newest_us == NEVER or self._arrived_ms is None:
            return None
        self._changed = False
        # A client whose clock runs ahead must not take the screen to a minute others are not in.
        newest = min(counted.newest_us, self._arrived_ms * 1000) // MINUTE_US
        before = self._minute_before(counted, newest - 1, now_s)
        minutes = [(newest - 1, before), (newest, self._of(counted, newest))]
        return OpenFigures(
            at_ms=round(now_s * 1000),
            arrived_ms=self._arrived_ms,
            rate=self._rate(now_s),
            minutes=tuple(
                OpenMinute(start_s=minute * 60, figures=figures)
                for minute, figures in minutes
                if figures
            ),
        )

    def _minute_before(self, counted: Counted, minute: int, now_s: float) -> Figures:
        kept = self._before
        if kept is None or kept[0] != minute or now_s - kept[1] >= BEFORE_EVERY_S:
            self._before = kept = (minute, now_s, self._of(counted, minute))
        return kept[2]

    def _of(self, counted: Counted, minute: int) -> Figures:
        rows = counted.open_rows(minute)
        return {} if rows is None else self._measures.figures(rows).get(minute, {})

    def _rate(self, now_s: float) -> float:
        while self._recent and self._recent[0][0] < now_s - RATE_OVER_S:
            self._recent.popleft()
        return round(sum(count for _, count in self._recent) / RATE_OVER_S, 1)
