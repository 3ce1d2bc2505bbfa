"""A child's end of the line protocol with its parent (see ``engine.contracts.protocol``)."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import NoReturn, Protocol

from pydantic import ValidationError

from engine.contracts.protocol import CHILD_COMMAND, ChildCommand, Message, Stop

log = logging.getLogger(__name__)

STDIN, STDOUT, STDERR = 0, 1, 2


class Control(Protocol):
    """What a loop of ours hears and says."""

    def wait(self, seconds: float) -> bool:
        """Sleeps; True as soon as the loop shall end."""
        ...

    def commands(self) -> Iterator[ChildCommand]:
        """Commands that came since the last call."""
        ...

    def send(self, message: Message) -> None:
        """Tells the parent."""
        ...


class ParentChannel:
    """Commands from stdin, messages to stdout, SIGTERM and SIGINT as a stop.

    Takes stdout for itself, so that a stray print lands in the log and not between messages.
    """

    def __init__(self) -> None:
        self._out = os.dup(STDOUT)
        os.dup2(STDERR, STDOUT)
        self._stop = threading.Event()
        self._queue: SimpleQueue[ChildCommand] = SimpleQueue()

    def open(self) -> None:
        """Starts listening; call from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """See Control."""
        return self._stop.wait(seconds)

    def commands(self) -> Iterator[ChildCommand]:
        """See Control."""
        while True:
            try:
                yield self._queue.get_nowait()
            except Empty:
                return

    def send(self, message: Message) -> None:
        """See Control."""
        line = memoryview(message.model_dump_json().encode() + b"\n")
        try:
            while line:
                line = line[os.write(self._out, line) :]
        except BrokenPipeError:
            _orphaned()

    def _listen(self) -> None:
        # os.read and not sys.stdin: a daemon thread inside a buffered read holds a lock that the
        # interpreter wants at its exit, and aborts it.
        rest = b""
        while chunk := os.read(STDIN, 65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._hear(line)
        _orphaned()

    def _hear(self, line: bytes) -> None:
        try:
            command = CHILD_COMMAND.validate_json(line)
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            log.warning("A command was not understood and is ignored: %s", reason)
            return
        if isinstance(command, Stop):
            self._stop.set()
        else:
            self._queue.put(command)


def _orphaned() -> NoReturn:
    """The parent is gone, and the broker with it: nothing is left to wait for."""
    os._exit(0)
