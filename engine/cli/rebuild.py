"""``rebuild``: recomputes silver and gold from bronze, or a range of gold's minutes from silver."""

from __future__ import annotations

import argparse

from engine.cli.operate import carry_out
from engine.cli.options import moment
from engine.errors import LakehouseError
from engine.host.control import Answer

PARTS = ("silver", "gold")


class BadPart(LakehouseError):
    """A word that names no part of the lake, or one that cannot be rebuilt that way."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("parts", nargs="*", metavar="silver,gold", help="default: both")
    parser.add_argument(
        "--since", type=moment, metavar="TIME", help="only gold's minutes from then on"
    )
    parser.add_argument(
        "--until", type=moment, metavar="TIME", help="only gold's minutes before then"
    )


def run(options: argparse.Namespace) -> int:
    """Prints the progress on stderr and the outcome."""
    outcome = carry_out(_request(options))
    print("Rebuilt." if outcome == "complete" else "Cancelled: the tables are as they were.")
    return 0 if outcome == "complete" else 1


def _request(options: argparse.Namespace) -> Answer:
    ranged = options.since is not None or options.until is not None
    parts = _parts(options.parts) or (["gold"] if ranged else list(PARTS))
    if ranged and "silver" in parts:
        raise BadPart(
            "A range of time can be recomputed in gold only.",
            "Leave --since and --until out, or say gold.",
        )
    request: Answer = {"op": "rebuild", "tables": parts}
    if options.since is not None:
        request["since_ms"] = int(options.since.timestamp() * 1000)
    if options.until is not None:
        request["until_ms"] = int(options.until.timestamp() * 1000)
    return request


def _parts(words: list[str]) -> list[str]:
    parts = [part.strip() for word in words for part in word.split(",") if part.strip()]
    for part in parts:
        if part not in PARTS:
            raise BadPart(f"{part} cannot be rebuilt.", "Say silver, gold, or both: silver,gold.")
    return parts
