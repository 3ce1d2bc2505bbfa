"""The worker's life: started with the first request, ended when idle, replaced when it died."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Final, Protocol

from pydantic import ValidationError

from engine.contracts.deathwatch import launcher_prefix
from engine.llm.errors import ModelUnusable
from engine.llm.fits import Computer, check_fits, this_computer
from engine.llm.gguf import ModelFile, read_model_file
from engine.llm.server.config import ServerConfig, WorkerConfig, WorkerReady

log = logging.getLogger(__name__)

LOAD_S: Final = 120.0
"""40 GB from a slow disk; what takes longer hangs."""

LINE_BYTES: Final = 65_536


class Child(Protocol):
    """What is needed of a worker's process."""

    stdout: IO[bytes] | None

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


Spawn = Callable[[WorkerConfig], Child]


@dataclass(frozen=True)
class Worker:
    """A loaded model."""

    process: Child
    port: int
    api_key: str


class Keeper:
    """Any thread may call it."""

    def __init__(
        self,
        config: ServerConfig,
        *,
        spawn: Spawn | None = None,
        clock: Callable[[], float] = time.monotonic,
        computer: Callable[[], Computer] = this_computer,
        told: Callable[[str, bool], None] = lambda _what, _well: None,
    ) -> None:
        self._config = config
        self._spawn = spawn or spawn_worker
        self._clock = clock
        self._computer = computer
        self._told = told
        """Hears, as a sentence, when a model was loaded or let go (well) or cannot be loaded."""
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._busy = 0
        self._used = clock()
        # One thread for good: the kernel ends a child when the thread that made it ends.
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="worker")

    @property
    def loaded(self) -> bool:
        """Whether a model is in memory."""
        worker = self._worker
        return worker is not None and worker.process.poll() is None

    @contextmanager
    def lease(self) -> Iterator[Worker]:
        """A worker that is not let go meanwhile. Raises ModelUnusable."""
        with self._lock:
            self._busy += 1
            try:
                worker = self._living()
            except BaseException:
                self._busy -= 1
                raise
        try:
            yield worker
        finally:
            with self._lock:
                self._busy -= 1
                self._used = self._clock()

    def tidy(self) -> None:
        """Lets the model go where it is idle or its process has died; called now and then."""
        with self._lock:
            worker = self._worker
            if worker is None or self._busy:
                return
            if worker.process.poll() is not None:
                self._let_go()
                self._told("The model's process has ended; the next question loads it again.", True)
            elif self._clock() - self._used >= self._config.idle_s:
                self._let_go()
                self._told("Not in memory; the next question loads it.", True)

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            self._let_go()
        self._maker.shutdown()

    def _living(self) -> Worker:
        if self._worker is not None and self._worker.process.poll() is not None:
            log.warning("the model's process had ended; it is started again")
            self._let_go()
        if self._worker is None:
            try:
                self._worker = self._maker.submit(self._start).result()
            except ModelUnusable as error:
                self._told(str(error), False)
                raise
        return self._worker

    def _let_go(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            _end(worker.process)

    def _start(self) -> Worker:
        config = self._config
        model = read_model_file(Path(config.model))
        check_fits(model, config.context_tokens, self._computer())
        told = WorkerConfig(
            model=config.model,
            name=model.name,
            runtime=config.runtime,
            api_key=token_hex(24),
            context_tokens=config.context_tokens,
            threads=config.threads,
        )
        started = self._clock()
        process = self._spawn(told)
        try:
            port = _wait_ready(process, model)
        except BaseException:
            _end(process)
            raise
        self._told(f"{model.title} was loaded in {self._clock() - started:,.1f} s.", True)
        return Worker(process, port, told.api_key)


def spawn_worker(config: WorkerConfig) -> subprocess.Popen[bytes]:
    """The real process; it ends with the calling thread."""
    argv = [*launcher_prefix(), sys.executable, "-m", "engine.llm.server.worker"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it is gone already; the wait for its answer says so
        process.stdin.write(config.model_dump_json().encode() + b"\n")
        process.stdin.flush()
    return process


def _wait_ready(process: Child, model: ModelFile) -> int:
    """Its port; ModelUnusable where it says why not, ends, or never says a word."""
    assert process.stdout is not None
    watchdog = threading.Timer(LOAD_S, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline(LINE_BYTES)
    finally:
        watchdog.cancel()
    try:
        ready = WorkerReady.model_validate_json(line)
    except ValidationError:
        ready = WorkerReady(failure="its process ended while it was loading")
    if ready.failure:
        raise ModelUnusable(
            f"{model.title} cannot be loaded: {ready.failure}.",
            "See the language model's log, or choose another model file on the Settings page.",
        )
    return ready.port


def _end(process: Child) -> None:
    """It holds nothing that a gentle end would save."""
    with suppress(OSError):
        process.kill()
    process.wait()
    for pipe in (getattr(process, "stdin", None), process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
