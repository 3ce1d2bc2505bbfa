"""Catches every moment in which the window did not answer.

A timer of the event loop writes the time down every few milliseconds; a thread looks at it. A
busy or slow machine is not mistaken for a blocked window, so these are taken off: what the loop's
thread stood in the processor's queue; what other threads of ours, which may have held Python's
lock, stood there while the loop's thread waited; how much slower than usual the processor is
just then; and when the whole machine stood still (``tests.window.witness``). On a machine that has
nothing else to do all four are nothing.
"""

from __future__ import annotations

import contextlib
import faulthandler
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS = 5
NOMINAL_S = 0.011
"""Processor time of the fixed work on the machine that the bar was set on."""
LOOK_S = 0.02


LOOK_ROUND_S = 0.05
"""How often the other threads' queues are read: it costs a millisecond."""


@dataclass(frozen=True)
class Stall:
    """One gap between two beats, in seconds; ``where`` is the stack as it was during the gap."""

    at_s: float
    seconds: float
    ran_s: float
    """Of the GUI thread, on a processor."""
    queued_s: float
    """Of the GUI thread, able to run and without a processor."""
    others_s: float
    """Of all other threads of the process: in turn they may have held Python's lock meanwhile."""
    slowness: float
    where: str
    stood_s: float = 0.0
    """Of the whole machine."""

    @property
    def own_s(self) -> float:
        """Work and waiting of our own, as they would be on the usual machine alone."""
        waited = self.seconds - self.ran_s - self.queued_s
        return self.ran_s / self.slowness + max(0.0, waited - self.others_s - self.stood_s)

    def __str__(self) -> str:
        return (
            f"{self.own_s:.3f} s at {self.at_s:.1f} s ({self.seconds:.3f} by the clock, "
            f"{self.ran_s:.3f} ran, {self.queued_s:.3f} queued, {self.others_s:.3f} others queued, "
            f"machine stood {self.stood_s:.3f}, slowness {self.slowness:.2f})\n{self.where}"
        )


@dataclass(frozen=True)
class Times:
    """Of one thread, seconds since it was made."""

    ran: float
    queued: float


def times_of(task: Path) -> Times:
    """Of the thread with this folder under /proc."""
    ran, queued, _ = (task / "schedstat").read_text().split()
    return Times(int(ran) / 1e9, int(queued) / 1e9)


def queues() -> dict[str, float]:
    """What each thread of this process has been queued."""
    found = {}
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            found[task.name] = times_of(task).queued
    return found


class Watchdog(QObject):
    """Made and started on the GUI thread."""

    def __init__(self, least_s: float = 0.1) -> None:
        super().__init__()
        self._least_s = least_s
        self._thread_id = threading.get_ident()
        self._task = Path(f"/proc/self/task/{threading.get_native_id()}")
        self._began = self._beat_at = self._round_at = time.monotonic()
        self._at_beat = times_of(self._task)
        self._queues = queues()
        self._where = ""
        self._gaps: list[Stall] = []
        self.longest_s = 0.0
        """As of ``stop``."""
        self._witness = subprocess.Popen(
            [sys.executable, "-m", "tests.window.witness"], stdout=subprocess.PIPE, text=True
        )
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
        self._witness.terminate()
        told, _ = self._witness.communicate()
        stops = [tuple(map(float, line.split())) for line in told.splitlines()]
        stalls = [self._judged(gap, stops) for gap in self._gaps]
        self.longest_s = max([self.longest_s, *(stall.own_s for stall in stalls)])
        return [stall for stall in stalls if stall.own_s >= self._least_s]

    def _judged(self, gap: Stall, stops: Iterable[tuple[float, ...]]) -> Stall:
        """With what the machine stood still during it."""
        begin = self._began + gap.at_s
        end = begin + gap.seconds + BEAT_MS / 1000
        stood = sum(max(0.0, min(end, until) - max(begin, since)) for since, until in stops)
        return replace(gap, stood_s=stood)

    def _beat(self) -> None:
        now, times = time.monotonic(), times_of(self._task)
        gap = now - self._beat_at - BEAT_MS / 1000
        if gap >= self._least_s:
            self._note(gap, times)
            # What the note took is no stall of the window.
            now, times = time.monotonic(), times_of(self._task)
        else:
            self.longest_s = max(self.longest_s, gap - (times.queued - self._at_beat.queued))
        if now - self._round_at > LOOK_ROUND_S:
            self._queues, self._round_at = queues(), now
        self._beat_at, self._at_beat, self._where = now, times, ""

    def _note(self, gap: float, times: Times) -> None:
        own = self._task.name
        waits = (
            queued - self._queues.get(task, 0.0) for task, queued in queues().items() if task != own
        )
        found = Stall(
            at_s=self._beat_at - self._began,
            seconds=gap,
            ran_s=times.ran - self._at_beat.ran,
            queued_s=times.queued - self._at_beat.queued,
            others_s=sum(waits),
            slowness=max(1.0, slowness()),
            where=self._where,
        )
        self._gaps.append(found)

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            if not self._where and time.monotonic() - self._beat_at > self._least_s / 2:
                self._where = stack_of(self._thread_id)


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
