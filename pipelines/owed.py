"""Minutes of gold that late events touched and that are still to be computed anew.

A late event costs as much as its whole minute. Late events of a second may touch six minutes, and
computing all of them at every batch takes longer than everything else together: at 10,000 events a
second the stream would fall behind. So a batch computes the newest minutes; of older ones, as many
as have ``LATE_ROWS`` rows, or one, are computed while the next batch is read, and the others wait
their turn. When the broker has no more records the batch computes all: with lag 0, gold is what
silver says. They are computed, too, when the stream stops, and when it has rested for ``REST_S``
though the broker has more (a transaction's end takes an offset and is no record; a broker may go
away).

Marks carry what waits (``pipelines.marks``), so that the start after a kill computes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from pipelines.arrival import Longs

LATE_ROWS = 150_000
"""Some 60 ms on two cores; at 1,000 events a second two minutes and a half."""
REST_S = 5.0


class OwedMinutes:
    """Whole minutes since 1970, in the order they were first touched."""

    def __init__(self, minutes: Iterable[int] = ()) -> None:
        self._waiting = dict.fromkeys(minutes)

    @property
    def minutes(self) -> tuple[int, ...]:
        """Those that wait."""
        return tuple(self._waiting)

    def touch(self, minutes: Longs, newest: int) -> Longs:
        """Has those wait that are older than the one before ``newest``; returns the others."""
        old = minutes < newest - 1
        self.add(minutes[old])
        return minutes[~old]

    def add(self, minutes: Longs) -> None:
        """Has these wait, behind those that wait already."""
        self._waiting |= dict.fromkeys(minutes.tolist())

    def take(self, rows: Callable[[int], int]) -> Longs:
        """The next in turn, at least one where any waits; ``rows`` says how many a minute has."""
        chosen: list[int] = []
        left = LATE_ROWS
        for minute in self._waiting:
            left -= rows(minute)
            if chosen and left < 0:
                break
            chosen.append(minute)
        return self._taken(chosen)

    def take_all(self) -> Longs:
        """Every one."""
        return self._taken(list(self._waiting))

    def _taken(self, minutes: list[int]) -> Longs:
        for minute in minutes:
            del self._waiting[minute]
        return np.array(minutes, dtype=np.int64)
