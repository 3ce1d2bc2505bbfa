"""Runs a scenario of this package as a process of its own, on a display of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.e2e.lakehouse import CHECKOUT, clean_environment, living
from tests.window.display import virtual_display

Told = dict[str, Any]


def play(
    scenario: str, root: Path, *words: str, seconds: float, size: str = "1280x800"
) -> list[Told]:
    """What the scenario told, one object a line; fails with its last words where it fails.

    Each object gets ``at_s``, seconds since the process was started.
    """
    with virtual_display(size) as display:
        env = clean_environment(root, {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
        began = time.monotonic()
        with (root.with_name(f"{root.name}.window.err")).open("w+") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", f"tests.window.{scenario}", *words],
                cwd=CHECKOUT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
            try:
                told = _listen(process, began, seconds)
            finally:
                process.kill()
                process.communicate()
            errors.seek(0)
            said = errors.read()[-6_000:]
    assert process.returncode == 0, f"{scenario} ended with {process.returncode}. {told}\n{said}"
    left = living(root)
    assert not left, f"Processes outlived the window: {left}"
    return told


def _listen(process: subprocess.Popen[str], began: float, seconds: float) -> list[Told]:
    told: list[Told] = []
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            told.append({**json.loads(line), "at_s": round(time.monotonic() - began, 2)})
            print(told[-1], flush=True)
        assert time.monotonic() - began < seconds, f"longer than {seconds:g} s: {told}"
    process.wait(30)
    return told


def tell(what: str, **figures: object) -> None:
    """For a scenario: one line to whoever plays it."""
    print(json.dumps({"what": what, **figures}, default=str), flush=True)
