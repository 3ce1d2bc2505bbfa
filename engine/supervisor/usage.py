"""Memory of a process and its descendants."""

from __future__ import annotations

import contextlib

import psutil


def resident_bytes(pid: int) -> int | None:
    """Resident bytes of the process tree; None where the process is gone."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return None
    total = 0
    for process in family:
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total or None
