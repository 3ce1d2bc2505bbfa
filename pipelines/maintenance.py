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
from urllib.parse import unquote

from deltalake import CommitProperties, DeltaTable, WriterProperties
from deltalake.exceptions import DeltaError

from engine.contracts.names import Table
from engine.contracts.protocol import Step
from engine.contracts.retention import HOURS
from pipelines.files import sizes
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
    table: Upkeep(commits, mib * MIB, HOURS[table])
    for table, commits, mib in (
        (Table.BRONZE, 60, 64),
        (Table.SILVER, 40, 16),
        (Table.QUARANTINE, 100, 32),
        (Table.GOLD_KPIS, 50, 1),
        (Table.GOLD_SEGMENTS, 50, 1),
        (Table.METRICS, 100, 8),
        (Table.ALERTS, 200, 8),
    )
}
MERGED = WriterProperties(compression="ZSTD", max_row_group_size=60_000)
"""The writer keeps a row group in memory: of its usual million rows, merging 70 MB of bronze takes
490 MB; so 190, and half the time. Readers also skip rows by group."""
VACUUM_EVERY_S = 600.0
WORTH_IT = 8
"""Merging fewer files costs more than reading them; asked for by hand, two are enough."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What a round did: live files before and after, bytes of replaced files deleted."""

    before: int
    after: int
    freed: int

    def __add__(self, other: Tidied) -> Tidied:
        return Tidied(
            self.before + other.before, self.after + other.after, self.freed + other.freed
        )

    def __str__(self) -> str:
        files = f"{self.before:,} files into {self.after:,}"
        if self.before == self.after:
            files = f"{self.before:,} {'file' if self.before == 1 else 'files'}, nothing to merge"
        return f"{files}, {self.freed / 1e6:,.1f} MB freed"


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

    def now(self, report: Callable[[Step], None]) -> None:
        """Queues a round over every table behind what is running; tells each table's outcome."""
        self._running = self._pool.submit(self._round, report)

    def _round(self, report: Callable[[Step], None]) -> None:
        total, together, failures = len(PLAN), Tidied(0, 0, 0), []
        report(Step(operation="maintain", done=0, total=total))
        for done, (table, plan) in enumerate(PLAN.items(), 1):
            if self._stop.is_set():
                return
            try:
                tidied = self._tidy(table, plan)
            except (DeltaError, OSError) as error:
                log.warning("upkeep of %s: %s", table, error)
                failures.append(f"{table} ({error})")
                continue
            together += tidied
            told = f"{table.value}: {tidied}"
            report(Step(operation="maintain", done=done, total=total, detail=told))
        if failures:
            text = f"Not every table could be tidied: {', '.join(failures)}. Try again later."
            report(Step(operation="maintain", done=total, total=total, failure=text))
            return
        told = f"Together: {together}"
        report(Step(operation="maintain", done=total, total=total, detail=told))
        report(Step(operation="maintain", done=total, total=total, detail="complete"))

    def _tidy(self, table: Table, plan: Upkeep) -> Tidied:
        before = len(self._lake.files(table))
        self.compact(table, plan, worth_it=2)
        self._vacuumed[table] = self._clock()
        return Tidied(before, len(self._lake.files(table)), self.vacuum(table, plan))

    def _guarded(self, table: Table, plan: Upkeep) -> None:
        try:
            self.compact(table, plan)
            if self._clock() - self._vacuumed[table] > VACUUM_EVERY_S:
                self._vacuumed[table] = self._clock()
                self.vacuum(table, plan)
        except (DeltaError, OSError) as error:
            # Upkeep can wait: it is tried again later, and nothing depends on this run.
            log.warning("upkeep of %s: %s", table, error)

    def compact(self, table: Table, plan: Upkeep, worth_it: int = WORTH_IT) -> None:
        """Merges small files; the commit carries the table's last mark onward."""
        with self._locks[table]:
            target = self._lake.open(table)
            if len(target.file_uris()) < worth_it:
                return
            target.optimize.compact(
                target_size=plan.target_bytes,
                max_concurrent_tasks=1,
                writer_properties=MERGED,
                commit_properties=_carried(target),
            )

    def vacuum(self, table: Table, plan: Upkeep) -> int:
        """Deletes replaced files past their retention, and expired log entries.

        Returns the bytes freed. A round that finds nothing to delete makes no commit.
        """
        with self._locks[table]:
            target = self._lake.open(table)
            expired = target.vacuum(plan.retention_h, enforce_retention_duration=False)
            found = sizes(self._lake.path(table), [unquote(file) for file in expired])
            freed = sum(size or 0 for size in found)
            if expired:
                target.vacuum(
                    retention_hours=plan.retention_h,
                    dry_run=False,
                    enforce_retention_duration=False,
                    commit_properties=_carried(target),
                )
            target.cleanup_metadata()
        return freed

    def close(self) -> None:
        """Waits for the work in hand."""
        self._stop.set()
        self._pool.shutdown()


def _carried(table: DeltaTable) -> CommitProperties | None:
    """The last mark again, so that it is never further back than a reader looks."""
    mark = last_mark(table)
    return properties(mark) if mark else None
