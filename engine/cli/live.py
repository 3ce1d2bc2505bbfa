"""The live terminal view of ``run``: services, stream, and the KPIs of the newest minutes."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table as Grid
from rich.text import Text

from engine.contracts.names import State, Table
from engine.contracts.status import ServiceSnapshot, StatusReport
from engine.errors import LakehouseError
from engine.host.running import Running
from engine.lake import LakeReader

COLOURS = {
    State.READY: "green",
    State.STARTING: "cyan",
    State.STOPPING: "cyan",
    State.DEGRADED: "yellow",
    State.BACKOFF: "yellow",
    State.FAILED: "red",
    State.STOPPED: "bright_black",
}
REDRAW_S = 0.5
KPI_EVERY_S = 2.0

KPIS = """
SELECT window_start, events, orders, gmv_usd, active_users, conversion_rate
FROM gold_kpis ORDER BY window_start DESC LIMIT 5
"""


def show(it: Running, seconds: float | None) -> int:
    """Draws until the end; exit 1 when something failed before all was ready."""
    console = Console()
    kpis: list[dict[str, Any]] = []
    read_at, ready_at = 0.0, None
    with Live(console=console, auto_refresh=False) as live:
        while not it.ended.wait(REDRAW_S):
            now = time.monotonic()
            report = it.monitor.report()
            if report.state is State.READY and ready_at is None:
                ready_at = now
            if now - read_at > KPI_EVERY_S:
                kpis, read_at = _kpis(it.instance.lake), now
            live.update(_page(it, report, kpis), refresh=True)
            if ready_at is None and report.state is State.FAILED:
                return 1
            if seconds is not None and ready_at is not None and now - ready_at >= seconds:
                break
    console.print("Stopping …")
    return 0


def _kpis(lake: LakeReader) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = lake.query(KPIS).table.to_pylist()
    except LakehouseError:
        return []  # Not made yet, or being compacted; the next look will find it.
    return rows


def _page(it: Running, report: StatusReport, kpis: list[dict[str, Any]]) -> Group:
    word = Text(report.state.value, style=f"bold {COLOURS[report.state]}")
    title = Text.assemble("RT-Lakehouse  ", word, f"  {it.seconds():,.0f} s")
    parts: list[Any] = [title, _services(report.services), _stream(report), _minutes(kpis)]
    if report.notices:
        parts.append(Panel(Text(report.notices[-1]), title="Notice", border_style="yellow"))
    parts.append(Text("Ctrl+C stops everything.", style="dim"))
    return Group(*parts)


def _services(services: tuple[ServiceSnapshot, ...]) -> Grid:
    grid = Grid(expand=True)
    for name in ("Service", "Provider", "State", "Port", "Memory", "Restarts", "Detail"):
        grid.add_column(name, justify="right" if name in ("Port", "Memory", "Restarts") else "left")
    for service in services:
        grid.add_row(
            service.name,
            service.provider,
            Text(service.state.value, style=COLOURS[service.state]),
            str(service.port or ""),
            f"{service.rss_bytes / 1e6:,.0f} MB" if service.rss_bytes else "",
            str(service.restarts),
            service.detail,
        )
    return grid


def _stream(report: StatusReport) -> Text:
    stream = report.pipeline
    lag = "–" if stream.kafka_lag is None else f"{stream.kafka_lag:,} events"
    p50 = "–" if stream.end_to_end_p50_ms is None else f"{stream.end_to_end_p50_ms / 1000:.1f} s"
    p95 = "–" if stream.end_to_end_p95_ms is None else f"{stream.end_to_end_p95_ms / 1000:.1f} s"
    return Text(
        f"In {stream.input_rate:,.0f} events/s   lag {lag}   event to gold {p50} (p95 {p95})"
    )


def _minutes(kpis: list[dict[str, Any]]) -> Grid:
    grid = Grid(expand=True, title=f"{Table.GOLD_KPIS.value}: newest minutes (UTC)")
    for name in ("Minute", "Events", "Orders", "GMV", "Active users", "Conversion"):
        grid.add_column(name, justify="left" if name == "Minute" else "right")
    for row in kpis:
        rate = row["conversion_rate"]
        grid.add_row(
            f"{row['window_start']:%H:%M}",
            f"{row['events']:,}",
            f"{row['orders']:,}",
            f"${row['gmv_usd']:,.2f}",
            f"{row['active_users']:,}",
            "–" if rate is None else f"{rate:.1%}",
        )
    return grid
