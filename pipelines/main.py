"""The pipeline process: ``python -m pipelines.main CONFIG.json``.

Speaks the child protocol (``engine.contracts.protocol``): messages on stdout, commands on stdin;
end of file on stdin means that the parent is gone. Exit codes: 0 stopped when asked, 1 failed
(a ``fatal`` message said why).
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.contracts.job import PipelineConfig
from engine.contracts.protocol import (
    CHILD_COMMAND,
    CancelRebuild,
    ChildCommand,
    Fatal,
    Maintain,
    Rebuild,
    RecordAlerts,
    RestoreTable,
    Stop,
)
from pipelines.emit import Emitter
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.job import Job

log = logging.getLogger("pipeline")


class Inbox:
    """Commands, in order. A stop before the stream runs ends the process on the spot."""

    def __init__(self) -> None:
        # A signal's handler puts too, maybe while this thread is within get: Queue would deadlock.
        self._queue: queue.SimpleQueue[ChildCommand] = queue.SimpleQueue()
        self._streaming = threading.Event()
        self.cancel = threading.Event()
        """Set while a rebuild is to be given up."""

    def put(self, command: ChildCommand) -> None:
        """Takes a command; may not return."""
        if isinstance(command, Stop) and not self._streaming.is_set():
            # Nothing is lost: a batch cut off here is repeated at the next start, and the driver
            # JVM dies with this process.
            os._exit(0)
        if isinstance(command, CancelRebuild):
            # Not queued: it is for the rebuild in hand, or for one that waits before it.
            self.cancel.set()
            return
        if isinstance(command, Rebuild):
            self.cancel.clear()
        self._queue.put(command)

    def streaming(self) -> None:
        """From now on a stop waits for the batch in hand."""
        self._streaming.set()

    def interruptible(self) -> None:
        """From now on a stop ends the process on the spot again."""
        self._streaming.clear()

    def get(self, timeout_s: float) -> ChildCommand | None:
        """The next command, or None after so long."""
        try:
            return self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None


def main(argv: list[str] | None = None) -> int:
    """Runs until told to stop; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    emit = Emitter()
    config = PipelineConfig.model_validate_json(Path(arguments[0]).read_text(encoding="utf-8"))
    logging.basicConfig(
        level=config.log_level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("py4j").setLevel(logging.WARNING)
    inbox = Inbox()
    signal.signal(signal.SIGTERM, lambda *_: inbox.put(Stop()))
    # The terminal's Ctrl+C reaches the whole group; the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_read_commands, args=(inbox.put,), daemon=True).start()
    return _work(config, emit, inbox)


def _work(config: PipelineConfig, emit: Emitter, inbox: Inbox) -> int:
    # Imported only now: the import takes a second, and a stop is heard already.
    from pipelines.job import Job

    job = Job(config, emit, inbox.cancel)
    try:
        job.start()
        inbox.streaming()
        # Only now: a stop that follows at once then lets the JVM end in order, which is when it
        # writes the archive that halves the next start.
        job.announce()
        _serve(job, inbox)
        code = 0
    except PipelineError as error:
        emit(Fatal(message=str(error), retry=error.retry))
        code = 1
    except Exception as error:
        log.exception("the pipeline failed")
        emit(Fatal(message=f"The pipeline failed: {_first_line(error)} It starts again by itself."))
        code = 1
    job.close()
    return code


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}."[:400]


def _serve(job: Job, inbox: Inbox) -> None:
    """Obeys commands and watches the query until a stop."""
    while True:
        command = inbox.get(0.5)
        if command is None:
            job.check()
        elif isinstance(command, Stop):
            return
        elif isinstance(command, Rebuild | RestoreTable):
            inbox.interruptible()
            _long(job, command)
            inbox.streaming()
        elif isinstance(command, Maintain):
            job.maintain()
        elif isinstance(command, RecordAlerts):
            job.record(command)


def _long(job: Job, command: Rebuild | RestoreTable) -> None:
    """What may take minutes, and begins anew or is whole wherever it is cut off."""
    if isinstance(command, Rebuild):
        job.rebuild(command)
    else:
        job.restore(command)


def _read_commands(put: Callable[[ChildCommand], None]) -> None:
    """Reads stdin to its end. The end is the parent's death: nothing may be written after it."""
    for line in sys.stdin:
        if line.strip():
            try:
                put(CHILD_COMMAND.validate_json(line))
            except ValueError as error:
                log.warning("not a command: %s", error)
    os._exit(1)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Spark's and DuckDB's threads may still wait for something; all that mattered is committed.
    os._exit(code)
