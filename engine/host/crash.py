"""What a crash of the window's own process leaves behind: the stack of each thread, as a log."""

from __future__ import annotations

import contextlib
import faulthandler
import os
from typing import Final

from engine.paths import DataPaths

NAME: Final = "window-crash.log"
"""Among the services' logs, so that a support bundle has it."""
MOST_BYTES: Final = 1_000_000
"""A trace is some KB; an old file this large is begun anew."""


def keep_crash_traces(paths: DataPaths) -> None:
    """From now on a segmentation fault or abort is written down before the process ends.

    Where the folder cannot be written, nothing is kept: the start says so by itself.
    """
    with contextlib.suppress(OSError):
        paths.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(paths.logs / NAME, flags, 0o600)  # for the process's life
        if os.fstat(descriptor).st_size > MOST_BYTES:
            os.ftruncate(descriptor, 0)
        faulthandler.enable(descriptor)
