"""Several partitions as one stream by time, forwards or backwards, fetched in chunks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from engine.topic.source import Bounds, Record, Source

FIRST_SCAN: Final = 200
"""Messages of the first chunk while nothing is known of their size."""
MOST_AT_ONCE: Final = 2_000
CHUNK_BYTES: Final = 4 << 20
"""Further chunks are cut so that each holds about so much, whatever the size of a message."""


class Cursor(NamedTuple):
    """Where reading goes on: before these offsets, or from them on."""

    backwards: bool
    offsets: Mapping[int, int]


class Lane:
    """One partition's records, fetched a chunk at a time in the direction of reading.

    Everything between ``begun`` and ``reached`` was walked over.
    """

    def __init__(self, partition: int, cursor: Cursor, bounds: Bounds, chunk: int) -> None:
        self.partition = partition
        self.backwards = cursor.backwards
        asked = cursor.offsets.get(partition, bounds.high if cursor.backwards else bounds.low)
        self.begun = self.reached = self._fetched = min(max(asked, bounds.low), bounds.high)
        self._end = bounds.low if cursor.backwards else bounds.high
        self._chunk = chunk
        self._buffer: deque[Record] = deque()

    @property
    def hungry(self) -> bool:
        """Nothing in hand, and more to fetch."""
        return not self._buffer and self._fetched != self._end

    @property
    def left(self) -> int:
        """Offsets ahead that were not walked over."""
        return abs(self._end - self.reached)

    @property
    def head(self) -> Record | None:
        """The record that comes next."""
        return self._buffer[0] if self._buffer else None

    def wanted(self) -> tuple[int, int]:
        """The offsets of the next chunk, the end not included."""
        if self.backwards:
            return max(self._end, self._fetched - self._chunk), self._fetched
        return self._fetched, min(self._end, self._fetched + self._chunk)

    def give(self, records: Sequence[Record]) -> None:
        """The chunk that was ``wanted``, by offset."""
        start, stop = self.wanted()
        self._fetched = start if self.backwards else stop
        self._buffer.extend(reversed(records) if self.backwards else records)
        if records:
            mean = sum(len(record.value or b"") for record in records) / len(records)
            self._chunk = int(min(max(CHUNK_BYTES / max(mean, 1.0), 10), MOST_AT_ONCE))
        else:
            self.reached = self._fetched

    def take(self) -> Record:
        """The head, which is then walked over."""
        record = self._buffer.popleft()
        self.reached = record.offset if self.backwards else record.offset + 1
        if not self._buffer:
            self.reached = self._fetched  # the chunk may end in offsets without a record
        return record


def merged(source: Source, lanes: Sequence[Lane], keep: int | None) -> Iterator[Record]:
    """All lanes' records by time. A record counts as walked over once it was handed out."""
    while True:
        hungry = {lane.partition: lane.wanted() for lane in lanes if lane.hungry}
        if hungry:
            found = source.read(hungry, keep)
            for lane in lanes:
                if lane.partition in hungry:
                    lane.give(found[lane.partition])
            continue
        heads = [(_place(head), lane) for lane in lanes if (head := lane.head) is not None]
        if not heads:
            return
        choose = max if lanes[0].backwards else min
        yield choose(heads, key=lambda pair: pair[0])[1].take()


def _place(record: Record) -> tuple[int, int, int]:
    """By time; then in a fixed order, so that paging back shows what paging forth showed."""
    return record.time_ms or 0, record.partition, record.offset
