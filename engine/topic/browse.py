"""Pages of messages: newest, from an offset, from a time; older and newer; one or all partitions.

A page covers, for each partition, the offsets ``low`` … ``high`` (end not included): paging on
goes from there, so that no message is shown twice or left out. Partitions are merged by time, head
against head, and never reordered inside. A filter makes the scan longer, not unbounded: it stops
after ``Limits`` and says how far it came.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from engine.topic.filter import Filter, field_text, parse_filter
from engine.topic.merge import FIRST_SCAN, MOST_AT_ONCE, Cursor, Lane, merged
from engine.topic.payload import PREVIEW_BYTES, one_line
from engine.topic.source import Bounds, Record, Source

EVERYTHING = parse_filter("")
Stopped = Literal["full", "end", "limit"]


@dataclass(frozen=True)
class Newest:
    """The messages that came last, the newest first."""


@dataclass(frozen=True)
class Oldest:
    """The messages that are kept the longest, the oldest first."""


@dataclass(frozen=True)
class FromOffset:
    """From this offset on, in each partition looked at."""

    offset: int


@dataclass(frozen=True)
class FromTime:
    """From the first message at or after this moment (epoch ms)."""

    time_ms: int


Position = Newest | Oldest | FromOffset | FromTime


class Limits(NamedTuple):
    """How much one page may cost."""

    messages: int = 20_000
    seconds: float = 4.0


PAGE_LIMITS = Limits()
TAIL_LIMITS = Limits(2_000, 0.4)


@dataclass(frozen=True)
class Row:
    """A message in the list. ``size`` is the value's, in bytes; None for a null.

    ``label`` is the text of the field that tells messages apart, empty where there is none.
    """

    partition: int
    offset: int
    time_ms: int | None
    label: str
    key: str
    size: int | None
    preview: str
    tombstone: bool
    headers: int


@dataclass(frozen=True)
class Page:
    """Some messages in reading order, and where the ones before and after them are.

    ``scanned`` messages were looked at, ``left`` lie ahead in the direction of reading. ``older``
    and ``newer`` are None where nothing more is stored (newer ones may come any time, so ``newer``
    is always there).
    """

    rows: tuple[Row, ...]
    backwards: bool
    older: Cursor | None
    newer: Cursor
    scanned: int
    left: int
    stopped: Stopped

    @property
    def onward(self) -> Cursor | None:
        """Where a scan that was stopped goes on."""
        return self.older if self.backwards else self.newer


def bounds_of(source: Source, partitions: Collection[int] | None) -> dict[int, Bounds]:
    """Watermarks of the partitions looked at; None is all."""
    found = source.bounds()
    return found if partitions is None else {p: b for p, b in found.items() if p in partitions}


def first_cursor(source: Source, position: Position, bounds: Mapping[int, Bounds]) -> Cursor:
    """Where reading begins."""
    match position:
        case Newest():
            return Cursor(True, {p: b.high for p, b in bounds.items()})
        case Oldest():
            return Cursor(False, {p: b.low for p, b in bounds.items()})
        case FromOffset(offset):
            return Cursor(False, {p: min(max(offset, b.low), b.high) for p, b in bounds.items()})
        case FromTime(time_ms):
            at = source.offsets_at(time_ms)
            return Cursor(False, {p: at.get(p, b.high) for p, b in bounds.items()})


def read_page(
    source: Source,
    start: Position | Cursor,
    count: int,
    *,
    partitions: Collection[int] | None = None,
    passes: Filter = EVERYTHING,
    label: str = "",
    limits: Limits = PAGE_LIMITS,
    clock: Callable[[], float] = time.monotonic,
) -> Page:
    """Up to ``count`` messages that pass the filter; ``label`` is a field shown beside each."""
    bounds = bounds_of(source, partitions)
    cursor = start if isinstance(start, Cursor) else first_cursor(source, start, bounds)
    keep = PREVIEW_BYTES if passes.everything else None
    chunk = min(count, MOST_AT_ONCE) if passes.everything else FIRST_SCAN
    lanes = [Lane(p, cursor, b, chunk) for p, b in sorted(bounds.items())]
    deadline = clock() + limits.seconds
    rows: list[Row] = []
    scanned = 0
    stopped: Stopped = "end"
    for record in merged(source, lanes, keep):
        scanned += 1
        if passes(record):
            rows.append(_row(record, label))
        if len(rows) == count:
            stopped = "full"
            break
        if scanned >= limits.messages or clock() > deadline:
            stopped = "limit"
            break
    return _page(rows, lanes, cursor, bounds, scanned, stopped)


def tail(
    source: Source,
    cursor: Cursor,
    count: int,
    *,
    passes: Filter = EVERYTHING,
    label: str = "",
    limits: Limits = TAIL_LIMITS,
) -> tuple[Page, int]:
    """What came since ``cursor``, oldest first; and how many were passed over unseen.

    When more came than one look may cost, the oldest of them are passed over: the tail of a busy
    topic stays at its end.
    """
    bounds = bounds_of(source, tuple(cursor.offsets))
    most = count if passes.everything else limits.messages
    fair = max(1, most // max(1, len(bounds)))
    starts = {}
    skipped = 0
    for partition, (low, high) in bounds.items():
        asked = min(max(cursor.offsets[partition], low), high)
        starts[partition] = max(asked, high - fair)
        skipped += starts[partition] - asked
    page = read_page(
        source,
        Cursor(False, starts),
        count,
        partitions=tuple(starts),
        passes=passes,
        label=label,
        limits=limits,
    )
    return page, skipped


def read_one(source: Source, partition: int, offset: int) -> Record | None:
    """One message, whole; None where nothing is stored there."""
    found = source.read({partition: (offset, offset + 1)}).get(partition)
    return found[0] if found else None


def _page(
    rows: list[Row],
    lanes: Sequence[Lane],
    cursor: Cursor,
    bounds: Mapping[int, Bounds],
    scanned: int,
    stopped: Stopped,
) -> Page:
    begun = {lane.partition: lane.begun for lane in lanes}
    reached = {lane.partition: lane.reached for lane in lanes}
    low, high = (reached, begun) if cursor.backwards else (begun, reached)
    more = any(low[partition] > bounds[partition].low for partition in low)
    return Page(
        rows=tuple(rows),
        backwards=cursor.backwards,
        older=Cursor(True, low) if more else None,
        newer=Cursor(False, high),
        scanned=scanned,
        left=sum(lane.left for lane in lanes),
        stopped=stopped,
    )


def _row(record: Record, label: str) -> Row:
    return Row(
        partition=record.partition,
        offset=record.offset,
        time_ms=record.time_ms,
        label=field_text(record, label) if label else "",
        key="" if record.key is None else one_line(record.key),
        size=record.size,
        preview=one_line(record.value),
        tombstone=record.value is None,
        headers=len(record.headers),
    )
