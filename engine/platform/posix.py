"""Processes and locks on Linux."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from engine.contracts import deathwatch
from engine.errors import SpawnError

_PROC = Path("/proc")


class PosixChild:
    """A child and its pipes."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stdin: asyncio.WriteTransport,
        pipes: Sequence[tuple[asyncio.StreamReader, asyncio.BaseTransport]],
    ) -> None:
        self._process = process
        self._stdin = stdin
        self._pipes = pipes
        self.pid = process.pid
        self.start_time = deathwatch.start_time(process.pid)
        self.stdout = pipes[0][0]
        self.stderr = pipes[-1][0]

    def send(self, line: bytes) -> None:
        """Queue a line for its stdin."""
        if not self._stdin.is_closing():
            self._stdin.write(line)

    async def wait(self) -> int:
        """Its exit status; by pidfd, so that no thread waits for it."""
        if self._process.poll() is None:
            await _exited(self.pid)
        return self._process.wait()

    def close(self) -> None:
        """Close what is left of its pipes."""
        if not self._stdin.is_closing():
            self._stdin.abort()
        for _, transport in self._pipes:
            transport.close()


class PosixLock:
    """An flock on an open file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Drop the lock; the file stays, since deleting it would let two hold 'the' lock."""
        os.close(self._descriptor)


class PosixPlatform:
    """See :class:`engine.platform.base.Platform`."""

    async def spawn(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        merge_output: bool,
        background: bool = False,
    ) -> PosixChild:
        launcher = deathwatch.launcher_prefix(background=background)
        process = _popen(launcher, argv, env, cwd, merge_output)
        try:
            return await _connect(process)
        except BaseException:  # cancelled in between: nobody else knows of this child yet
            self.kill_group(process.pid)
            process.wait()
            raise

    def terminate_group(self, pgid: int) -> None:
        _signal_group(pgid, signal.SIGTERM)

    def kill_group(self, pgid: int) -> None:
        _signal_group(pgid, signal.SIGKILL)

    def kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)

    def members(self, pgid: int) -> tuple[int, ...]:
        try:
            os.killpg(pgid, 0)
        except (ProcessLookupError, PermissionError):
            return ()  # the usual answer, without a walk through /proc
        return tuple(pid for pid in _pids() if _group_of(pid) == pgid)

    def tagged(self, tag: str) -> tuple[int, ...]:
        return tuple(pid for pid in _pids() if _environment_has(pid, tag.encode()))

    def start_time(self, pid: int) -> str | None:
        return deathwatch.start_time(pid)

    def lock(self, path: Path) -> PosixLock | None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return PosixLock(descriptor)


def _popen(
    launcher: Sequence[str],
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    merge_output: bool,
) -> subprocess.Popen[bytes]:
    """Fork on the calling thread, which is the loop's: the child is killed when it ends."""
    try:
        return subprocess.Popen(
            [*launcher, *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge_output else subprocess.PIPE,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as err:
        raise SpawnError(
            f"{argv[0]} cannot be started: {err.strerror}.",
            "Close other programs or raise the limit of processes, then retry.",
        ) from err


async def _connect(process: subprocess.Popen[bytes]) -> PosixChild:
    outputs = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
    assert process.stdin is not None
    async with contextlib.AsyncExitStack() as undo:
        # Runs last: closes pipes that no transport owned yet, and does no harm to the others.
        for pipe in (process.stdin, *outputs):
            undo.callback(pipe.close)
        stdin = await _writer(process.stdin)
        undo.callback(stdin.abort)
        readers = []
        for pipe in outputs:
            readers.append(await _reader(pipe))
            undo.callback(readers[-1][1].close)
        undo.pop_all()
    return PosixChild(process, stdin, readers)


async def _writer(pipe: IO[bytes]) -> asyncio.WriteTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, pipe)
    return transport


async def _reader(pipe: IO[bytes]) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader, transport


async def _exited(pid: int) -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, _resolve, done)
    try:
        await done
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _signal_group(pgid: int, number: signal.Signals) -> None:
    assert pgid > 1, "0 and 1 would signal ourselves or everybody"
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, number)


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _group_of(pid: int) -> int | None:
    """The process's group; None where it is gone or a zombie."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, _, group = stat.rpartition(")")[2].split()[:3]
    return None if state in "ZX" else int(group)


def _environment_has(pid: int, text: bytes) -> bool:
    try:
        return text in (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
