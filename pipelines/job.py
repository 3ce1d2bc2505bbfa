"""Puts the parts together: driver JVM, tables, recovery, stream, maintenance."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
from deltalake.exceptions import DeltaError

from engine.contracts.job import PipelineConfig
from engine.contracts.names import Table
from engine.contracts.places import is_cluster
from engine.contracts.protocol import (
    Degraded,
    Notice,
    Ready,
    Rebuild,
    RecordAlerts,
    Recovered,
    RestoreTable,
    Step,
)
from pipelines import alerts
from pipelines.arrival import NEVER, KeyWindow
from pipelines.batch import BatchRunner, Floors, Offsets, Position, Rules
from pipelines.emit import Emitter
from pipelines.errors import DriverError, PipelineError, Refused, cause_of
from pipelines.gold import Gold, Span
from pipelines.jvm import DriverJvm
from pipelines.lag import report_lag
from pipelines.maintenance import Maintenance
from pipelines.marks import Mark
from pipelines.parse import parse
from pipelines.place import place_of
from pipelines.rebuild import Cancelled, Order, Pending, Rebuilder
from pipelines.recovery import Plan, expired, load_window, plan, start_offsets, to_heal
from pipelines.restore import STOPS_THE_STREAM, Restorer
from pipelines.sinks import Sinks
from pipelines.source import Topic
from pipelines.stream import Stream
from pipelines.tables import Lake, TableLocks, ensure_tables
from pipelines.warmup import bronze_records

if TYPE_CHECKING:
    from pyspark.sql.streaming.query import StreamingQuery

log = logging.getLogger("pipeline")

HOUR_US = 3_600_000_000


class Job:
    """The life of the pipeline process between its first and its last message."""

    def __init__(
        self, config: PipelineConfig, emit: Emitter, cancel: threading.Event | None = None
    ) -> None:
        """``cancel`` is set from another thread when the rebuild in hand is to be given up."""
        self._config = config
        self._emit = emit
        self._place = place_of(config)
        self._cancel = cancel or threading.Event()
        self._lake = Lake.at(config.lake_path)
        self._rules = Rules(int(config.watermark_delay_s * 1e6), int(config.late_grace_s * 1e6))
        self._pending = Pending(config.checkpoint_path)
        self._grace_us = self._rules.late_grace_us
        self._horizon_us = max(HOUR_US, self._rules.late_grace_us)
        self._locks = TableLocks()
        self._restorer = Restorer(self._lake, self._locks, config.pack)
        self._low: Offsets = {}
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
        self._place.make_folders()
        self._jvm = self._place.start_driver()
        # While the JVM boots: what needs no Spark.
        changed = ensure_tables(self._lake, self._config.pack)
        self._topic = Topic(self._config.kafka)
        self._gold = Gold(self._lake, self._config.pack, self._locks)
        source, partitions = self._topic.describe()
        self._low, _ = self._topic.bounds(partitions)
        recovery, window = self._read_marks(source)
        self._jvm.connect()
        self._spark = self._place.open_session()
        self._spark.sparkContext.setLogLevel("WARN")
        log.info("session after %.1f s", time.monotonic() - began)
        self._place.warm_up(self._spark, self._rules)
        log.info("warm after %.1f s", time.monotonic() - began)
        self._go_on_from(recovery, window)
        healing = ("silver", "gold") if recovery.cut_off else to_heal(self._lake, changed)
        if wanted := self._pending.read() or (Order(healing) if healing else None):
            # Ready before it, because a large lake takes longer than any start may.
            self.announce()
            self._emit(Degraded(detail="Rebuilding from bronze; new events wait in the broker."))
            self._rebuild(wanted)
            self._look_what_expired()
            self._emit(Recovered())
        self._maintenance = Maintenance(self._lake, self._locks)
        self._resume()
        threading.Thread(target=self._report_lag, daemon=True).start()

    def announce(self) -> None:
        """Sends ``ready``, once."""
        if not self._announced:
            self._announced = True
            took = time.monotonic() - self._began
            self._emit(Ready(detail=f"started in {took:.1f} s"))

    def _read_marks(self, source: str) -> tuple[Plan, KeyWindow]:
        """Where to go on with the topic of this id, and the recent keys of silver."""
        recovery = plan(self._lake, source, self._low)
        for notice in recovery.notices:
            self._emit(notice)
        return recovery, self._load_window(recovery)

    def _go_on_from(self, recovery: Plan, window: KeyWindow) -> None:
        """A runner at this position; it first repeats the last batch where that was cut short."""
        self._runner = self._make_runner(
            recovery.position, recovery.floors, window, self._gold, recovery.owed
        )
        self._repeat(recovery)
        self._runner.settle()

    def _recover(self) -> None:
        """After tables went back: the marks decide, as they would at a start."""
        assert self._runner is not None
        self._runner.close()
        self._go_on_from(*self._read_marks(self._runner.position.source))

    def _load_window(self, recovery: Plan) -> KeyWindow:
        window = KeyWindow(self._grace_us, self._horizon_us)
        newest = recovery.silver_newest_us
        if newest != NEVER:
            files = self._gold.files(newest - window.horizon_us, 1 << 62)
            load_window(self._lake, window, recovery, files)
        return window

    def _make_runner(
        self,
        position: Position,
        floors: Floors,
        window: KeyWindow,
        gold: Gold | None,
        owed: tuple[int, ...] = (),
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
            on_driver=not is_cluster(self._config.master),
            files=self._place.writers(self._spark),
            owed=owed,
        )

    def _repeat(self, recovery: Plan) -> None:
        """Runs the last batch once more from bronze if its tables may differ."""
        if recovery.repeat is None or self._runner is None:
            return
        start, end = recovery.repeat
        records = bronze_records(self._spark, self._lake, recovery.position.source, start, end)
        parsed = parse(records, self._config.pack)
        self._runner.run(parsed, sum(end[p] - start.get(p, 0) for p in end), bronze=False)

    def _resume(self) -> None:
        """Starts the stream where the runner stands."""
        assert self._runner is not None
        assert self._maintenance is not None
        position = self._runner.position
        position.offsets = start_offsets(position.offsets, self._low)
        self._stream = Stream(self._spark, self._config, self._runner, self._topic)
        self._stream.between = self._maintenance.tick
        self._query = self._stream.start(position.offsets)

    def check(self) -> None:
        """Raises what ended the query or the JVM, if anything did."""
        if self._jvm is not None and self._jvm.process.poll() is not None:
            code = self._jvm.process.returncode
            raise DriverError(f"The Spark driver ended (exit {code}). It starts again by itself.")
        failure = self._stream.failure if self._stream else None
        if failure is None and (self._query is None or self._query.isActive):
            if self._stream is not None:
                self._stream.rest()
            return
        if failure is None and self._query is not None:
            failure = self._query.exception()
        cause = cause_of(failure)
        raise PipelineError(f"The streaming query stopped: {cause} It starts again by itself.")

    def _halt(self) -> None:
        """Stops the stream; raises where its last batch failed, which only a new start repeats."""
        assert self._stream is not None
        self._stream.stop()
        if self._stream.failure is not None:
            self.check()
        assert self._runner is not None
        self._runner.settle()

    def rebuild(self, command: Rebuild) -> None:
        """Recomputes silver, gold or both, then goes on streaming."""
        self._halt()
        before = {t: self._lake.open(t).version() for t in (Table.SILVER, Table.QUARANTINE)}
        self._rebuild(Order(command.tables, command.since_ms, command.until_ms, before))
        self._look_what_expired()
        self._resume()

    def _look_what_expired(self) -> None:
        """A rebuild may take longer than the topic keeps its records: told, not failed at."""
        assert self._runner is not None
        told = start_offsets(self._runner.position.offsets, self._low)
        self._low, _ = self._topic.bounds(sorted(self._low))
        for notice in expired(told, self._low):
            self._emit(notice)

    def _rebuild(self, order: Order) -> None:
        """The rebuild itself, with no stream running."""
        assert self._runner is not None
        self._pending.write(order)
        rebuilder = Rebuilder(
            self._spark,
            self._lake,
            self._locks,
            self._gold,
            self._emit,
            lambda: self._given_up(order),
        )
        try:
            if "silver" in order.tables:
                self._rebuild_silver(rebuilder)
            rebuilder.gold(self._runner.done(), Span.of(order.since_ms, order.until_ms))
        except Cancelled:
            for table, version in order.before.items():
                self._restorer.roll_back(table, version)
            self._pending.clear()
            self._recover()
            self._emit(Step(operation="rebuild", done=0, total=1, detail="cancelled"))
            return
        self._pending.clear()
        self._emit(Step(operation="rebuild", done=1, total=1, detail="complete"))

    def _rebuild_silver(self, rebuilder: Rebuilder) -> None:
        assert self._runner is not None
        position = self._runner.position
        window = KeyWindow(self._grace_us, self._horizon_us)
        before = replace(position, offsets={}, newest_us=NEVER)
        runner = self._make_runner(before, {}, window, None)
        try:
            rebuilder.silver(runner, Mark(position.source, position.batch))
        finally:
            runner.close()
        position.newest_us = runner.position.newest_us
        position.batch = runner.position.batch
        self._runner.window = window
        # Silver now has what bronze has, and nothing of a batch that bronze lacks.
        self._runner.floors = {}

    def _given_up(self, order: Order) -> bool:
        """Whether to cancel; where that is impossible it says so, once, and the rebuild goes on."""
        if not self._cancel.is_set():
            return False
        self._cancel.clear()
        try:
            if not order.before:
                raise Refused("The table was lost, so there is nothing to go back to.")
            for table, version in order.before.items():
                if self._lake.open(table).version() != version:
                    self._restorer.check(table, version)
        except Refused as error:
            text = f"The rebuild cannot be cancelled and goes on. {error}"
            self._emit(Notice(level="warning", message=text))
            return False
        return True

    def restore(self, command: RestoreTable) -> None:
        """Brings a table back (``pipelines.restore``), then goes on streaming.

        What cannot be done is told in a step, and leaves the stream as it was.
        """
        assert self._stream is not None
        table, version = command.table, command.version
        self._emit(Step(operation=f"restore {table}", done=0, total=1))
        stopped = False
        failure = ""
        try:
            self._restorer.check(table, version)
            if table in STOPS_THE_STREAM:
                self._halt()
                stopped = True
            self._restore(table, version)
        except (PipelineError, DeltaError, duckdb.Error, OSError) as error:
            log.warning("restore of %s to %s: %s", table, version, error)
            failure = str(error)
        if stopped:
            self._recover()
            self._resume()
        ended = "" if failure else "complete"
        self._emit(Step(operation="restore", done=1, total=1, detail=ended, failure=failure))

    def _restore(self, table: Table, version: int) -> None:
        if table is Table.BRONZE:
            self._low, _ = self._topic.bounds(sorted(self._low))
            assert self._runner is not None
            self._restorer.restore_bronze(version, self._runner.done(), self._low)
        elif table is Table.SILVER:
            self._restore_silver(version)
        else:
            self._restorer.restore(table, version)

    def _restore_silver(self, version: int) -> None:
        assert self._runner is not None
        # Killed between silver and gold, the next start computes gold.
        self._pending.write(Order(("gold",)))
        try:
            self._restorer.restore(Table.SILVER, version)
        except Refused:
            self._pending.clear()
            raise
        self._emit(Step(operation="restore gold", done=0, total=1))
        try:
            self._gold.replace(self._runner.done())
        except (DeltaError, duckdb.Error, OSError) as error:
            raise Refused(
                f"{Table.SILVER} is restored, but gold could not be computed from it: {error}. "
                "Rebuild gold; the next start tries it too."
            ) from error
        self._pending.clear()

    def _settle(self) -> None:
        """Gold catches up before the end; after a failure only the next start knows how."""
        if self._runner is None or self._stream is None or self._stream.failure is not None:
            return
        try:
            self._runner.settle()
        except (DeltaError, duckdb.Error, OSError) as error:
            text = f"Late events of the last seconds are not in gold yet: {error}. "
            self._emit(Notice(level="warning", message=f"{text}The next start computes them."))

    def maintain(self) -> None:
        """Compaction and vacuum of every table, beside the stream."""
        assert self._maintenance is not None
        self._maintenance.now(self._emit)

    def record(self, command: RecordAlerts) -> None:
        """Writes alerts; where that fails, a notice says so."""
        try:
            alerts.record(self._lake, self._locks, command.rows)
        except (DeltaError, OSError) as error:
            log.warning("alerts: %s", error)
            text = f"{len(command.rows)} alerts could not be written: {error}. Check the disk."
            self._emit(Notice(level="error", message=text))

    def _report_lag(self) -> None:
        def done() -> Offsets | None:
            return dict(self._runner.position.offsets) if self._runner else None

        def check() -> None:
            self._place.check(self._spark)

        report_lag(self._closing, done, check, self._topic, self._emit)

    def close(self) -> None:
        """Ends the query after the batch in hand, then the JVM."""
        self._closing.set()
        steps: list[Callable[[], None]] = []
        if self._stream is not None:
            steps.append(self._stream.stop)
        if self._runner is not None:
            steps += [self._settle, self._runner.close]
        if self._maintenance is not None:
            steps.append(self._maintenance.close)
        for step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001 -- the JVM may be gone; all is committed
                log.warning("while stopping: %s", error)
        if self._jvm is not None:
            self._jvm.stop()
