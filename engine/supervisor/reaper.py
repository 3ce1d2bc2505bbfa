"""Ending processes and proving that they are gone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.errors import SurvivorError
from engine.platform import Platform
from engine.supervisor.clock import Clock
from engine.supervisor.pidfile import PidRecord, read_records, survivors

PATIENCE_S = 10.0
"""SIGKILL is prompt except for a process in uninterruptible I/O; a dying disk takes seconds."""
POLL_S = 0.02


class Reaper:
    """Kills what records name; waits until nothing of it is left."""

    def __init__(self, platform: Platform, clock: Clock) -> None:
        self._platform = platform
        self._clock = clock

    async def wait_gone(self, alive: Callable[[], tuple[int, ...]], seconds: float) -> bool:
        """Whether everything ended within the time."""
        deadline = self._clock.monotonic() + seconds
        while alive():
            if self._clock.monotonic() >= deadline:
                return False
            await self._clock.sleep(POLL_S)
        return True

    async def end(self, record: PidRecord) -> int:
        """Kill what the record names, at once; the number of processes found.

        Raises SurvivorError if something is left after ten seconds.
        """
        found = survivors(record, self._platform)

        def alive() -> tuple[int, ...]:
            left = survivors(record, self._platform)
            for pid in left:  # again at each look: a dying process may just have forked
                self._platform.kill(pid)
            return left

        if found and not await self.wait_gone(alive, PATIENCE_S):
            raise SurvivorError(
                f"Processes {', '.join(map(str, survivors(record, self._platform)))} "
                "do not end, not even when killed.",
                "Restart the computer: they hang in the operating system, often on a bad disk.",
            )
        return len(found)

    async def end_files(self, folder: Path, names: tuple[str, ...] | None = None) -> int:
        """The same for the folder's records (all, or those named), which are then deleted."""
        count = 0
        for path, record in read_records(folder).items():
            if names is not None and path.stem not in names:
                continue
            if record is not None:
                count += await self.end(record)
            path.unlink(missing_ok=True)
        return count
