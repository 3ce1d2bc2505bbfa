"""One micro-batch, from records to gold.

1. run the stream's plan (``pipelines.parse``) and keep its rows: one Spark job, which also hands
   the driver five numbers a record;
2. the driver decides late, too late and duplicate (``pipelines.arrival``);
3. bronze, silver and quarantine are appended at the same time;
4. gold's touched minutes are recomputed; 5. one row of pipeline_metrics.

Running a batch twice changes nothing: each table remembers, in its last mark, up to which offset
it is complete (``Floors``), and records below that are left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql.functions import expr, lit, substring

from engine.contracts.names import Reason, Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import BatchDone
from pipelines.arrival import MINUTE_US, Arrivals, Flags, KeyWindow, Longs, Verdicts, judge
from pipelines.gold import Gold
from pipelines.marks import Mark
from pipelines.sinks import Sinks, bronze_rows, silver_rows

SMALL_BATCH = 8_000
"""Up to here one task is quicker than several: starting a task costs more than its rows."""

ACCEPT, LATE, REFUSE = b"A"[0], b"L"[0], b"R"[0]

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


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds of each stage of a batch."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Books the time since the last lap under this stage."""
        now = time.perf_counter()
        self.stages[stage] = round((now - self._last) * 1000, 1)
        self._last = now

    def total_ms(self) -> float:
        """Milliseconds since the start."""
        return round((time.perf_counter() - self.started) * 1000, 1)


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
        files: int = 2,
    ) -> None:
        """``files`` is what a large batch adds to a table: one a core that writes."""
        self.pack = pack
        self._files = files
        self._rules = rules
        self._sinks = sinks
        self._gold = gold
        self.window = window
        self.position = position
        self.floors = floors
        self._report = report
        self._lag = lag
        self._pool = ThreadPoolExecutor(3, thread_name_prefix="sink")
        self._metrics: Future[None] | None = None
        self._last_end = time.perf_counter()

    def run(self, parsed: DataFrame, expected: int, bronze: bool = True) -> int:
        """Processes one batch, of Kafka records or (without writing bronze) of bronze's rows.

        ``parsed`` comes from ``pipelines.parse.parse``; ``expected`` is about how many records
        it has. Returns their number.
        """
        watch = Stopwatch()
        started_ms = int(time.time() * 1000)
        small = expected <= SMALL_BATCH
        if small:
            parsed = parsed.coalesce(1)
        parsed.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            return self._run(parsed, watch, started_ms, small, bronze)
        finally:
            parsed.unpersist()

    def _run(
        self, parsed: DataFrame, watch: Stopwatch, started_ms: int, small: bool, bronze: bool
    ) -> int:
        seen, refused = self._collect(parsed)
        watch.lap("parse")
        if not len(seen):
            return 0
        mark, verdicts = self._decide(seen)
        watch.lap("judge")
        self._append(parsed, seen, verdicts, refused, mark, small, bronze)
        watch.lap("append")
        if self._gold is not None:
            self._gold.refresh(self._touched(seen, verdicts), mark)
            watch.lap("gold")
        # Also what silver had before this run: the repeat of a first batch begins without a window.
        self.window.add(seen.key[verdicts.accepted], seen.event_us[verdicts.accepted])
        self.window.evict(verdicts.newest_us)
        self._finish(mark, seen, verdicts, watch, started_ms)
        return len(seen)

    def _collect(self, parsed: DataFrame) -> tuple[Arrivals, pa.Table]:
        """The job that fills the cache: five numbers a record, and refused records whole."""
        ts = self.pack.roles.timestamp
        table = parsed.selectExpr(
            "CAST(partition AS BIGINT) AS p",
            "offset AS o",
            "unix_millis(kafka_ts) AS k",
            f"coalesce(unix_micros({ts}), 0L) AS t",
            "coalesce(event_key, 0L) AS h",
            "reason",
            "IF(reason IS NULL, NULL, detail) AS detail",
            "IF(reason IS NULL, NULL, make_valid_utf8(CAST(value AS STRING))) AS raw",
            "IF(reason IS NULL, NULL, topic) AS topic",
        ).toArrow()
        valid = table.column("reason").is_null()
        arrivals = Arrivals(
            partition=table.column("p").to_numpy(),
            offset=table.column("o").to_numpy(),
            kafka_ms=table.column("k").to_numpy(),
            event_us=table.column("t").to_numpy(),
            key=table.column("h").to_numpy(),
            valid=valid.to_numpy().astype(np.bool_),
        )
        return arrivals, table.filter(pc.invert(valid))

    def _decide(self, seen: Arrivals) -> tuple[Mark, Verdicts]:
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
        mark = Mark(
            before.source,
            before.batch,
            dict(before.offsets),
            end,
            before.newest_us,
            verdicts.newest_us,
        )
        return mark, verdicts

    def _below(self, table: Table, seen: Arrivals) -> Flags:
        """Records that this table already had when the process started."""
        below = np.zeros(len(seen), dtype=np.bool_)
        for partition, floor in self.floors.get(table, {}).items():
            below |= (seen.partition == partition) & (seen.offset < floor)
        return below

    def _append(
        self,
        parsed: DataFrame,
        seen: Arrivals,
        verdicts: Verdicts,
        refused: pa.Table,
        mark: Mark,
        small: bool,
        bronze: bool,
    ) -> None:
        """Appends to the three tables at once."""
        now_us = int(time.time() * 1_000_000)
        files = 1 if small else self._files
        work: list[tuple[DataFrame, Table]] = []
        if bronze:
            rows = bronze_rows(parsed, mark.source, now_us)
            work.append((rows, Table.BRONZE))
        into_silver = verdicts.accepted & ~self._below(Table.SILVER, seen)
        if into_silver.any():
            codes = np.where(into_silver, np.where(verdicts.late, LATE, ACCEPT), REFUSE)
            chosen = _with_verdicts(parsed, seen, codes.astype(np.uint8), (ACCEPT, LATE))
            judged = chosen.withColumn("is_late", expr(f"verdict = X'{LATE:02X}'"))
            rows = silver_rows(judged, self.pack, mark.source, now_us)
            work.append((rows, Table.SILVER))
        append = self._sinks.append_spark
        jobs = [self._pool.submit(append, rows, table, mark, files) for rows, table in work]
        self._append_quarantine(parsed, seen, verdicts, refused, mark, now_us)
        for job in jobs:
            job.result()

    def _append_quarantine(
        self,
        parsed: DataFrame,
        seen: Arrivals,
        verdicts: Verdicts,
        refused: pa.Table,
        mark: Mark,
        now_us: int,
    ) -> None:
        old = self._below(Table.QUARANTINE, seen)
        parts = [refused.filter(pa.array(~old[~seen.valid]))]
        too_late = verdicts.too_late & ~old
        if too_late.any():
            codes = np.where(too_late, ACCEPT, REFUSE).astype(np.uint8)
            chosen = _with_verdicts(parsed, seen, codes, (ACCEPT,))
            parts.append(_too_late_rows(chosen, self._rules))
        rows = pa.concat_tables(parts, promote_options="default")
        if not rows.num_rows:
            return
        self._sinks.append_quarantine(_quarantine_columns(rows, now_us), mark)

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
        ages = visible_ms - seen.kafka_ms[accepted]
        now = time.perf_counter()
        seconds, self._last_end = now - self._last_end, now
        duration = watch.total_ms()
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
        if self._metrics is not None:
            self._metrics.result()
        row = done.model_dump(exclude={"kind", "started_at_ms", "accepted", "stages_ms"})
        row["started_at"] = done.started_at_ms * 1000
        self._metrics = self._pool.submit(self._sinks.append_metrics, row, mark)

    def close(self) -> None:
        """Waits for the last row of metrics."""
        if self._metrics is not None:
            self._metrics.result()
        self._pool.shutdown()


def _with_verdicts(
    parsed: DataFrame,
    seen: Arrivals,
    codes: np.ndarray[tuple[int], np.dtype[np.uint8]],
    keep: tuple[int, ...],
) -> DataFrame:
    """Records whose code is in ``keep``, with the code in ``verdict`` (one byte).

    The codes travel as one byte string indexed by offset: no join, no shuffle, and finding a
    record's byte takes constant time however large the batch.
    """
    pieces, shifts, length = [], [], 0
    for partition in np.unique(seen.partition).tolist():
        mine = seen.partition == partition
        offsets = seen.offset[mine]
        low, high = int(offsets.min()), int(offsets.max())
        piece = np.full(high - low + 1, REFUSE, dtype=np.uint8)
        piece[offsets - low] = codes[mine]
        shifts.append(f"WHEN {partition} THEN {length - low + 1}L")
        pieces.append(piece)
        length += len(piece)
    lookup = lit(bytearray(np.concatenate(pieces).tobytes()))
    at = expr(f"CAST(offset + CASE partition {' '.join(shifts)} END AS INT)")
    verdict = substring(lookup, at, lit(1))
    kept = ", ".join(f"X'{code:02X}'" for code in keep)
    return parsed.withColumn("verdict", verdict).where(f"verdict IN ({kept})")


def _too_late_rows(chosen: DataFrame, rules: Rules) -> pa.Table:
    minutes = rules.late_grace_us / MINUTE_US
    return chosen.selectExpr(
        "CAST(partition AS BIGINT) AS p",
        "offset AS o",
        "unix_millis(kafka_ts) AS k",
        f"'{Reason.TOO_LATE.value}' AS reason",
        f"'more than {minutes:g} minutes before the newest event' AS detail",
        "CAST(value AS STRING) AS raw",
        "topic",
    ).toArrow()


def _quarantine_columns(rows: pa.Table, now_us: int) -> pa.Table:
    kafka_us = pc.multiply(rows.column("k"), 1000)
    return pa.table(
        {
            "raw": rows.column("raw"),
            "reason": rows.column("reason"),
            "detail": rows.column("detail"),
            "topic": rows.column("topic"),
            "partition": rows.column("p"),
            "offset": rows.column("o"),
            "kafka_ts": kafka_us,
            "processed_ts": pa.array([now_us] * rows.num_rows),
        }
    )
