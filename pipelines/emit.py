"""Speaks the child protocol: one JSON line a message on the process's real stdout."""

from __future__ import annotations

import os
import sys
import threading
from typing import TextIO

from engine.contracts.protocol import Message


class Emitter:
    """Thread-safe writer of messages. Takes stdout for itself: stray prints go to stderr."""

    def __init__(self) -> None:
        self._out: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._lock = threading.Lock()

    def __call__(self, message: Message) -> None:
        """Writes one message; a reader that went away is the parent's death, handled on stdin."""
        with self._lock:
            try:
                self._out.write(message.model_dump_json() + "\n")
                self._out.flush()
            except (BrokenPipeError, ValueError):
                return
