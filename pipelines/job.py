"""Puts the parts together: driver JVM, tables, recovery, stream, maintenance."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.job import PipelineConfig
from engine.contracts.protocol import Degraded, Lag, Ready, Recovered, Step
from pipelines.arrival import NEVER, KeyWindow
from pipelines.batch import BatchRunner, Floors, Position, Rules
from pipelines.emit import Emitter
from pipelines.errors import DriverError, PipelineError
from pipelines.gold import Gold
from pipelines.jvm import DriverJvm
from pipelines.maintenance import Maintenance
from pipelines.marks import Mark
from pipelines.parse import parse
from pipelines.rebuild import Pending, Rebuilder
from pipelines.recovery import Plan, load_window, plan, start_offsets, to_heal
from pipelines.session import confs, open_session
from pipelines.sinks import Sinks
from pipelines.source import Topic
from pipelines.stream import Stream
from pipelines.tables import Lake, TableLocks, ensure_tables
from pipelines.warmup import bronze_records, warm_up

if TYPE_CHECKING:
    from pyspark.sql.streaming.query import StreamingQuery

log = logging.getLogger("pipeline")

HOUR_US = 3_600_000_000


class Job:
    """The life of the pipeline process between its first and its last message."""

    def __init__(self, config: PipelineConfig, emit: Emitter) -> None:
        self._config = config
        self._emit = emit
        self._lake = Lake(Path(config.lake_path))
        self._rules = Rules(int(config.watermark_delay_s * 1e6), int(config.late_grace_s * 1e6))
        self._pending = Pending(config.checkpoint_path)
        self._grace_us = self._rules.late_grace_us
        self._horizon_us = max(HOUR_US, self._rules.late_grace_us)
        self._locks = TableLocks()
        self._jvm: DriverJvm | None = None
        self._runner: BatchRunner | None = None
        self._stream: Stream | None = None
        self._query: StreamingQuery | None = None
        self._maintenance: Maintenance | None = None
        self._closing = threading.Event()
        self._began = time.monotonic()
        self._announced = False

    def start(self) -> None:
        """From nothing to a running query; ``announce`` then tells the supervisor."""
        began = self._began = time.monotonic()
        for folder in (self._config.scratch_path, self._config.lake_path):
            Path(folder).mkdir(parents=True, exist_ok=True)
        self._jvm = DriverJvm(self._config, confs(self._config))
        # While the JVM boots: what needs no Spark.
        changed = ensure_tables(self._lake, self._config.pack)
        self._topic = Topic(self._config.kafka)
        source, partitions = self._topic.describe()
        low, _ = self._topic.bounds(partitions)
        recovery = plan(self._lake, source, low)
        for notice in recovery.notices:
            self._emit(notice)
        self._gold = Gold(self._lake, self._config.pack, self._locks)
        window = self._load_window(recovery)
        self._jvm.connect()
        self._spark = open_session()
        self._spark.sparkContext.setLogLevel("WARN")
        log.info("session after %.1f s", time.monotonic() - began)
        warm_up(self._spark, self._config, self._rules)
        log.info("warm after %.1f s", time.monotonic() - began)
        self._runner = self._make_runner(recovery.position, recovery.floors, window, self._gold)
        self._repeat(recovery)
        if wanted := self._pending.read() or to_heal(self._lake, changed):
            # Ready before it, because a large lake takes longer than any start may.
            self.announce()
            self._emit(Degraded(detail="Rebuilding from bronze; new events wait in the broker."))
            self._rebuild(wanted)
            self._emit(Recovered())
        self._maintenance = Maintenance(self._lake, self._locks)
        self._resume(low)
        threading.Thread(target=self._report_lag, daemon=True).start()

    def announce(self) -> None:
        """Sends ``ready``, once."""
        if not self._announced:
            self._announced = True
            took = time.monotonic() - self._began
            self._emit(Ready(detail=f"started in {took:.1f} s"))

    def _load_window(self, recovery: Plan) -> KeyWindow:
        window = KeyWindow(self._grace_us, self._horizon_us)
        newest = recovery.silver_newest_us
        if newest != NEVER:
            load_window(window, recovery, self._gold.files(newest - window.horizon_us, 1 << 62))
        return window

    def _make_runner(
        self, position: Position, floors: Floors, window: KeyWindow, gold: Gold | None
    ) -> BatchRunner:
        return BatchRunner(
            pack=self._config.pack,
            rules=self._rules,
            sinks=Sinks(self._lake, self._locks),
            gold=gold,
            window=window,
            position=position,
            floors=floors,
            report=self._emit if gold else lambda _: None,
            lag=lambda offsets: self._stream.waiting(offsets) if self._stream and gold else 0,
        )

    def _repeat(self, recovery: Plan) -> None:
        """Runs the last batch once more from bronze if its tables may differ."""
        if recovery.repeat is None or self._runner is None:
            return
        start, end = recovery.repeat
        records = bronze_records(self._spark, self._lake, recovery.position.source, start, end)
        parsed = parse(records, self._config.pack)
        self._runner.run(parsed, sum(end[p] - start.get(p, 0) for p in end), bronze=False)

    def _resume(self, low: dict[int, int]) -> None:
        assert self._runner is not None
        assert self._maintenance is not None
        position = self._runner.position
        position.offsets = start_offsets(position.offsets, low)
        self._stream = Stream(self._spark, self._config, self._runner, self._topic)
        self._stream.between = self._maintenance.tick
        self._query = self._stream.start(position.offsets)

    def check(self) -> None:
        """Raises what ended the query or the JVM, if anything did."""
        if self._jvm is not None and self._jvm.process.poll() is not None:
            code = self._jvm.process.returncode
            raise DriverError(f"The Spark driver ended (exit {code}). It starts again by itself.")
        if self._query is None or self._query.isActive:
            return
        failure = self._stream.failure if self._stream else None
        cause = _cause(failure or self._query.exception())
        raise PipelineError(f"The streaming query stopped: {cause} It starts again by itself.")

    def rebuild(self, tables: Sequence[str]) -> None:
        """Recomputes silver, gold or both from bronze, then goes on streaming."""
        assert self._runner is not None
        assert self._stream is not None
        self._stream.stop()
        self._rebuild(tables)
        self._query = self._stream.start(self._runner.position.offsets)

    def _rebuild(self, tables: Sequence[str]) -> None:
        """The rebuild itself, with no stream running."""
        assert self._runner is not None
        self._pending.write(tables)
        position = self._runner.position
        rebuilder = Rebuilder(self._spark, self._lake, self._locks, self._gold, self._emit)
        if "silver" in tables:
            window = KeyWindow(self._grace_us, self._horizon_us)
            before = replace(position, offsets={}, newest_us=NEVER)
            runner = self._make_runner(before, {}, window, None)
            rebuilder.silver(runner, Mark(position.source, position.batch))
            runner.close()
            position.newest_us = runner.position.newest_us
            position.batch = runner.position.batch
            self._runner.window = window
            # Silver now has what bronze has, and nothing of a batch that bronze lacks.
            self._runner.floors = {}
        end = dict(position.offsets)
        mark = Mark(position.source, position.batch, end, end, NEVER, position.newest_us)
        rebuilder.gold(mark)
        self._pending.clear()
        self._emit(Step(operation="rebuild", done=1, total=1, detail="complete"))

    def _report_lag(self) -> None:
        """Each second: records not yet finished, by partition."""
        silent = False
        while not self._closing.wait(1.0):
            if self._runner is None:
                continue
            done = dict(self._runner.position.offsets)
            try:
                _, high = self._topic.bounds(sorted(done))
            except PipelineError as error:
                if not silent:
                    self._emit(Degraded(detail=f"{error} Events wait in the broker."))
                silent = True
                continue
            if silent:
                self._emit(Recovered())
            silent = False
            self._emit(Lag(partitions={p: max(0, high[p] - at) for p, at in done.items()}))

    def close(self) -> None:
        """Ends the query after the batch in hand, then the JVM."""
        self._closing.set()
        try:
            if self._stream is not None:
                self._stream.stop()
            if self._runner is not None:
                self._runner.close()
            if self._maintenance is not None:
                self._maintenance.close()
        except Exception as error:  # noqa: BLE001 -- the JVM may be gone; what matters is committed
            log.warning("while stopping: %s", error)
        if self._jvm is not None:
            self._jvm.stop()


def _cause(error: Exception | None) -> str:
    lines = [line.strip() for line in str(error or "").splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}"[:500] if lines else "no reason was given."
