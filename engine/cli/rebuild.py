"""``rebuild``: recomputes silver and gold from bronze, with progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from engine.contracts.names import State
from engine.errors import LakehouseError
from engine.host.commands import Commands
from engine.host.control import Answer, NotRunning, ask
from engine.host.running import Running
from engine.paths import data_paths

PARTS = ("silver", "gold")


class BadPart(LakehouseError):
    """A word that names no part of the lake."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("parts", nargs="*", metavar="silver,gold", help="default: both")


def run(options: argparse.Namespace) -> int:
    """Asks the running lakehouse; where none runs, starts one without demo events for it."""
    request: Answer = {"op": "rebuild", "tables": _parts(options.parts)}
    try:
        return _follow(ask(data_paths(), request))
    except NotRunning:
        pass
    with Running(data_paths(), demo=False) as it:
        it.end_on_signals()
        if it.wait_ready() is not State.READY:
            failed = [s.detail for s in it.instance.supervisor.snapshot() if s.detail]
            raise LakehouseError("The lakehouse could not be started.", " ".join(failed))
        return _follow(Commands(it.instance.supervisor, it.monitor)(request))


def _parts(words: list[str]) -> list[str]:
    parts = [part.strip() for word in words for part in word.split(",") if part.strip()]
    for part in parts:
        if part not in PARTS:
            raise BadPart(f"{part} cannot be rebuilt.", "Say silver, gold, or both: silver,gold.")
    return parts or list(PARTS)


def _follow(answers: Iterator[Answer]) -> int:
    shown = ""
    for answer in answers:
        if answer.get("done") is True:
            print("Rebuilt.")
            return 0
        text = f"{answer['operation']}: {answer['done']:,} of {answer['total']:,}"
        if text != shown:
            print(text, file=sys.stderr, flush=True)
            shown = text
    raise LakehouseError("The rebuild was cut off.", "It begins anew at the next start.")
