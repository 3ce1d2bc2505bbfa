"""``sql``: one statement over the lake's tables."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
import os
import sys
from decimal import Decimal
from typing import Any

from engine.cli.options import at_least
from engine.errors import LakehouseError
from engine.host.compose import lake_path
from engine.lake import LakeReader, QueryFailed, QueryResult
from engine.paths import data_paths
from engine.settings import load_settings


class BadOption(LakehouseError):
    """An option's value cannot be read."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("statement", help='for example "SELECT * FROM gold_kpis"')
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument("--max-rows", type=at_least(1), default=10_000, metavar="N")
    parser.add_argument("--as-of", metavar="VERSION or TIMESTAMP", help="read an older version")


def run(options: argparse.Namespace) -> int:
    """Prints the result; exit 2 with DuckDB's sentence when it refuses the statement."""
    paths = data_paths()
    lake = LakeReader(lake_path(paths, load_settings(os.environ, paths.root)))
    try:
        result = lake.query(options.statement, options.max_rows, _as_of(options.as_of))
    except QueryFailed as error:
        print(error, file=sys.stderr)
        return 2
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[options.format](result)
    return 0


def _as_of(text: str | None) -> int | dt.datetime | None:
    if text is None:
        return None
    if text.isdigit():
        return int(text)
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadOption(
            f"--as-of {text} is neither a version nor a time.",
            "Give a number from `rt-lakehouse history TABLE`, or 2026-01-31T12:00:00Z.",
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


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


def _rows(result: QueryResult) -> list[list[Any]]:
    columns = [[plain(v) for v in column.to_pylist()] for column in result.table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def _print_json(result: QueryResult) -> None:
    document = {
        "columns": [{"name": c.name, "type": c.type} for c in result.columns],
        "rows": _rows(result),
        "truncated": result.truncated,
        "elapsed_ms": result.elapsed_ms,
    }
    print(json.dumps(document))


def _print_csv(result: QueryResult) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in result.columns])
    writer.writerows(_rows(result))
    _warn_truncated(result)


def _print_table(result: QueryResult) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    grid = Grid(*(column.name for column in result.columns))
    for row in _rows(result):
        grid.add_row(*("" if value is None else str(value) for value in row))
    Console().print(grid)
    print(f"{result.table.num_rows:,} rows in {result.elapsed_ms:,.0f} ms")
    _warn_truncated(result)


def _warn_truncated(result: QueryResult) -> None:
    if result.truncated:
        shown = f"Only the first {result.table.num_rows:,} rows are shown."
        print(f"{shown} --max-rows N shows more.", file=sys.stderr)
