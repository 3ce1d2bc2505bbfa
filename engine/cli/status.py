"""``status``: services, pipeline, tables. Exit 0 all READY, 3 degraded, 4 not running."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from engine.contracts.names import State
from engine.contracts.status import PipelineStatus, StatusReport, TableStatus
from engine.errors import LakehouseError
from engine.host.control import NotRunning, ask
from engine.host.folders import lake_reader
from engine.lake import LakeReader
from engine.paths import DataPaths, data_paths
from engine.readings.audit import audit_lines
from engine.settings import load_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="the whole report as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Prints the report."""
    paths = data_paths()
    report = _report(paths)
    if options.json:
        print(report.model_dump_json(indent=2))
    else:
        _print(report)
    if not report.services:
        return 4
    return 0 if report.state is State.READY else 3


def _report(paths: DataPaths) -> StatusReport:
    """The running instance's report, or an empty one, with the tables as they are on disk."""
    try:
        answer: dict[str, Any] = next(iter(ask(paths, {"op": "status"})))
        report = StatusReport.model_validate_json(json.dumps(answer))
    except (NotRunning, StopIteration):
        report = StatusReport(state=State.STOPPED, services=(), pipeline=PipelineStatus())
    lake = lake_reader(paths, load_settings(os.environ, paths.root))
    return report.model_copy(update={"tables": _tables(lake)})


def _tables(lake: LakeReader) -> dict[str, TableStatus]:
    found = {}
    for table in lake.tables():
        try:
            info = lake.info(table)
        except LakehouseError:
            continue  # Being made at this moment; it is there at the next look.
        found[table.value] = TableStatus(
            rows=info.rows, files=info.files, version=info.version, bytes=info.bytes
        )
    return found


def _print(report: StatusReport) -> None:
    from rich.console import Console
    from rich.table import Table as Grid

    console = Console()
    if not report.services:
        console.print("Not running. Start it with `rt-lakehouse run`.")
    else:
        grid = Grid("Service", "Provider", "State", "Port", "Memory", "CPU", "Restarts", "Detail")
        for s in report.services:
            memory = f"{s.rss_bytes / 1e6:,.0f} MB" if s.rss_bytes else ""
            grid.add_row(
                s.name,
                s.provider,
                s.state.value,
                str(s.port or ""),
                memory,
                "" if s.cpu_percent is None else f"{s.cpu_percent:,.0f} %",
                str(s.restarts),
                s.detail,
            )
        console.print(grid)
        console.print(_stream(report.pipeline))
        if report.audit is not None:
            for line in audit_lines(report.audit):
                console.print(line)
    tables = Grid("Table", "Rows", "Files", "Version", "Size")
    for name, table in report.tables.items():
        size = f"{table.bytes / 1e6:,.1f} MB"
        tables.add_row(name, f"{table.rows:,}", f"{table.files:,}", f"{table.version:,}", size)
    if report.tables:
        console.print(tables)
    for notice in report.notices:
        console.print(f"Notice: {notice}")


def _stream(pipeline: PipelineStatus) -> str:
    lag = "unknown" if pipeline.kafka_lag is None else f"{pipeline.kafka_lag:,} events"
    text = f"In {pipeline.input_rate:,.0f} events/s, lag {lag}"
    if pipeline.end_to_end_p50_ms is None or pipeline.end_to_end_p95_ms is None:
        return text
    p50, p95 = pipeline.end_to_end_p50_ms / 1000, pipeline.end_to_end_p95_ms / 1000
    return f"{text}, event to gold {p50:.1f} s (p95 {p95:.1f} s)"
