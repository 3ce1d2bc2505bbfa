"""``maintain``: merges small files and deletes expired ones now, in every table."""

from __future__ import annotations

import argparse

from engine.cli.operate import carry_out
from engine.host.control import Answer


def add(_parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(_options: argparse.Namespace) -> int:
    """Prints what was done to each table."""
    carry_out({"op": "maintain"}, _tell)
    return 0


def _tell(answer: Answer) -> None:
    if answer["detail"]:
        print(answer["detail"], flush=True)
