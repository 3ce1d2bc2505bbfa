"""How the Live page writes figures and names."""

from __future__ import annotations

from collections.abc import Iterable

from app.formats import compact, money, money_compact, number, percent
from app.service_names import service_title
from app.words import tr
from engine.contracts.names import State
from engine.contracts.status import ServiceSnapshot
from engine.readings.live_kpis import KpiSpec

_STATES = {
    State.STOPPED: "stopped",
    State.STARTING: "starting",
    State.READY: "ready",
    State.DEGRADED: "degraded",
    State.BACKOFF: "starting again",
    State.STOPPING: "stopping",
    State.FAILED: "failed",
}


def figure(spec: KpiSpec, value: float | None) -> str:
    """With its unit, short enough for a tile."""
    if spec.unit == "usd":
        whole = value is not None and 100 <= abs(value) < 10_000
        return money(value, 0) if whole else money_compact(value)
    if spec.unit == "share":
        return percent(value)
    if spec.unit == "rate" and value is not None:
        return f"{number(value, 1 if value < 10 else 0)}/s"
    return number(value) if value is None or abs(value) < 100_000 else compact(value)


def short_change(value: float | None) -> str:
    """``▲ 12 %``; the arrow says the sign, so that it fits a tile."""
    if value is None:
        return ""
    share = abs(value) * 100
    if share < 0.05:
        return "= 0 %"
    text = f"{share:,.0f}" if share >= 1 else f"{share:.1f}"
    return f"{'▲' if value > 0 else '▼'} {text if share < 1000 else '>999'} %"


def readable(name: str) -> str:
    """A column's or an event type's name for a person: ``category_id`` is "Category"."""
    return name.removesuffix("_id").removesuffix("_type").replace("_", " ").capitalize()


def kpi_hint(spec: KpiSpec, minute: str) -> str:
    """What a tile's figures are, for its tooltip."""
    return tr(
        "{0}\n\nLarge: the minute from {1}, and its change against the mean minute of the hour "
        "before it.\nBelow: the last 60 complete minutes ({2}), and their change against the 60 "
        "minutes before."
    ).format(spec.description, minute, spec.hour)


def waiting(services: Iterable[ServiceSnapshot]) -> str:
    """What is still on its way before there can be events."""
    states = [
        tr("{0}: {1}").format(service_title(service.name), tr(_STATES[service.state]))
        for service in services
    ]
    listed = " · ".join(states) or tr("The services are about to start.")
    return tr(
        "{0}\nFigures appear here within seconds of the first event. Nothing comes? The Services "
        "page shows what is wrong, and Settings, Demo data, turns the demo events on or off."
    ).format(listed)
