"""One running child: its pipes, its end, and the proof that nothing of it is left."""

from __future__ import annotations

import asyncio
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from engine.contracts.protocol import CHILD_MESSAGE, ChildCommand, ChildMessage, Stop
from engine.platform import ChildProcess, Platform
from engine.providers.base import Launch
from engine.supervisor.clock import Clock
from engine.supervisor.logs import ServiceLog, read_lines
from engine.supervisor.pidfile import TAG_VARIABLE, record_of, write_record
from engine.supervisor.reaper import Reaper

LAST_WORDS_S = 1.0
"""After an exit, how long its pipes may still hold lines; a grandchild can keep them open."""


@dataclass(frozen=True)
class Tools:
    """What every child needs of its surroundings."""

    platform: Platform
    clock: Clock
    reaper: Reaper
    run_dir: Path


@dataclass(frozen=True)
class Hooks:
    """What a child's owner wants to hear, on the loop's thread."""

    message: Callable[[ChildMessage], None]
    exited: Callable[[str], None]
    """With a sentence about how; not called once the owner has asked it to end."""


class RunningChild:
    """Made by :func:`start_child`."""

    def __init__(
        self, name: str, launch: Launch, process: ChildProcess, tag: str, tools: Tools
    ) -> None:
        self.launch = launch
        self.pid = process.pid
        self._process = process
        self._tools = tools
        self._record = record_of(process.pid, process.start_time, tag, launch.argv)
        self._file = tools.run_dir / f"{name}.pid"
        self._ending = False
        self._tasks: list[asyncio.Task[None]] = []

    def watch(self, log: ServiceLog, hooks: Hooks) -> None:
        """Write the record, pump the pipes, wait for the end."""
        write_record(self._file, self._record)
        pumps = [asyncio.create_task(self._pump_stdout(log, hooks))]
        if self.launch.protocol:
            pumps.append(asyncio.create_task(_pump_log(self._process.stderr, log)))
        self._tasks = [*pumps, asyncio.create_task(self._wait(pumps, hooks))]

    def send(self, command: ChildCommand) -> None:
        """One line on its stdin."""
        self._process.send(command.model_dump_json().encode() + b"\n")

    async def stop(self, grace_s: float) -> None:
        """Ask, wait, kill; SurvivorError where that was not enough."""
        self._ending = True
        if self.launch.protocol:
            self.send(Stop())
        else:
            self._tools.platform.terminate_group(self.pid)
        await self._tools.reaper.wait_gone(self._alive, grace_s)
        await self.kill()

    async def kill(self) -> None:
        """End its whole group and what it recorded, prove it, forget it."""
        self._ending = True
        reaper = self._tools.reaper
        self._tools.platform.kill_group(self.pid)
        await reaper.end(self._record)
        await reaper.end_files(self._tools.run_dir, self.launch.records)
        await self._process.wait()
        # What it said last lies in the pipes still; nobody is left to write more.
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_WORDS_S)
        for task in self._tasks:
            task.cancel()
        self._process.close()
        self._file.unlink(missing_ok=True)

    def _alive(self) -> tuple[int, ...]:
        return self._tools.platform.members(self.pid)

    async def _pump_stdout(self, log: ServiceLog, hooks: Hooks) -> None:
        async for line in read_lines(self._process.stdout):
            message = _parse(line) if self.launch.protocol else None
            if message is None:
                log.write(line)
            else:
                hooks.message(message)

    async def _wait(self, pumps: list[asyncio.Task[None]], hooks: Hooks) -> None:
        status = await self._process.wait()
        await asyncio.wait(pumps, timeout=LAST_WORDS_S)  # a last `fatal` says why
        if not self._ending:
            hooks.exited(describe_exit(status))


async def start_child(
    name: str, launch: Launch, tools: Tools, log: ServiceLog, hooks: Hooks
) -> RunningChild:
    """Spawn it; SpawnError where that is refused."""
    tag = secrets.token_hex(16)
    process = await tools.platform.spawn(
        launch.argv,
        env={**launch.env, TAG_VARIABLE: tag},
        cwd=launch.cwd,
        merge_output=not launch.protocol,
        background=launch.background,
    )
    child = RunningChild(name, launch, process, tag, tools)
    try:
        child.watch(log, hooks)
    except BaseException:  # a full disk takes no record; a child without one must not live
        await child.kill()
        raise
    return child


def describe_exit(status: int) -> str:
    """A sentence: ``It was ended by SIGKILL.``"""
    if status >= 0:
        return f"It ended with exit status {status}."
    try:
        return f"It was ended by {signal.Signals(-status).name}."
    except ValueError:
        return f"It was ended by signal {-status}."


async def _pump_log(reader: asyncio.StreamReader, log: ServiceLog) -> None:
    async for line in read_lines(reader):
        log.write(line)


def _parse(line: str) -> ChildMessage | None:
    try:
        return CHILD_MESSAGE.validate_json(line)
    except ValidationError:
        return None
