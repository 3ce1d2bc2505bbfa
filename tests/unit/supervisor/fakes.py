"""Time and processes that are not real."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.contracts.protocol import ChildMessage, Message, Ready
from engine.providers.base import Launch, ProviderBase

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Stands still until told to advance."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._timers: list[tuple[float, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> datetime:
        return EPOCH + timedelta(seconds=self.now)

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._timers.append((self.now + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let that much time pass, waking sleepers in order."""
        target = self.now + seconds
        await settle()
        while True:
            self._timers = [timer for timer in self._timers if not timer[1].done()]
            due = [timer for timer in self._timers if timer[0] <= target + 1e-9]
            if not due:
                break
            at, future = min(due, key=lambda timer: timer[0])
            self.now = max(self.now, at)
            future.set_result(None)
            await settle()
        self.now = target


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(30):
        await asyncio.sleep(0)


class FakeChild:
    """A process that lives in a dictionary."""

    def __init__(self, pid: int, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.pid = pid
        self.argv = tuple(argv)
        self.env = dict(env)
        self.start_time: str | None = f"boot:{pid}"
        self.stdout = asyncio.StreamReader()
        self.stderr = asyncio.StreamReader()
        self.sent: list[bytes] = []
        self.ignores_stop = False
        self.ignores_term = False
        self.immortal = False
        self._status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def alive(self) -> bool:
        return not self._status.done()

    def send(self, line: bytes) -> None:
        self.sent.append(line)
        if b'"stop"' in line and not self.ignores_stop:
            self.end(0)

    def say(self, message: Message | ChildMessage | str) -> None:
        text = message if isinstance(message, str) else message.model_dump_json()
        self.stdout.feed_data(text.encode() + b"\n")

    def end(self, status: int) -> None:
        if self.alive:
            self._status.set_result(status)
            self.stdout.feed_eof()
            self.stderr.feed_eof()

    async def wait(self) -> int:
        return await asyncio.shield(self._status)

    def close(self) -> None:
        pass


class FakePlatform:
    """Remembers what was started and what was asked of it."""

    def __init__(self) -> None:
        self.children: list[FakeChild] = []
        self.calls: list[str] = []
        self.strangers: dict[int, str] = {}
        """pid → start time of processes that nobody here started."""
        self.on_spawn: list[FakeChild] = []

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        merge_output: bool,
        background: bool = False,
    ) -> FakeChild:
        child = FakeChild(100 + len(self.children), argv, env)
        self.children.append(child)
        self.calls.append(f"spawn {argv[0]}")
        return child

    def terminate_group(self, pgid: int) -> None:
        self.calls.append(f"term {pgid}")
        for child in self._of(pgid):
            if not child.ignores_term:
                child.end(-15)

    def kill_group(self, pgid: int) -> None:
        self.calls.append(f"kill {pgid}")
        self.kill(pgid)

    def kill(self, pid: int) -> None:
        self.strangers.pop(pid, None)
        for child in self._of(pid):
            if not child.immortal:
                child.end(-9)

    def members(self, pgid: int) -> tuple[int, ...]:
        return tuple(child.pid for child in self._of(pgid) if child.alive)

    def tagged(self, tag: str) -> tuple[int, ...]:
        value = tag.partition("=")[2]
        return tuple(c.pid for c in self.children if c.alive and value in c.env.values())

    def start_time(self, pid: int) -> str | None:
        if pid in self.strangers:
            return self.strangers[pid]
        return next((c.start_time for c in self._of(pid) if c.alive), None)

    def lock(self, path: Path) -> None:
        return None

    def _of(self, pid: int) -> list[FakeChild]:
        return [child for child in self.children if child.pid == pid]


class FakeProvider(ProviderBase):
    """Starts a child that speaks the protocol (or not) and is ready when the test says so."""

    name = "fake"

    def __init__(self, service: str, *, protocol: bool = True) -> None:
        self.service = service
        self.protocol = protocol
        self.number: int | None = None
        self.prepared = 0
        self.records: tuple[str, ...] = ()
        self.shaken = asyncio.Event()
        self.trouble: Exception | None = None
        self.probe_trouble: Exception | None = None
        if protocol:
            self.shaken.set()

    @property
    def port(self) -> int | None:
        return self.number

    async def prepare(self, _run: object, /) -> None:
        self.prepared += 1
        if self.trouble is not None:
            raise self.trouble

    def command(self) -> Launch | None:
        return Launch((self.service,), {}, Path("/"), self.protocol, self.records)

    async def handshake(self) -> str:
        await self.shaken.wait()
        return ""

    async def probe(self) -> None:
        if self.probe_trouble is not None:
            raise self.probe_trouble


READY = Ready(detail="up")
