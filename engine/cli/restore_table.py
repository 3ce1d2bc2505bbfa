"""``restore-table``: makes a table's rows those of an older version, after a confirmation."""

from __future__ import annotations

import argparse
import os
import sys

from engine.cli.operate import carry_out
from engine.cli.options import at_least
from engine.contracts.names import Table
from engine.errors import LakehouseError
from engine.host.folders import lake_reader
from engine.paths import data_paths
from engine.readings.restore import RestorePreview, preview_restore
from engine.settings import load_settings


class NotConfirmed(LakehouseError):
    """Nobody said yes."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("table", choices=[table.value for table in Table], metavar="TABLE")
    parser.add_argument("version", type=at_least(0), metavar="VERSION")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    """Says what will change, asks, and restores."""
    paths = data_paths()
    lake = lake_reader(paths, load_settings(os.environ, paths.root))
    preview = preview_restore(lake, Table(options.table), options.version)
    print(describe(preview))
    if not options.yes:
        _confirm()
    carry_out({"op": "restore-table", "table": options.table, "version": options.version})
    print(f"{options.table} is restored to version {options.version:,}.")
    return 0


def describe(preview: RestorePreview) -> str:
    """What will change, in whole sentences."""
    when = f" of {preview.at:%Y-%m-%d %H:%M:%S} UTC" if preview.at else ""
    return (
        f"Restore {preview.table.value} to version {preview.version:,}{when}: {preview.figures()}\n"
        f"{preview.consequences}"
    )


def _confirm() -> None:
    refusal = NotConfirmed("Nothing was changed.", "Answer y, or give --yes.")
    if not sys.stdin.isatty():
        raise refusal
    if input("Restore? [y/N] ").strip().lower() not in ("y", "yes"):
        raise refusal
