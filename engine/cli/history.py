"""``history``: the versions of a table, newest first."""

from __future__ import annotations

import argparse
import json
import os

from engine.cli.options import at_least
from engine.contracts.names import Table
from engine.host.folders import lake_reader
from engine.lake.commits import read_commits
from engine.paths import data_paths
from engine.settings import load_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("table", choices=[table.value for table in Table], metavar="TABLE")
    parser.add_argument("--limit", type=at_least(1), default=20, metavar="N")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Prints the versions."""
    paths = data_paths()
    lake = lake_reader(paths, load_settings(os.environ, paths.root))
    versions = read_commits(lake, Table(options.table), limit=options.limit).commits
    if options.json:
        rows = [
            {
                "version": v.version,
                "time": v.time.isoformat(),
                "operation": v.operation,
                "rows": v.rows_written,
            }
            for v in versions
        ]
        print(json.dumps(rows))
        return 0
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid("Version", "Time (UTC)", "Operation", "Rows written")
    for v in versions:
        rows_written = "" if v.rows_written is None else f"{v.rows_written:,}"
        grid.add_row(str(v.version), f"{v.time:%Y-%m-%d %H:%M:%S}", v.operation, rows_written)
    Console().print(grid)
    return 0
