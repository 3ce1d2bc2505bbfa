"""Where to go on: read from the lake's own log at each start.

The last mark in bronze says up to which offset records are safe; from there the stream goes on.
A process that was killed may have left silver, quarantine or gold behind bronze, but by one batch
at most: that batch is run once more, from bronze. Silver may also stand ahead of bronze; then
its mark makes the stream leave those records alone. Late minutes of earlier batches that gold
still owes stand in the marks (``pipelines.owed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from engine.contracts.names import Table
from engine.contracts.protocol import Notice
from pipelines.arrival import NEVER, KeyWindow, Longs
from pipelines.batch import Floors, Offsets, Position
from pipelines.marks import Mark, last_mark
from pipelines.tables import Lake

_FOLLOWERS = (Table.SILVER, Table.QUARANTINE, Table.GOLD_KPIS, Table.GOLD_SEGMENTS, Table.METRICS)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a start has to do.

    Attributes:
        position: state before the batch to repeat, or before the first new one.
        repeat: the offsets [start, end) to run once more from bronze, or None.
        floors: up to which offset each table is complete.
        silver_newest_us: newest event time that silver may hold; ``position`` may be before it.
        notices: what a person should know (records that expired unread).
        owed: minutes since 1970 that gold is still to compute (``pipelines.owed``).
        cut_off: the last batch is not whole, and of another topic: a rebuild takes its place.
    """

    position: Position
    repeat: tuple[Offsets, Offsets] | None
    floors: Floors
    silver_newest_us: int
    notices: tuple[Notice, ...]
    owed: tuple[int, ...]
    cut_off: bool = False


def plan(lake: Lake, source: str, low: Offsets) -> Plan:
    """Reads the marks. ``source`` is the topic's id, ``low`` the first offsets it still has."""
    bronze = last_mark(lake.open(Table.BRONZE))
    marks = {table: last_mark(lake.open(table)) for table in _FOLLOWERS}
    ours = {t: m for t, m in marks.items() if m is not None and m.source == source}
    floors = {table: mark.end for table, mark in ours.items()}
    known = [mark for mark in (bronze, *marks.values()) if mark is not None]
    owed = _owed(marks)
    silver = max((mark.newest_us for mark in known), default=NEVER)
    if bronze is None or bronze.source != source:
        batch = max((mark.batch + 1 for mark in known), default=0)
        # Another topic has its own time: that of the last one would make all of it too late.
        offsets = {**low, **_read_before(lake, source)} if bronze else dict(low)
        fresh, told = Position(source, batch, offsets, NEVER), _replaced(bronze)
        return Plan(fresh, None, floors, silver, told, owed, not _whole(bronze, marks))
    if not _whole(bronze, marks):
        position = Position(source, bronze.batch, dict(bronze.start), bronze.newest_before_us)
        again = (bronze.start, bronze.end)
        return Plan(position, again, floors, silver, expired(bronze.end, low), owed)
    position = Position(source, bronze.batch + 1, dict(bronze.end), bronze.newest_us)
    return Plan(position, None, floors, silver, expired(bronze.end, low), owed)


def _whole(bronze: Mark | None, marks: Mapping[Table, Mark | None]) -> bool:
    """Whether every table has bronze's last batch: the row of metrics is written last."""
    metrics = marks.get(Table.METRICS)
    if bronze is None or bronze.end == bronze.start:
        return True
    return metrics is not None and metrics.source == bronze.source and metrics.batch >= bronze.batch


def _owed(marks: Mapping[Table, Mark | None]) -> tuple[int, ...]:
    """Minutes that either of gold's tables may lack late events of.

    A batch without any dimension writes no gold_segments, so the mark of metrics counts as well;
    a minute too many is computed once more.
    """
    tables = (Table.GOLD_KPIS, Table.GOLD_SEGMENTS, Table.METRICS)
    found = [mark for table in tables if (mark := marks[table]) is not None]
    return tuple(sorted({minute for mark in found for minute in mark.owed}))


def to_heal(lake: Lake, changed: frozenset[Table]) -> tuple[str, ...]:
    """Parts to rebuild because their table was made anew or got columns that can be computed.

    A silver that only got a new column is not: its older rows keep NULL there.
    """
    silver_lost = Table.SILVER in changed and last_mark(lake.open(Table.SILVER)) is None
    if silver_lost and last_mark(lake.open(Table.BRONZE)) is not None:
        return ("silver", "gold")
    gold = changed & {Table.GOLD_KPIS, Table.GOLD_SEGMENTS}
    return ("gold",) if gold and lake.files(Table.SILVER) else ()


def _read_before(lake: Lake, source: str) -> Offsets:
    """Where an earlier time with this topic ended; the marks only tell of the last topic."""
    files = lake.files(Table.BRONZE)
    if not files:
        return {}
    with duckdb.connect(":memory:") as connection:
        rows = connection.execute(
            'SELECT partition, max("offset") + 1 '
            f"FROM {lake.parquet(connection, Table.BRONZE, files)} "
            "WHERE source = $1 GROUP BY partition",
            [source],
        ).fetchall()
    return {int(partition): int(offset) for partition, offset in rows}


def _replaced(bronze: Mark | None) -> tuple[Notice, ...]:
    if bronze is None:
        return ()
    text = (
        "Another topic than at the last start, or one made anew: reading what the lake does not "
        "have of it. What was read before stays."
    )
    return (Notice(level="warning", message=text),)


def expired(read: Offsets, low: Offsets) -> tuple[Notice, ...]:
    """A notice where the topic no longer has what follows the offsets read so far."""
    lost = {p: low[p] - end for p, end in read.items() if low.get(p, 0) > end}
    if not lost:
        return ()
    where = ", ".join(f"partition {p}: {n:,}" for p, n in sorted(lost.items()))
    text = (
        f"{sum(lost.values()):,} records expired in the broker before they were read ({where}). "
        "Raise the topic's retention, or start the lakehouse more often."
    )
    return (Notice(level="error", message=text),)


def start_offsets(position: Offsets, low: Offsets) -> Offsets:
    """Where the stream begins: the position, but not before what the topic still has."""
    return {p: max(position.get(p, 0), first) for p, first in low.items()}


def load_window(lake: Lake, window: KeyWindow, at: Plan, files: list[str]) -> None:
    """Fills the window with the keys that silver had when the stream stood at the plan's position.

    Rows of later offsets are left out: their batch is run again, and must be judged as it was.
    """
    if not files:
        return
    position = at.position
    later = " OR ".join(
        f'(partition = {p} AND "offset" >= {offset})' for p, offset in position.offsets.items()
    )
    with duckdb.connect(":memory:") as connection:
        table = connection.execute(
            "SELECT event_key, epoch_us(ts) AS us "
            f"FROM {lake.parquet(connection, Table.SILVER, files)} "
            f"WHERE epoch_us(ts) >= $1 AND NOT (source = $2 AND ({later or 'false'}))",
            [at.silver_newest_us - window.horizon_us, position.source],
        ).to_arrow_table()
    window.add(_longs(table, "event_key"), _longs(table, "us"))
    window.evict(at.silver_newest_us)


def _longs(table: pa.Table, column: str) -> Longs:
    values: Longs = table.column(column).to_numpy().astype(np.int64)
    return values
