"""A virtual display for a program under test."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def virtual_display(size: str = "1280x800") -> Iterator[str]:
    """Starts Xvfb on a free number; yields what DISPLAY is to be."""
    if shutil.which("Xvfb") is None:
        pytest.fail("Xvfb is missing: `make test` installs it, or type: apt-get install xvfb")
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as numbers:
                number = numbers.readline().strip()
            assert number, "Xvfb did not start."
            yield f":{number}"
        finally:
            server.terminate()
