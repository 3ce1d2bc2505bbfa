"""What `make bench` measures, on the program as a person starts it."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import psutil
from deltalake import DeltaTable

from engine.contracts.names import Table
from engine.lake import LakeReader
from tests.e2e.lakehouse import CHECKOUT, Lakehouse, living, until
from tests.performance.beside import Beside

POLL_S = 0.2
"""How often the outside reader looks; its own CPU is part of the measurement."""


@dataclass
class Watcher(Beside):
    """An outside reader of gold: when was how much visible."""

    lake: LakeReader
    seen: list[tuple[float, int]] = field(default_factory=list)

    def total(self) -> int:
        """Events in gold now."""
        rows = self.lake.query("SELECT coalesce(sum(events), 0) FROM gold_kpis").table
        return int(rows.column(0)[0].as_py())

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            total = self.total()
            self.seen.append((time.time(), total))


def produce(house: Lakehouse, *options: str) -> subprocess.Popen[bytes]:
    """Demo events without faults and repeats, so that each one becomes visible in gold."""
    command = [sys.executable, "-m", "engine.cli", "produce", "--bad", "0", "--dup", "0", *options]
    return subprocess.Popen(command, cwd=CHECKOUT, env=house.env, stdout=subprocess.DEVNULL)


def arrivals(lake: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Broker time of each record in bronze, in order, seconds since 1970."""
    files = DeltaTable(str(lake / Table.BRONZE)).file_uris()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT epoch_us(kafka_ts) / 1e6 AS t FROM read_parquet($1, union_by_name = true) "
            "ORDER BY t",
            [files],
        ).fetchnumpy()
    return np.asarray(rows["t"], dtype=np.float64)


def latencies(
    arrived: np.ndarray[tuple[int], np.dtype[np.float64]],
    seen: list[tuple[float, int]],
    base: int,
    since: float,
    until_s: float,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds from arrival to visible in gold, of events that arrived in [since, until_s).

    The i-th event counts as visible at the first look that saw i events.
    """
    times = np.array([t for t, _ in seen])
    totals = np.array([n for _, n in seen]) - base
    index = np.searchsorted(totals, np.arange(1, len(arrived) + 1))
    known = index < len(times)
    chosen = known & (arrived >= since) & (arrived < until_s)
    return times[index[chosen]] - arrived[chosen]


def cpu_seconds(root: Path, but: int = 0) -> float:
    """User and system time of every process of this data folder so far, except one."""
    total = 0.0
    for pid in set(living(root)) - {but}:
        try:
            used = psutil.Process(pid).cpu_times()
        except psutil.Error:
            continue
        total += used.user + used.system
    return total


def memory_mb(root: Path, but: int = 0) -> tuple[float, float]:
    """What the processes of this data folder take, except one, and the sum of their resident sizes.

    The second counts a library as often as there are processes that have it.
    """
    proportional = resident = 0
    for pid in set(living(root)) - {but}:
        try:
            found = psutil.Process(pid).memory_full_info()
        except psutil.Error:
            continue
        proportional += found.pss
        resident += found.rss
    return proportional / 1e6, resident / 1e6


def wait_lag_zero(house: Lakehouse, seconds: float) -> None:
    """Until everything in the topic is in gold."""
    until(lambda: house.status()["pipeline"]["kafka_lag"] == 0, seconds, "lag is 0", 0.5)
