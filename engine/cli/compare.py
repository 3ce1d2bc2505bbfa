"""``compare``: what differs between two versions of a table."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table as Grid

from engine.cli.options import at_least
from engine.cli.sql import plain
from engine.contracts.names import Table
from engine.host.folders import lake_reader
from engine.lake.compare import Comparison, OneSided, Side, compare
from engine.paths import data_paths
from engine.settings import load_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("table", choices=[table.value for table in Table], metavar="TABLE")
    parser.add_argument("a", type=at_least(0), metavar="A", help="a version")
    parser.add_argument("b", type=at_least(0), metavar="B", help="another version")
    parser.add_argument("--examples", type=at_least(0), default=5, metavar="N")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Prints the differences."""
    paths = data_paths()
    lake = lake_reader(paths, load_settings(os.environ, paths.root))
    found = compare(lake, Table(options.table), options.a, options.b, options.examples)
    if options.json:
        print(json.dumps(as_json(found)))
    else:
        _print(found)
    return 0


def as_json(found: Comparison) -> dict[str, Any]:
    """The whole comparison as plain values."""
    changed = found.changed
    return {
        "table": found.table.value,
        "key": list(found.key),
        "a": _side(found.a),
        "b": _side(found.b),
        "schema": [{"name": c.name, "a": c.type_a, "b": c.type_b} for c in found.schema],
        "only_a": {"rows": found.only_a.count, "examples": _records(found.only_a.examples)},
        "only_b": {"rows": found.only_b.count, "examples": _records(found.only_b.examples)},
        "changed": changed
        and {
            "rows": changed.rows,
            "columns": changed.columns,
            "examples": _records(changed.examples),
        },
        "same": found.same,
    }


def _side(side: Side) -> dict[str, int]:
    return {
        "version": side.version,
        "rows": side.rows,
        "files": side.files,
        "bytes": side.bytes,
    }


def _records(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]


def _print(found: Comparison) -> None:
    console = Console()
    grid = Grid("", f"Version {found.a.version:,}", f"Version {found.b.version:,}")
    grid.add_row("Rows", f"{found.a.rows:,}", f"{found.b.rows:,}")
    grid.add_row("Files", f"{found.a.files:,}", f"{found.b.files:,}")
    grid.add_row("Size", f"{found.a.bytes / 1e6:,.1f} MB", f"{found.b.bytes / 1e6:,.1f} MB")
    console.print(grid)
    for column in found.schema:
        print(f"Column {column.name}: {column.type_a or 'missing'} → {column.type_b or 'missing'}")
    if found.same:
        print("The rows are the same.")
        return
    for side, rows in ((found.a, found.only_a), (found.b, found.only_b)):
        _print_rows(console, f"Only in version {side.version:,}: {_count(rows.count)}", rows, found)
    if found.changed is not None:
        print(f"Changed: {_count(found.changed.rows)}")
        for name, count in found.changed.columns.items():
            print(f"  {name}: {count:,}")


def _count(rows: int) -> str:
    return f"{rows:,} row" if rows == 1 else f"{rows:,} rows"


def _print_rows(console: Console, title: str, rows: OneSided, found: Comparison) -> None:
    print(title)
    if not rows.examples.num_rows:
        return
    grid = Grid(*found.key)
    for row in _records(rows.examples.select(list(found.key))):
        grid.add_row(*(str(value) for value in row.values()))
    console.print(grid)
    if rows.cut:
        print(f"The first {rows.examples.num_rows:,} are shown; --examples N shows more.")
