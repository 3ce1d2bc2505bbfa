"""``sql``: one statement over the lake's tables."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
import os
import sys
from contextlib import closing
from decimal import Decimal
from typing import Any

import pyarrow as pa

from engine.cli.options import at_least
from engine.contracts.query import Limits
from engine.host.folders import lake_reader
from engine.lake import QueryFailed
from engine.paths import data_paths
from engine.query.session import QueryResult, QuerySession
from engine.query.sources import parse_as_of
from engine.settings import load_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("statement", help='for example "SELECT * FROM gold_kpis"')
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument("--max-rows", type=at_least(1), default=10_000, metavar="N")
    parser.add_argument("--as-of", metavar="VERSION or TIMESTAMP", help="read an older version")


def run(options: argparse.Namespace) -> int:
    """Prints the result; exit 2 with one sentence when the statement is refused or wrong."""
    paths = data_paths()
    settings = load_settings(os.environ, paths.root)
    limits = Limits(memory_mb=settings.query.memory_mb, max_rows=options.max_rows)
    lake = lake_reader(paths, settings)
    with closing(QuerySession(lake, limits, settings.query.deadline)) as session:
        try:
            result = session.run(options.statement, parse_as_of(options.as_of))
        except QueryFailed as error:
            print(error, file=sys.stderr)
            return 2
        table = session.table(0, result.rows)
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[options.format](result, table)
    return 0


def plain(value: Any) -> Any:
    """A value as JSON has it: times as ISO-8601 in UTC, no NaN."""
    match value:
        case dt.datetime():
            return value.isoformat().replace("+00:00", "Z")
        case dt.date() | dt.time() | dt.timedelta():
            return str(value)
        case Decimal():  # DuckDB's HUGEINT, which SUM gives, comes as one without a fraction
            whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
            return int(value) if whole else float(value)
        case float() if not math.isfinite(value):
            return None
        case list():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    return value.hex() if isinstance(value, bytes) else value


def _rows(table: pa.Table) -> list[list[Any]]:
    columns = [[plain(v) for v in column.to_pylist()] for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _print_json(result: QueryResult, table: pa.Table) -> None:
    document = {
        "columns": [{"name": c.name, "type": c.type} for c in result.columns],
        "rows": _rows(table),
        "truncated": result.truncated,
        "elapsed_ms": result.elapsed_ms,
    }
    print(json.dumps(document))


def _print_csv(result: QueryResult, table: pa.Table) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in result.columns])
    writer.writerows(_rows(table))
    _warn_truncated(result)


def _print_table(result: QueryResult, table: pa.Table) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(*(column.name for column in result.columns))
    for row in _rows(table):
        grid.add_row(*("" if value is None else str(value) for value in row))
    Console().print(grid)
    print(f"{result.rows:,} rows in {result.elapsed_ms:,.0f} ms")
    _warn_truncated(result)


def _warn_truncated(result: QueryResult) -> None:
    if result.truncated:
        shown = f"Only the first {result.rows:,} rows are shown."
        print(f"{shown} --max-rows N shows more.", file=sys.stderr)
