"""One rotating log for each service, without secrets, and its newest lines in memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from pathlib import Path

MAX_BYTES = 5_000_000
KEEP = 3
"""``x.log``, ``x.log.1``, ``x.log.2``: 15 MB a service, a day of a chatty one."""
TAIL = 50
MAX_LINE = 64 * 1024
"""A foreign program may write without ever ending a line."""
HIDDEN = "[hidden]"


class Redactor:
    """Replaces every secret it has been told; shared by all logs of a supervisor."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: list[str] = []
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Know these too; the longest go first, since one may contain another."""
        known = {*self._secrets, *(secret for secret in secrets if secret)}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


class ServiceLog:
    """Appends lines with their time; a full disk costs lines, never the service."""

    def __init__(
        self,
        path: Path,
        redact: Redactor,
        wall: Callable[[], datetime],
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._path = path
        self._redact = redact
        self._wall = wall
        self._max_bytes = max_bytes
        self._tail: deque[str] = deque(maxlen=TAIL)

    @property
    def tail(self) -> tuple[str, ...]:
        """The newest lines, oldest first."""
        return tuple(self._tail)

    def write(self, line: str) -> None:
        """Append one line."""
        stamp = self._wall().isoformat(timespec="milliseconds")
        entry = f"{stamp} {self._redact(line.rstrip())}"
        self._tail.append(entry)
        with contextlib.suppress(OSError):  # the tail has it; the disk guard tells of the disk
            self._append(entry.encode("utf-8", errors="replace") + b"\n")

    def _append(self, data: bytes) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, data)
            full = os.fstat(descriptor).st_size >= self._max_bytes
        finally:
            os.close(descriptor)
        if full:
            self._rotate()

    def _rotate(self) -> None:
        for number in range(KEEP - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path.with_name(f"{self._path.name}.{number - 1}")
            source = self._path if number == 1 else newer
            if source.exists():
                source.replace(older)


async def read_lines(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """Lines of a child's pipe until it closes; an endless one comes in pieces."""
    rest = b""
    while chunk := await reader.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE:
            lines, rest = [*lines, rest], b""
        for line in lines:
            yield line.decode("utf-8", errors="replace")
    if rest:
        yield rest.decode("utf-8", errors="replace")
