"""Catches every moment in which the window did not answer.

A timer of the event loop writes the time down every few milliseconds; a thread looks at it. What
the loop's thread spent waiting for a processor (other programs had it) is taken off, so that a
busy machine is not mistaken for a blocked window: what is left is work or waiting of our own.
"""

from __future__ import annotations

import faulthandler
import re
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
NOMINAL_S = 0.011
"""Processor time of the fixed work on the machine that the bar was set on."""
LOOK_S = 0.02


@dataclass(frozen=True)
class Stall:
    """One gap between two beats, in seconds; ``where`` is the stack as it was during the gap."""

    at_s: float
    seconds: float
    queued_s: float
    where: str

    @property
    def own_s(self) -> float:
        """Without the time the thread stood in the processor's queue."""
        return self.seconds - self.queued_s


class Watchdog(QObject):
    """Made and started on the GUI thread."""

    def __init__(self, least_s: float = 0.1) -> None:
        super().__init__()
        self._least_s = least_s
        self._thread_id = threading.get_ident()
        self._schedstat = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._began = self._beat_at = time.monotonic()
        self._queued_at_beat = self._queued()
        self._where = ""
        self._stalls: list[Stall] = []
        self.longest_s = 0.0
        self._stop = threading.Event()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self._watcher = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._watcher.start()

    def stop(self) -> list[Stall]:
        """Ends it; every stall of at least ``least_s`` of our own."""
        self._timer.stop()
        self._stop.set()
        self._watcher.join()
        return self._stalls

    def _beat(self) -> None:
        now, queued = time.monotonic(), self._queued()
        stall = Stall(
            self._beat_at - self._began,
            now - self._beat_at - BEAT_MS / 1000,
            queued - self._queued_at_beat,
            self._where,
        )
        self.longest_s = max(self.longest_s, stall.own_s)
        if stall.own_s >= self._least_s:
            self._stalls.append(stall)
        self._beat_at, self._queued_at_beat, self._where = now, queued, ""

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            if not self._where and time.monotonic() - self._beat_at > self._least_s / 2:
                self._where = stack_of(self._thread_id)

    def _queued(self) -> float:
        """Seconds that the GUI thread has been runnable without running."""
        return int(self._schedstat.read_text().split()[1]) / 1e9


def stack_of(thread: int) -> str:
    """The thread's stack, the innermost call first.

    Not by ``sys._current_frames``: a frame that this thread holds for a moment longer than the
    other one needs it dies here, with every Qt object among its variables, and that ends the
    process with a segmentation fault.
    """
    with tempfile.TemporaryFile() as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        text = file.read().decode(errors="replace")
    found = re.search(rf"[Tt]hread 0x0*{thread:x} [^\n]*\n(.*?)(?:\n\n|\Z)", text, re.DOTALL)
    return "\n".join(found[1].splitlines()[:12]) if found else ""


def slowness() -> float:
    """How much slower this machine is at present than the one that the bar of 100 ms was set on.

    By the processor time of a fixed piece of work, which is short enough to be no stall itself.
    """
    before = time.thread_time()
    total = 0
    for number in range(200_000):
        total += number * number
    assert total
    return (time.thread_time() - before) / NOMINAL_S
