"""What a record's neighbours decide: late, too late, repeated. Written apart from the pipeline's.

The rules are the contract's: the newest event time at a record is that of all valid records of any
partition that had arrived by its millisecond of broker time; of records with one id the first to
arrive wins, by broker time, partition, offset.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]

NEVER = int(np.iinfo(np.int64).min)
MINUTE_US = 60_000_000

HORIZON_US = 3_600_000_000
"""Ids are remembered for an hour of event time at least, or for the late grace where it is longer.
The pipeline does the same, so that a repeat with a rewritten time is one to both."""
MOST_KEYS = 4_000_000


@dataclass(frozen=True, slots=True)
class TimeRules:
    """Microseconds."""

    watermark_delay_us: int
    late_grace_us: int

    @property
    def horizon_us(self) -> int:
        """How far back ids are remembered."""
        return max(self.late_grace_us, HORIZON_US)


@dataclass(frozen=True, slots=True)
class Records:
    """Records column-wise, all of shape (n,); ``event_us`` and ``key`` count where ``valid``."""

    partition: Longs
    offset: Longs
    kafka_ms: Longs
    event_us: Longs
    key: Keys
    valid: Flags

    def __len__(self) -> int:
        return len(self.offset)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What became of each record; shapes (n,)."""

    accepted: Flags
    late: Flags
    too_late: Flags
    repeated: Flags
    newest_us: int


@dataclass(slots=True)
class KnownKeys:
    """Ids seen lately as 64-bit hashes, sorted, by minute of event time: 8 bytes each."""

    rules: TimeRules
    most: int = MOST_KEYS
    _by_minute: dict[int, Keys] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(keys) for keys in self._by_minute.values())

    def known(self, keys: Keys) -> Flags:
        """Which of them were seen."""
        found = np.zeros(len(keys), dtype=np.bool_)
        for seen in self._by_minute.values():
            at = np.minimum(np.searchsorted(seen, keys), len(seen) - 1)
            found |= seen[at] == keys
        return found

    def add(self, keys: Keys, event_us: Longs) -> None:
        """Remembers accepted records."""
        minutes = event_us // MINUTE_US
        for minute in np.unique(minutes).tolist():
            new = keys[minutes == minute]
            seen = self._by_minute.get(minute)
            joined = new if seen is None else np.concatenate((seen, new))
            self._by_minute[minute] = np.sort(joined)

    def forget(self, newest_us: int) -> None:
        """Drops what is past the horizon, or past the grace while there is too much of it."""
        total = len(self)
        for minute in sorted(self._by_minute):
            age = newest_us - (minute + 1) * MINUTE_US
            over = total > self.most
            if age <= self.rules.late_grace_us or (age <= self.rules.horizon_us and not over):
                return
            total -= len(self._by_minute.pop(minute))


def newest_at(records: Records, newest_us: int) -> Longs:
    """Newest valid event time that had arrived when each record did; shape (n,)."""
    order = np.argsort(records.kafka_ms, kind="stable")
    times = np.where(records.valid[order], records.event_us[order], NEVER)
    so_far = np.maximum.accumulate(np.maximum(times, newest_us))
    arrived = records.kafka_ms[order]
    newest = np.empty(len(records), dtype=np.int64)
    newest[order] = so_far[np.searchsorted(arrived, arrived, side="right") - 1]
    return newest


def decide(records: Records, rules: TimeRules, newest_us: int, *known: KnownKeys) -> Verdicts:
    """The verdict on each record; ``newest_us`` is as of the record before the first."""
    newest = newest_at(records, newest_us)
    # NEVER is never subtracted from: it would wrap around.
    too_late = records.valid & (records.event_us + rules.late_grace_us < newest)
    in_time = records.valid & ~too_late
    accepted = _firsts(records, in_time)
    places = np.flatnonzero(accepted)
    for keys in known:
        accepted[places] &= ~keys.known(records.key[places])
    late = accepted & (records.event_us + rules.watermark_delay_us < newest)
    return Verdicts(
        accepted=accepted,
        late=late,
        too_late=too_late,
        repeated=in_time & ~accepted,
        newest_us=int(newest.max()) if len(records) else newest_us,
    )


def _firsts(records: Records, among: Flags) -> Flags:
    places = np.flatnonzero(among)
    order = np.lexsort(
        (records.offset[places], records.partition[places], records.kafka_ms[places])
    )
    places = places[order]
    _, first = np.unique(records.key[places], return_index=True)
    chosen = np.zeros(len(records), dtype=np.bool_)
    chosen[places[first]] = True
    return chosen
