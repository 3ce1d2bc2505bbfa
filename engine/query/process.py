"""One worker process as the engine sees it: questions in, answers out, and an end that is normal.

The thread that starts the process also reads its answers for as long as it lives: the kernel ends
the worker when that thread ends, and so it cannot outlive the program (contracts/deathwatch.py).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

from engine.contracts.deathwatch import launcher_prefix
from engine.contracts.query import ANSWER, Answer, Asked, Cancel, Failure, Limits, Ready
from engine.query.errors import Cancelled, PastDeadline, WorkerEnded
from engine.query.frames import BrokenFrame, read_frame, write_frame

INTERRUPT_GRACE_S = 0.5
"""DuckDB looks for an interrupt between vectors; what takes longer than this does not look, and its
process is killed: within a second of the deadline, or of a cancel."""
START_TIMEOUT_S = 60.0
"""Half a second is usual; a laptop that wakes up with a full disk queue takes longer."""

_CHECKOUT = Path(__file__).resolve().parents[2]
_KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONPATH", "PYTHONHOME")
_Item = tuple[Answer, bytes] | Literal["ready", "cancel", "ended"]


def worker_env(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """What Python needs to start, and nothing of ours: no key, no folder, no home."""
    source = os.environ if env is None else env
    kept = {name: source[name] for name in _KEPT if name in source}
    # Arenas are address space that would be reserved and counted, one for each thread.
    # So are numpy's buffers for each thread, which nothing here uses.
    memory = {
        "MALLOC_ARENA_MAX": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
    return {**kept, **memory, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def worker_command(limits: Limits) -> list[str]:
    """The worker's argv, with what makes it die with this process."""
    command = [sys.executable, "-m", "engine.query.worker", limits.model_dump_json()]
    return [*launcher_prefix(), *command]


class WorkerProcess:
    """A worker that starts at once, behind the caller's back. Any thread may call it."""

    def __init__(self, limits: Limits, command: Callable[[Limits], list[str]] = worker_command):
        self._argv = command(limits)
        self._limits = limits
        self._numbers = itertools.count(1)
        self._waiting: dict[int, SimpleQueue[_Item]] = {}
        self._early: set[int] = set()
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self._ready = False
        self._process: subprocess.Popen[bytes] | None = None
        self._end = ""  # how it ended; empty while it lives
        self._asked_to_end = False
        self.confined: bool | None = None
        """Whether the kernel denies it network, processes and writing; None before it is ready."""
        threading.Thread(target=self._live, name="query-worker", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._end and not self._asked_to_end

    @property
    def pid(self) -> int | None:
        """Its process id, None before it has one."""
        return self._process.pid if self._process else None

    def number(self) -> int:
        """A number for the next question."""
        return next(self._numbers)

    def ask(self, question: Asked, deadline_s: float | None = None) -> tuple[Answer, bytes]:
        """Sends it and waits. Raises Cancelled or WorkerEnded; a Failure is returned.

        The deadline runs from when the worker is ready.
        """
        inbox: SimpleQueue[_Item] = SimpleQueue()
        with self._guard:
            if not self.alive:
                raise self._ended()
            self._waiting[question.id] = inbox
            ready = self._ready
            if question.id in self._early:
                inbox.put("cancel")
        try:
            if not ready:
                self._await_ready(inbox)
            self._send(question)
            return self._await(question.id, inbox, deadline_s)
        finally:
            with self._guard:
                self._waiting.pop(question.id, None)

    def cancel(self, number: int) -> None:
        """Wakes whoever waits for this answer; it gives up. Never blocks."""
        with self._guard:
            inbox = self._waiting.get(number)
            if inbox is None:
                self._early.add(number)  # it is about to be asked
        if inbox is not None:
            inbox.put("cancel")

    def kill(self) -> None:
        """Ends it at once; whoever waits is told."""
        self._asked_to_end = True
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    def _await_ready(self, inbox: SimpleQueue[_Item]) -> None:
        try:
            item = inbox.get(timeout=START_TIMEOUT_S)
        except Empty:
            self.kill()
            raise self._ended() from None
        if item == "cancel":
            raise cancelled()
        if item == "ended":
            raise self._ended()

    def _await(
        self, number: int, inbox: SimpleQueue[_Item], deadline_s: float | None
    ) -> tuple[Answer, bytes]:
        until = None if deadline_s is None else time.monotonic() + deadline_s
        stopping: Cancelled | None = None
        while True:
            try:
                item = inbox.get(
                    timeout=None if until is None else max(until - time.monotonic(), 0)
                )
            except Empty:
                if stopping is not None:
                    self.kill()
                    raise stopping from None
                item, stopping = "cancel", PastDeadline(deadline_s or 0.0)
            if item == "ended":
                raise stopping or self._ended()
            if item == "cancel":
                stopping = stopping or cancelled()
                until = time.monotonic() + INTERRUPT_GRACE_S
                self._send(Cancel(target=number))
            elif item == "ready":
                continue
            elif stopping is not None and isinstance(item[0], Failure):
                raise stopping
            else:
                return item

    def _send(self, message: Asked | Cancel) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        # A worker that is gone is told of by the thread that reads.
        with self._writing, contextlib.suppress(OSError, ValueError):
            write_frame(process.stdin, message)

    def _live(self) -> None:
        """Start it, hand out its answers, and say how it ended."""
        end = "could not be started"
        try:
            self._process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=worker_env(),
                cwd=_CHECKOUT,
                start_new_session=True,
            )
            if self._asked_to_end:
                self._process.kill()
            self._read(self._process)
            end = self._bury(self._process)
        except OSError as error:
            end = f"could not be started: {error.strerror}"
        finally:
            with self._guard:
                self._end = end
                inboxes = list(self._waiting.values())
            for inbox in inboxes:
                inbox.put("ended")

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with contextlib.suppress(BrokenFrame, ValueError):
            while (frame := read_frame(process.stdout)) is not None:
                answer = ANSWER.validate_json(frame[0])
                if isinstance(answer, Ready):
                    self._tell_ready(answer)
                    continue
                with self._guard:
                    inbox = self._waiting.get(answer.id)
                if inbox is not None:
                    inbox.put((answer, frame[1]))

    def _tell_ready(self, answer: Ready) -> None:
        with self._guard:
            self._ready, self.confined = True, answer.confined
            inboxes = list(self._waiting.values())
        for inbox in inboxes:
            inbox.put("ready")

    def _bury(self, process: subprocess.Popen[bytes]) -> str:
        """How it ended, with the last line it wrote."""
        try:
            code = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()  # what it wrote was no answer
            code = process.wait()
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        last = process.stderr.read(1 << 16).decode(errors="replace").strip().splitlines()[-1:]
        with self._writing, contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        process.stderr.close()
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        return ": ".join([how, *last])

    def _ended(self) -> WorkerEnded:
        memory = f"{self._limits.memory_mb / 1024:.3g} GB"
        return WorkerEnded(
            f"The process that runs queries {self._end or 'was ended'}; its result is gone.",
            "Run the statement again; if it stays, ask for fewer rows or columns:"
            f" a statement may use {memory} of memory.",
        )


def cancelled() -> Cancelled:
    """What a statement that was given up ends with."""
    return Cancelled("The statement was cancelled.", "Run it again.")
