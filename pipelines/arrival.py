"""What a record's neighbours decide: late, too late, duplicate. Plain numpy, no Spark.

The driver sees five numbers of each record (40 bytes), not the record, and answers with one
byte a record. Nothing here is state that has to survive: ``KeyWindow`` is a copy of silver's
recent keys and is read back from silver at each start.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).min
"""Newest event time before any event was seen (microseconds)."""

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One micro-batch, column-wise; all arrays have shape (n,).

    Attributes:
        partition, offset: where the record stands in the topic.
        kafka_ms: arrival at the broker, epoch milliseconds.
        event_us: event time, epoch microseconds; only meaningful where ``valid``.
        key: 64-bit hash of the event id; only meaningful where ``valid``.
        valid: the record has no fault of its own.
    """

    partition: Longs
    offset: Longs
    kafka_ms: Longs
    event_us: Longs
    key: Longs
    valid: Flags

    def __len__(self) -> int:
        return len(self.offset)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The answer for each record of an ``Arrivals``, in its order; shapes (n,)."""

    accepted: Flags
    late: Flags
    too_late: Flags
    duplicate: Flags
    newest_us: int
    """Newest event time after this batch, microseconds."""


@dataclass(slots=True)
class KeyWindow:
    """Keys of events already in silver, in sorted runs by minute of event time.

    Memory is 8 bytes a key. ``horizon_us`` must be at least the late grace: anything older than
    that never reaches the window. Beyond the grace, minutes are kept while ``max_keys`` allows,
    so that a repeat whose time was rewritten is usually caught too.
    """

    grace_us: int
    horizon_us: int
    max_keys: int = 4_000_000
    _minutes: dict[int, Longs] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(keys) for keys in self._minutes.values())

    def count(self, minute: int) -> int:
        """How many keys it has of this minute since 1970."""
        keys = self._minutes.get(minute)
        return 0 if keys is None else len(keys)

    def contains(self, keys: Longs) -> Flags:
        """For each key whether it is in the window."""
        # In order, because a search that begins where the last one ended stays in the cache.
        order = np.argsort(keys)
        wanted, seen = keys[order], np.zeros(len(keys), dtype=np.bool_)
        for known in self._minutes.values():
            at = np.searchsorted(known, wanted)
            at[at == len(known)] = 0
            seen |= known[at] == wanted
        found = np.empty_like(seen)
        found[order] = seen
        return found

    def add(self, keys: Longs, event_us: Longs) -> None:
        """Adds accepted events."""
        minutes = event_us // MINUTE_US
        for minute in np.unique(minutes).tolist():
            new = np.sort(keys[minutes == minute])
            old = self._minutes.get(minute)
            # A minute has thousands of keys and late events are few: not sorted anew for them.
            merged = new if old is None else np.insert(old, np.searchsorted(old, new), new)
            self._minutes[minute] = merged

    def evict(self, newest_us: int) -> None:
        """Forgets minutes older than the horizon, and beyond the grace while there are too many."""
        total = len(self)
        for minute in sorted(self._minutes):
            age = newest_us - (minute + 1) * MINUTE_US
            if age <= self.grace_us or (age <= self.horizon_us and total <= self.max_keys):
                break
            total -= len(self._minutes.pop(minute))


def newest_at_arrival(batch: Arrivals, newest_us: int) -> Longs:
    """Newest valid event time that had arrived when each record did, itself included; shape (n,).

    Arrival is the broker's clock. Records of one millisecond count as arrived together: one
    produce request carries one time for all its records, and partitions have no common order.
    """
    order = np.argsort(batch.kafka_ms, kind="stable")
    arrived = batch.kafka_ms[order]
    times = np.where(batch.valid[order], batch.event_us[order], NEVER)
    running = np.maximum(np.maximum.accumulate(times), newest_us)
    last_of_ms = np.searchsorted(arrived, arrived, side="right") - 1
    result = np.empty(len(batch), dtype=np.int64)
    result[order] = running[last_of_ms]
    return result


def judge(
    batch: Arrivals,
    window: KeyWindow,
    newest_us: int,
    watermark_delay_us: int,
    late_grace_us: int,
) -> Verdicts:
    """Decides each record; adds nothing to the window (``KeyWindow.add`` after silver's commit).

    A record is late when its time lies more than ``watermark_delay_us`` before the newest event
    time at its arrival, and too late beyond ``late_grace_us``. Of records with one key the first
    to arrive wins: by broker time, then partition and offset.
    """
    if not len(batch):
        none = np.zeros(0, dtype=np.bool_)
        return Verdicts(none, none, none, none, newest_us)
    newest = newest_at_arrival(batch, newest_us)
    # Compared without subtracting from NEVER, which would wrap around.
    too_late = batch.valid & (batch.event_us + late_grace_us < newest)
    late = batch.valid & ~too_late & (batch.event_us + watermark_delay_us < newest)
    candidate = batch.valid & ~too_late
    first = _first_arrivals(batch, candidate)
    accepted = first.copy()
    accepted[first] = ~window.contains(batch.key[first])
    return Verdicts(
        accepted=accepted,
        late=late & accepted,
        too_late=too_late,
        duplicate=candidate & ~accepted,
        newest_us=int(newest.max()),
    )


def _first_arrivals(batch: Arrivals, candidate: Flags) -> Flags:
    """Marks, among candidates, the first of each key."""
    index = np.flatnonzero(candidate)
    order = np.lexsort((batch.offset[index], batch.partition[index], batch.kafka_ms[index]))
    index = index[order]
    _, at = np.unique(batch.key[index], return_index=True)
    first = np.zeros(len(batch), dtype=np.bool_)
    first[index[at]] = True
    return first
