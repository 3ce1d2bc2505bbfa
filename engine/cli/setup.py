"""``setup``: fetches and verifies what the lakehouse needs."""

from __future__ import annotations

import argparse

from engine.knowledge.prepare import main as prepare_vectors
from engine.provision.__main__ import main as provision


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--quick", action="store_true", help="hash only files that changed")
    parser.add_argument("--s3", action="store_true", help="also jars for a lake in a bucket, 14 MB")


def run(options: argparse.Namespace) -> int:
    """Java, jars, models and vectors; says what it does."""
    chosen = {"--quick": options.quick, "--s3": options.s3}
    code = provision([name for name, given in chosen.items() if given])
    if code == 0:
        prepare_vectors()
        print("Everything is in place.")
    return code
