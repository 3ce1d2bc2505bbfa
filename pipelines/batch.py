"""One micro-batch, from records to gold.

1. run the stream's plan (``pipelines.parse``): one Spark job, which hands the driver its rows or,
   where executors are to write them, five numbers a record (``pipelines.rows``);
2. the driver decides late, too late and duplicate (``pipelines.arrival``);
3. bronze, silver and quarantine are appended at the same time;
4. gold's newest minutes are recomputed, of older ones those whose turn it is while the next
   batch is read (``pipelines.owed``); 5. one row of pipeline_metrics.

1 is ``BatchRunner.read`` and the rest ``BatchRunner.write``, so that a large batch can be read
while the one before it is written (``pipelines.stream``).

Running a batch twice changes nothing: each table remembers, in its last mark, up to which offset
it is complete (``Floors``), and records below that are left alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import BatchDone
from pipelines.arrival import MINUTE_US, Arrivals, Flags, KeyWindow, Longs, Verdicts, judge
from pipelines.gold import Gold
from pipelines.marks import Mark
from pipelines.owed import REST_S, OwedMinutes
from pipelines.rows import TOO_LARGE, OnDriver, OnExecutors, Rows
from pipelines.sinks import Sinks
from pipelines.stages import Stopwatch, columns

log = logging.getLogger("batch")

SMALL_BATCH = 8_000
"""Up to here one task is quicker than several: starting a task costs more than its rows."""

AFTER_LARGE = 16
"""Batches that Spark writes from one that was too large on: such records seldom come alone."""

_STAGE = {Table.BRONZE: "bronze", Table.SILVER: "silver", Table.QUARANTINE: "quarantine"}

Offsets = dict[int, int]
Floors = Mapping[Table, Offsets]


@dataclass(slots=True)
class Position:
    """Where the stream stands; moved on only when a batch is complete."""

    source: str
    batch: int
    offsets: Offsets
    newest_us: int


@dataclass(frozen=True, slots=True)
class Rules:
    """Time rules in microseconds."""

    watermark_delay_us: int
    late_grace_us: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that were read and parsed, and are to be written."""

    rows: Rows
    watch: Stopwatch
    started_ms: int
    small: bool

    @property
    def apart(self) -> bool:
        """Whether it may be written beside the reading of the next.

        Small batches follow each other quickly enough: more of them would only cost processor time.
        What executors hold is not kept twice.
        """
        return not self.small and isinstance(self.rows, OnDriver)


class BatchRunner:
    """Runs batches against one lake; holds the recent keys and the position.

    Without ``gold`` (a rebuild) neither gold nor pipeline_metrics is written.
    """

    def __init__(
        self,
        pack: PackSpec,
        rules: Rules,
        sinks: Sinks,
        gold: Gold | None,
        window: KeyWindow,
        position: Position,
        floors: Floors,
        report: Callable[[BatchDone], None],
        lag: Callable[[Offsets], int],
        on_driver: bool = True,
        files: int = 2,
        owed: Iterable[int] = (),
    ) -> None:
        """``on_driver``: this process writes the tables, and not Spark's executors.

        ``files`` is what a large batch of theirs adds to a table: one a core that writes; ``owed``
        are minutes that gold is still to compute (``pipelines.owed``).
        """
        self.pack = pack
        self._on_driver = on_driver
        self._spared = 0
        self._files = files
        self._rules = rules
        self._sinks = sinks
        self._gold = gold
        self.window = window
        self.position = position
        self.floors = floors
        self._report = report
        self._lag = lag
        self._owed = OwedMinutes(owed)
        self._pool = ThreadPoolExecutor(3, thread_name_prefix="sink")
        self._late: Future[None] | None = None
        self._metrics: Future[float] | None = None
        self._metrics_ms: float | None = None
        self._last_end: float | None = None

    def run(self, parsed: DataFrame, expected: int, bronze: bool = True) -> int:
        """Processes one batch, of Kafka records or (without writing bronze) of bronze's rows.

        ``parsed`` comes from ``pipelines.parse.parse``; ``expected`` is about how many records
        it has. Returns their number.
        """
        return self.write(self.read(parsed, expected), bronze)

    def read(self, parsed: DataFrame, expected: int) -> Batch:
        """Runs the plan. What it returns takes memory until it is written or closed."""
        watch = Stopwatch()
        started_ms = int(time.time() * 1000)
        small = expected <= SMALL_BATCH
        if small:
            parsed = parsed.coalesce(1)
        rows = self._hold(parsed)
        watch.lap("parse")
        return Batch(rows, watch, started_ms, small)

    def write(self, batch: Batch, bronze: bool = True) -> int:
        """Writes what was read, one batch at a time and in order. Returns its records' number."""
        try:
            self._wait_for_late()
            batch.watch.lap("queue")
            return self._write(batch, bronze)
        finally:
            batch.rows.close()

    def _hold(self, parsed: DataFrame) -> Rows:
        """Runs the plan; a batch that is too large for here is written by executors."""
        if self._on_driver and not self._spared:
            try:
                return OnDriver(parsed, self.pack)
            except (PySparkException, Py4JError) as error:
                if TOO_LARGE not in str(error):
                    raise
                log.warning("records too large for the driver: for some batches Spark writes them")
                self._spared = AFTER_LARGE
        self._spared = max(0, self._spared - 1)
        return OnExecutors(parsed, self.pack)

    def _write(self, batch: Batch, bronze: bool) -> int:
        rows, watch, started_ms = batch.rows, batch.watch, batch.started_ms
        seen, files = rows.seen, 1 if batch.small else self._files
        if not len(seen):
            return 0
        watch.note("wait", started_ms / 1000 - float(np.median(seen.kafka_ms)) / 1000)
        mark, verdicts, due = self._decide(seen)
        watch.lap("judge")
        try:
            self._append(rows, verdicts, mark, files, bronze, watch)
            watch.lap("append")
            if self._gold is not None:
                self._gold.refresh(due, mark)
                watch.lap("gold")
        except BaseException:
            self._owed.add(due)  # A panic of delta-rs is no Exception, and ``settle`` may follow.
            raise
        # Also what silver had before this run: the repeat of a first batch begins without a window.
        self.window.add(seen.key[verdicts.accepted], seen.event_us[verdicts.accepted])
        self.window.evict(verdicts.newest_us)
        self._finish(mark, seen, verdicts, watch, started_ms)
        if self._gold is not None and self._owed.minutes:
            self._late = self._pool.submit(self._compute_late)
        return len(seen)

    def _decide(self, seen: Arrivals) -> tuple[Mark, Verdicts, Longs]:
        """The batch's mark, the verdicts, and the minutes of gold to be computed."""
        rules, before = self._rules, self.position
        verdicts = judge(
            seen,
            self.window,
            before.newest_us,
            rules.watermark_delay_us,
            rules.late_grace_us,
        )
        end = dict(before.offsets)
        for partition in np.unique(seen.partition).tolist():
            end[partition] = int(seen.offset[seen.partition == partition].max()) + 1
        # A client whose clock runs ahead must not make everybody else's minutes late ones.
        newest = min(verdicts.newest_us, int(seen.kafka_ms.max()) * 1000) // MINUTE_US
        due = self._due(self._touched(seen, verdicts), newest, end)
        mark = Mark(
            before.source,
            before.batch,
            dict(before.offsets),
            end,
            before.newest_us,
            verdicts.newest_us,
            self._owed.minutes,
        )
        return mark, verdicts, due

    def _due(self, touched: Longs, newest: int, end: Offsets) -> Longs:
        """Of touched and owed minutes those that this batch computes."""
        fresh = self._owed.touch(touched, newest)
        if not self._owed.minutes:
            return fresh
        if self._gold is not None and self._lag(end) > 0:
            return fresh
        return np.concatenate((fresh, self._owed.take_all()))

    def rest(self) -> None:
        """No batch is in hand: computes what gold owes where none has ended lately."""
        if self._last_end is None or time.perf_counter() - self._last_end >= REST_S:
            self.settle()

    def settle(self) -> None:
        """Computes the minutes that gold still owes; no batch may be in hand."""
        self._wait_for_late()
        self._compute(self._owed.take_all())

    def _compute_late(self) -> None:
        """Beside the reading of the next batch: the events of this one are visible already."""
        self._compute(self._owed.take(self.window.count))

    def _compute(self, minutes: Longs) -> None:
        if self._gold is None or not len(minutes):
            return
        try:
            self._gold.refresh(minutes, self.done())
        except BaseException:
            self._owed.add(minutes)
            raise

    def _wait_for_late(self) -> None:
        """Late minutes in hand are computed, or raises why not."""
        late, self._late = self._late, None
        if late is not None:
            late.result()

    def done(self) -> Mark:
        """A mark that says: complete up to where the stream stands, but for what gold owes."""
        at, end = self.position, dict(self.position.offsets)
        return Mark(
            at.source, at.batch - 1, end, end, at.newest_us, at.newest_us, self._owed.minutes
        )

    def _below(self, table: Table, seen: Arrivals) -> Flags:
        """Records that this table already had when the process started."""
        below = np.zeros(len(seen), dtype=np.bool_)
        for partition, floor in self.floors.get(table, {}).items():
            below |= (seen.partition == partition) & (seen.offset < floor)
        return below

    def _append(
        self,
        rows: Rows,
        verdicts: Verdicts,
        mark: Mark,
        files: int,
        bronze: bool,
        watch: Stopwatch,
    ) -> None:
        """Appends to the three tables at once."""
        now_us = int(time.time() * 1_000_000)

        def append(made: DataFrame | pa.Table, table: Table) -> None:
            with watch.timed(_STAGE[table]):
                self._sinks.append_events(made, table, mark, files)

        jobs = []
        if bronze:
            jobs.append(self._pool.submit(append, rows.bronze(mark.source, now_us), Table.BRONZE))
        into_silver = verdicts.accepted & ~self._below(Table.SILVER, rows.seen)
        if into_silver.any():
            made = rows.silver(into_silver, verdicts.late, mark.source, now_us)
            jobs.append(self._pool.submit(append, made, Table.SILVER))
        faulty, too_late = self._refused(rows.seen, verdicts)
        if (faulty | too_late).any():
            minutes = self._rules.late_grace_us / MINUTE_US
            detail = f"more than {minutes:g} minutes before the newest event"
            append(rows.quarantine(faulty, too_late, detail, now_us), Table.QUARANTINE)
        for job in jobs:
            job.result()

    def _refused(self, seen: Arrivals, verdicts: Verdicts) -> tuple[Flags, Flags]:
        """Records for quarantine: with a fault of their own, and too late."""
        new = ~self._below(Table.QUARANTINE, seen)
        return ~seen.valid & new, verdicts.too_late & new

    def _touched(self, seen: Arrivals, verdicts: Verdicts) -> Longs:
        """Minutes whose gold may change; with replayed records all that are valid, to be safe."""
        replayed = self._below(Table.SILVER, seen).any()
        rows = seen.valid if replayed else verdicts.accepted
        minutes: Longs = np.unique(seen.event_us[rows] // MINUTE_US)
        return minutes

    def _finish(
        self, mark: Mark, seen: Arrivals, verdicts: Verdicts, watch: Stopwatch, started_ms: int
    ) -> None:
        visible_ms = time.time() * 1000
        new = ~self._below(Table.METRICS, seen)
        accepted = verdicts.accepted & new
        visible = accepted & ~np.isin(seen.event_us // MINUTE_US, mark.owed)
        ages = visible_ms - seen.kafka_ms[visible]
        now = time.perf_counter()
        since = self._last_end or watch.started
        seconds, duration = now - since, watch.total_ms(since)
        if self._last_end is not None:
            watch.note("between", max(0.0, watch.started - self._last_end))
        self._last_end = now
        done = BatchDone(
            query="main",
            batch_id=mark.batch,
            started_at_ms=started_ms,
            duration_ms=duration,
            input_rows=int(new.sum()),
            accepted=int(accepted.sum()),
            rejected=int(((~seen.valid | verdicts.too_late) & new).sum()),
            duplicates=int((verdicts.duplicate & new).sum()),
            late=int((verdicts.late & new).sum()),
            input_rate=round(len(seen) / max(seconds, 1e-3), 1),
            process_rate=round(len(seen) / max(duration / 1000, 1e-3), 1),
            kafka_lag=self._lag(mark.end),
            end_to_end_p50_ms=round(float(np.percentile(ages, 50)), 1) if len(ages) else None,
            end_to_end_p95_ms=round(float(np.percentile(ages, 95)), 1) if len(ages) else None,
            stages_ms=watch.stages,
        )
        self.position.batch = mark.batch + 1
        self.position.offsets = dict(mark.end)
        self.position.newest_us = mark.newest_us
        if self._gold is not None:
            self._write_metrics(done, mark)
        self._report(done)

    def _write_metrics(self, done: BatchDone, mark: Mark) -> None:
        """In the background: the row is about the batch that is already visible."""
        self._wait_for_metrics()
        row = done.model_dump(exclude={"kind", "started_at_ms", "accepted", "stages_ms"})
        row["started_at"] = done.started_at_ms * 1000
        row |= columns(done.stages_ms)
        row["metrics_ms"] = self._metrics_ms

        def append() -> float:
            began = time.perf_counter()
            self._sinks.append_metrics(row, mark)
            return round((time.perf_counter() - began) * 1000, 1)

        self._metrics = self._pool.submit(append)

    def _wait_for_metrics(self) -> None:
        """The last row of metrics is written, or raises why not."""
        if self._metrics is not None:
            self._metrics_ms = self._metrics.result()

    def close(self) -> None:
        """Waits for what is written in the background."""
        try:
            self._wait_for_late()
            self._wait_for_metrics()
        finally:
            self._pool.shutdown()
