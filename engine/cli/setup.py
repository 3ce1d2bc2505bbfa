"""``setup``: fetches and verifies what the lakehouse needs."""

from __future__ import annotations

import argparse

from engine.provision.__main__ import main as provision


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--quick", action="store_true", help="hash only files that changed")


def run(options: argparse.Namespace) -> int:
    """Java, jars and class archives; says what it does."""
    code = provision(["--quick"] if options.quick else [])
    if code == 0:
        print("Everything is in place.")
    return code
