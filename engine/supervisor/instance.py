"""One instance for each data folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.errors import AlreadyRunning
from engine.platform import FileLock, Platform, write_private


class InstanceLock:
    """Held as long as this process lives; a context manager."""

    def __init__(
        self, path: Path, platform: Platform, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._path = path
        self._pause = pause
        self._platform = platform
        self._lock: FileLock | None = None

    def acquire(self) -> None:
        """Take the lock; AlreadyRunning, naming the holder, where somebody has it."""
        lock = self._platform.lock(self._path)
        for _ in range(5):  # held_by_other of another process may have it for a moment
            if lock is not None:
                break
            self._pause(0.05)
            lock = self._platform.lock(self._path)
        if lock is None:
            raise _already_running(self._path, self.holder())
        self._lock = lock
        # Beside the lock, not in it: a reader of a half-written lock file would see no pid.
        write_private(self._owner_file, f"{os.getpid()}\n")

    def holder(self) -> int | None:
        """The pid of who took it last."""
        try:
            return int(self._owner_file.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def held_by_other(self) -> bool:
        """Whether another process has it; for ``status``, which must not take it."""
        if self._lock is not None or not self._path.exists():
            return False
        lock = self._platform.lock(self._path)
        if lock is not None:
            lock.release()
        return lock is None

    def release(self) -> None:
        """Give it back; a second time does nothing."""
        if self._lock is not None:
            self._owner_file.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    @property
    def _owner_file(self) -> Path:
        return self._path.with_name("owner")


def _already_running(path: Path, pid: int | None) -> AlreadyRunning:
    who = f"process {pid}" if pid else "another process"
    return AlreadyRunning(
        f"RT-Lakehouse is already running on the data folder {path.parent.parent} ({who}).",
        "Use that one, stop it first, or set RTLAKEHOUSE_DATA_DIR to another folder.",
        pid,
    )
