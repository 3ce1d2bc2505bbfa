"""What was measured, as ``docs/performance.json``: the one source of page and pictures."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.lakehouse import CHECKOUT

OUT = Path(os.environ.get("BENCH_OUT", str(CHECKOUT / "docs")))
"""BENCH_OUT: another folder, for a trial that is not to be published."""
FILE = "performance.json"


def load(folder: Path = OUT) -> dict[str, Any]:
    """All parts; empty where nothing was measured."""
    file = folder / FILE
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def record(path: tuple[str, ...], figures: dict[str, Any], folder: Path = OUT) -> None:
    """Puts figures at a place and prints them; other places stay as they were measured."""
    everything = load(folder)
    place = everything
    for name in path[:-1]:
        place = place.setdefault(name, {})
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
    place[path[-1]] = {**rounded, "measured": _circumstances()}
    everything["machine"] = _machine()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n")
    print("\n" + json.dumps({"/".join(path): rounded}))


def _circumstances() -> dict[str, Any]:
    """When, and how busy the machine was: figures of a busy hour are no good."""
    load_1m = os.getloadavg()[0]
    return {"at": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "load_1m": round(load_1m, 1)}


def _machine() -> dict[str, Any]:
    """What it ran on; nothing that says whose machine it is."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
    }
