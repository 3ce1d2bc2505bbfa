"""``logs``: a service's log, to its end or on and on."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from engine.errors import LakehouseError
from engine.paths import data_paths

SHOWN = 200


class NoLog(LakehouseError):
    """There is no log of that name."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl+C")
    parser.add_argument("-n", type=int, default=SHOWN, metavar="LINES")


def run(options: argparse.Namespace) -> int:
    """Prints the last lines, then with -f what is added."""
    folder = data_paths().logs
    file = folder / f"{options.service}.log"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise NoLog(f"There is no log of {options.service}.", f"Logs: {known}.")
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines()[-options.n :]:
        print(line)
    if options.follow:
        _follow(file)
    return 0


def _follow(file: Path) -> None:
    """Like ``tail -F``: a rotated file is opened anew."""
    stream = file.open(encoding="utf-8", errors="replace")
    stream.seek(0, 2)
    while True:
        text = stream.read()
        if text:
            print(text, end="", flush=True)
            continue
        if not file.exists() or file.stat().st_ino != os.fstat(stream.fileno()).st_ino:
            stream.close()
            while not file.exists():
                time.sleep(0.2)
            stream = file.open(encoding="utf-8", errors="replace")
        time.sleep(0.2)
