"""Keeps files and log entries few, beside the stream: compaction, vacuum, log clean-up.

Every commit adds a file or two, and every reader opens them all: without upkeep latency grows by
the minute. One background thread works on one table at a time, under that table's lock, so that
no commit of the stream can meet one of maintenance.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError

from engine.contracts.names import Table
from pipelines.marks import last_mark, properties
from pipelines.tables import Lake, TableLocks

log = logging.getLogger("maintenance")

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How a table is kept.

    Attributes:
        commits: compact after this many commits.
        target_bytes: files up to this size are merged; a merge rewrites its inputs, so a hot
            table whose files are rewritten by MERGE gets a small target.
        retention_h: replaced files are deleted after so long; older versions are gone then.
    """

    commits: int
    target_bytes: int
    retention_h: int


PLAN = {
    Table.BRONZE: Upkeep(60, 64 * MIB, 24),
    Table.SILVER: Upkeep(40, 16 * MIB, 24),
    Table.QUARANTINE: Upkeep(100, 32 * MIB, 24),
    # Gold is rewritten at each batch: a day of its replaced files would fill gigabytes.
    Table.GOLD_KPIS: Upkeep(50, 1 * MIB, 1),
    Table.GOLD_SEGMENTS: Upkeep(50, 1 * MIB, 1),
    Table.METRICS: Upkeep(100, 8 * MIB, 24),
}
VACUUM_EVERY_S = 600.0


class Maintenance:
    """Counts commits and runs what is due; ``tick`` is called after each batch."""

    def __init__(
        self,
        lake: Lake,
        locks: TableLocks,
        pause: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lake = lake
        self._locks = locks
        self._pause = pause
        self._clock = clock
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="maintenance")
        self._running: Future[None] | None = None
        self._batches = 0
        # Staggered, so that no two tables come due at once.
        self._due = {table: plan.commits - 7 * i for i, (table, plan) in enumerate(PLAN.items())}
        self._vacuumed = {table: clock() - 90.0 * i for i, table in enumerate(PLAN)}
        self._stop = threading.Event()

    def tick(self) -> None:
        """One batch is done: start the next due work unless some is still running."""
        self._batches += 1
        if (self._running and not self._running.done()) or self._pause() or self._stop.is_set():
            return
        for table, plan in PLAN.items():
            if self._batches >= self._due[table]:
                self._due[table] = self._batches + plan.commits
                self._running = self._pool.submit(self._guarded, table, plan)
                return

    def _guarded(self, table: Table, plan: Upkeep) -> None:
        try:
            self.compact(table, plan)
            if self._clock() - self._vacuumed[table] > VACUUM_EVERY_S:
                self._vacuumed[table] = self._clock()
                self.vacuum(table, plan)
        except (DeltaError, OSError) as error:
            # Upkeep can wait: it is tried again later, and nothing depends on this run.
            log.warning("upkeep of %s: %s", table, error)

    def compact(self, table: Table, plan: Upkeep) -> None:
        """Merges small files; the commit carries the table's last mark onward."""
        with self._locks[table]:
            target = self._lake.open(table)
            if len(target.file_uris()) < 8:
                return
            target.optimize.compact(
                target_size=plan.target_bytes,
                max_concurrent_tasks=1,
                commit_properties=_carried(target),
            )

    def vacuum(self, table: Table, plan: Upkeep) -> None:
        """Deletes replaced files past their retention, and expired log entries."""
        with self._locks[table]:
            target = self._lake.open(table)
            target.vacuum(
                retention_hours=plan.retention_h,
                dry_run=False,
                enforce_retention_duration=False,
                commit_properties=_carried(target),
            )
            target.cleanup_metadata()

    def close(self) -> None:
        """Waits for the work in hand."""
        self._stop.set()
        self._pool.shutdown()


def _carried(table: DeltaTable) -> CommitProperties | None:
    """The last mark again, so that it is never further back than a reader looks."""
    mark = last_mark(table)
    return properties(mark) if mark else None
