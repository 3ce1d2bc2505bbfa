"""Watching the free space below the data folder and the lake, and what to do as it shrinks.

The disk must never be found full by a commit in hand: the demo events pause first, then the
pipeline stops cleanly with everything it has not read still in the broker.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from engine.contracts.protocol import Notice

HYSTERESIS = 1.1
"""Resume only with 10 % more than the threshold: stopping frees a little space by itself."""


class DiskLevel(IntEnum):
    """How full; larger is worse."""

    OK = 0
    WARN = 1
    PAUSE = 2
    STOP = 3


@dataclass(frozen=True)
class Thresholds:
    """Free bytes below which each level holds."""

    warn: int
    pause: int
    stop: int

    def level(self, free: int) -> DiskLevel:
        """The level of so many free bytes."""
        if free < self.stop:
            return DiskLevel.STOP
        if free < self.pause:
            return DiskLevel.PAUSE
        return DiskLevel.WARN if free < self.warn else DiskLevel.OK


class DiskGuard:
    """Says what has changed; the supervisor acts on it."""

    def __init__(
        self,
        folders: Sequence[Path],
        thresholds: Thresholds,
        interval_s: float = 5.0,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        """``folders`` may lie on disks of their own; the fullest of these decides."""
        self.interval_s = interval_s
        self.level = DiskLevel.OK
        self._folders = tuple(folders)
        self._thresholds = thresholds
        self._free_bytes = free_bytes or (lambda path: shutil.disk_usage(path).free)

    def check(self) -> Notice | None:
        """Look once; a sentence where the level has changed, and ``level`` is the new one."""
        free, folder = min((self._free_bytes(folder), folder) for folder in self._folders)
        now = self._thresholds.level(free)
        if now < self.level:  # getting better counts only with room to spare
            now = max(now, self._thresholds.level(int(free / HYSTERESIS)))
        if now == self.level:
            return None
        self.level = now
        return _notice(now, free, folder)


def _notice(level: DiskLevel, free: int, folder: Path) -> Notice:
    space = f"{free / 1e6:,.0f} MB are free on the disk of {folder}"
    if level is DiskLevel.OK:
        return Notice(message=f"{space}: enough again.")
    if level is DiskLevel.WARN:
        text = f"Only {space}. Free some space before events have to stop."
        return Notice(level="warning", message=text)
    if level is DiskLevel.PAUSE:
        text = f"Only {space}: the demo events are paused. Free some space to let them go on."
        return Notice(level="warning", message=text)
    text = (
        f"Only {space}: the pipeline has been stopped, and nothing is lost. "
        "Free some space; it goes on by itself."
    )
    return Notice(level="error", message=text)


@dataclass(frozen=True)
class DiskPlan:
    """What the disk guard may stop, and at which level."""

    guard: DiskGuard
    pause: tuple[str, ...] = ("generator",)
    stop: tuple[str, ...] = ("pipeline",)

    def unwanted(self) -> tuple[str, ...]:
        """Services that must be down at the present level."""
        pause = self.pause if self.guard.level >= DiskLevel.PAUSE else ()
        stop = self.stop if self.guard.level >= DiskLevel.STOP else ()
        return (*pause, *stop)
