"""What the supervisor asks of an operating system."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class ChildProcess(Protocol):
    """A running child, leader of its own process group; used on the loop's thread only."""

    @property
    def pid(self) -> int: ...
    @property
    def start_time(self) -> str | None: ...
    @property
    def stdout(self) -> asyncio.StreamReader: ...
    @property
    def stderr(self) -> asyncio.StreamReader: ...

    def send(self, line: bytes) -> None:
        """Write to its stdin without waiting; a child that is gone is not an error."""
        ...

    async def wait(self) -> int:
        """Its exit status, negative for a signal. Does not wait for its pipes to close."""
        ...

    def close(self) -> None:
        """Give up the pipes; for a child that is gone."""
        ...


class FileLock(Protocol):
    """A lock that the operating system drops when this process ends, however it ends."""

    def release(self) -> None: ...


class Platform(Protocol):
    """Processes and files, as one operating system does them."""

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        merge_output: bool,
        background: bool = False,
    ) -> ChildProcess:
        """Start a command that dies with the *calling thread*, in a process group of its own.

        With ``merge_output`` its stderr goes into ``stdout``; in the ``background`` it yields the
        processor to everything else. Raises SpawnError.
        """
        ...

    def terminate_group(self, pgid: int) -> None:
        """Ask every process of the group to end; none left is not an error."""
        ...

    def kill_group(self, pgid: int) -> None:
        """End every process of the group at once; none left is not an error."""
        ...

    def kill(self, pid: int) -> None:
        """End one process at once."""
        ...

    def members(self, pgid: int) -> tuple[int, ...]:
        """Pids of the group that still run; zombies do not count, they can write nothing."""
        ...

    def tagged(self, tag: str) -> tuple[int, ...]:
        """Pids of this user's processes that carry the tag in their environment."""
        ...

    def start_time(self, pid: int) -> str | None:
        """Tells a process from a later one of the same pid; None if it does not run."""
        ...

    def lock(self, path: Path) -> FileLock | None:
        """The lock, or None where another process holds it."""
        ...
