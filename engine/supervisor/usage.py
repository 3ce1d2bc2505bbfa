"""Memory and processor time of a process and its descendants."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

Process = tuple[int, float]
"""Pid and start time: a pid alone is given again to another process."""


@dataclass(frozen=True)
class Usage:
    """What a process tree holds and takes at one moment; None where it is not known."""

    rss_bytes: int | None = None
    cpu_percent: float | None = None
    """Of one core, since the reading before: two cores in full use are 200."""


class UsageMeter:
    """Reads one service again and again; processor use is the change between two readings."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent: dict[Process, float] = {}
        self._root: Process | None = None
        self._at = 0.0

    def read(self, pid: int) -> Usage:
        """The tree below ``pid`` now; blocks for some ms."""
        family = _family(pid)
        if not family:
            self._root, self._spent = None, {}
            return Usage()
        total = 0
        spent: dict[Process, float] = {}
        for process in family:
            with contextlib.suppress(psutil.Error), process.oneshot():
                total += process.memory_info().rss
                times = process.cpu_times()
                spent[process.pid, process.create_time()] = times.user + times.system
        percent = self._percent((pid, family[0].create_time()), spent)
        return Usage(total or None, percent)

    def _percent(self, root: Process, spent: dict[Process, float]) -> float | None:
        now, known = self._clock(), self._root == root
        elapsed, before = now - self._at, self._spent
        self._root, self._at, self._spent = root, now, spent
        if not known or elapsed <= 0:
            return None
        # A child that is new since then began at zero; one that ended takes its share with it.
        used = sum(seconds - before.get(process, 0.0) for process, seconds in spent.items())
        return round(max(used, 0.0) / elapsed * 100, 1)


def _family(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
