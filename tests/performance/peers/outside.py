"""The outside reader: the same eyes on everybody's tables, and the same hand on their pulse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tests.performance.beside import Beside

LOOK_S = 0.2
SAMPLE_S = 0.5


def gold_minutes(lake: Path) -> dict[datetime, int]:
    """Events by minute in ``gold_kpis``; a table of changes counts with their sign."""
    path = str(lake / "gold_kpis")
    if not DeltaTable.is_deltatable(path):
        return {}
    table = DeltaTable(path)
    files = table.file_uris()
    if not files:
        return {}
    changes = any(f.name == "diff" for f in table.schema().fields)
    count = "sum(events * diff)" if changes else "sum(events)"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.execute(
            f"SELECT window_start::TIMESTAMP, {count}::BIGINT "
            "FROM read_parquet($1, union_by_name = true) GROUP BY 1",
            [files],
        ).fetchall()
    return {minute: int(events) for minute, events in rows}


def gold_total(lake: Path) -> int:
    """Events in gold."""
    return sum(gold_minutes(lake).values())


def silver_total(lake: Path) -> int:
    """Rows in silver, from the log alone."""
    path = str(lake / "silver_events")
    if not DeltaTable.is_deltatable(path):
        return 0
    actions = pa.table(DeltaTable(path).get_add_actions(flatten=True))
    return sum(n or 0 for n in actions.column("num_records").to_pylist())


@dataclass
class Eyes(Beside):
    """Looks at one figure five times a second, in a thread, while the block lasts."""

    look: Callable[[], int]
    seen: list[tuple[float, int]] = field(default_factory=list)
    missed: int = 0
    """Looks at a version whose files were gone before they were read."""

    def newest(self) -> int:
        """The last figure seen."""
        return self.seen[-1][1] if self.seen else 0

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                total = self.look()
            except (duckdb.IOException, DeltaError, FileNotFoundError):
                self.missed += 1
                continue
            self.seen.append((time.time(), total))


@dataclass
class Pulse(Beside):
    """CPU and memory of processes and all their children, while the block lasts.

    Shared pages count once, so that a fork that is about to become another program adds nothing.
    One born meanwhile counts from its birth, one that died to the last look at it.
    """

    roots: Callable[[], Iterable[int]]
    peak_mb: float = 0.0
    cpu_s: float = 0.0
    cores: float = 0.0
    """Mean number of cores used."""
    _began: float | None = None
    _first: dict[int, float] = field(default_factory=dict)
    _last: dict[int, float] = field(default_factory=dict)

    def take(self) -> None:
        """One look at all of them."""
        taken, opening = 0, self._began is None
        self._began = self._began or time.monotonic()
        for process in tree(self.roots()):
            try:
                used = process.cpu_times()
                taken += process.memory_full_info().pss
            except psutil.Error:
                continue
            self._last[process.pid] = used.user + used.system
            self._first.setdefault(process.pid, self._last[process.pid] if opening else 0.0)
        self.peak_mb = max(self.peak_mb, taken / 1e6)
        self.cpu_s = sum(self._last[pid] - self._first[pid] for pid in self._last)
        self.cores = self.cpu_s / max(time.monotonic() - self._began, SAMPLE_S)

    def _run(self) -> None:
        self.take()
        while not self._stop.wait(SAMPLE_S):
            self.take()


def tree(roots: Iterable[int]) -> list[psutil.Process]:
    """These processes and everything below them."""
    found: dict[int, psutil.Process] = {}
    for pid in roots:
        try:
            root = psutil.Process(pid)
            for process in (root, *root.children(recursive=True)):
                found[process.pid] = process
        except psutil.Error:
            continue
    return list(found.values())
