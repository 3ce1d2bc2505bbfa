"""Workers started ahead, for all sessions of the program: a second tab, or the statement after a
killed one, does not wait for a process to start.

One spare is kept for each set of limits while a session with these limits is open and has run
something: it costs 120 MB, and a machine that only starts has better to do.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from engine.contracts.query import Limits
from engine.query.process import WorkerProcess


class WorkerPool:
    """Hands out workers; a worker that was handed out is its session's, and never comes back."""

    def __init__(self, start: Callable[[Limits], WorkerProcess] = WorkerProcess) -> None:
        self._start = start
        self._guard = threading.Lock()
        self._open: Counter[Limits] = Counter()
        self._spare: dict[Limits, WorkerProcess] = {}

    def enter(self, limits: Limits) -> None:
        """A session with these limits is open."""
        with self._guard:
            self._open[limits] += 1

    def leave(self, limits: Limits) -> None:
        """A session is closed; with the last one the spare goes. Never blocks."""
        with self._guard:
            self._open[limits] -= 1
            spare = None if self._open[limits] > 0 else self._spare.pop(limits, None)
        if spare is not None:
            spare.kill()

    def take(self, limits: Limits) -> WorkerProcess:
        """The spare, or a worker that starts now."""
        with self._guard:
            spare = self._spare.pop(limits, None)
        return spare if spare is not None and spare.alive else self._start(limits)

    def refill(self, limits: Limits) -> None:
        """Starts a spare where there is none; does not wait for it."""
        with self._guard:
            spare = self._spare.get(limits)
            if self._open[limits] > 0 and (spare is None or not spare.alive):
                self._spare[limits] = self._start(limits)


POOL = WorkerPool()
"""The program's own."""
