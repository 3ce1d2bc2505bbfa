"""Which figures the Live page shows, and how a minute and an hour of them are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.contracts.pack import MeasureSpec, PackSpec

Doubles = npt.NDArray[np.float64]
Unit = Literal["number", "usd", "share", "rate"]

MINUTE_S = 60
HOUR = 60
"""Minutes."""
ENOUGH = 54
"""Minutes with events that make an hour worth comparing: fewer would show a pause as a fall."""
SOME = 10
"""Minutes with events that make a mean to compare one minute with."""


@dataclass(frozen=True, slots=True)
class KpiSpec:
    """A figure: the column of gold it comes from, and how it is read.

    ``hour`` says what the figure of an hour is, for a person.
    """

    name: str
    title: str
    unit: Unit
    description: str
    hour: str
    better: Literal["up", "down"] | None = "up"


@dataclass(frozen=True, slots=True)
class KpiReading:
    """A figure now; changes are relative, None where there is nothing to compare with.

    Attributes:
        minute: of the last complete minute.
        minute_change: against the mean minute of the hour before it.
        running: of the minute that is not over, so far; None before its first event.
    """

    spec: KpiSpec
    minute: float | None
    minute_change: float | None
    running: float | None = None


@dataclass(frozen=True, slots=True)
class HourReading:
    """A figure of the last 60 complete minutes, and its change against the 60 before them."""

    value: float | None
    change: float | None


RATE = "events_per_s"
_TITLES: Mapping[str, tuple[str, Unit, str]] = {
    "orders": ("Orders", "number", "all orders of the hour"),
    "gmv_usd": ("GMV", "usd", "the sum of the hour"),
    "active_users": ("Active users", "number", "different users in the hour, each counted once"),
    "conversion_rate": ("Conversion", "share", "buyers of the hour among its viewers"),
    "avg_order_value_usd": ("Order value", "usd", "GMV of the hour over its orders"),
}


def kpi_specs(pack: PackSpec) -> tuple[KpiSpec, ...]:
    """The figures that this pack's gold has, events a second last."""
    known = {measure.name: measure for measure in pack.kpis}
    found = [
        KpiSpec(name, title, unit, known[name].description, hour)
        for name, (title, unit, hour) in _TITLES.items()
        if name in known
    ]
    if "events" in known:
        mean = "the mean of the minutes that had events"
        description = f"{known['events'].description}, for each second"
        found.append(KpiSpec(RATE, "Events", "rate", description, mean, None))
    return tuple(found)


def minute_readings(
    specs: Sequence[KpiSpec], columns: Mapping[str, Doubles], running_s: float
) -> tuple[KpiReading, ...]:
    """From columns of gold whose last value is the running minute; NaN for no row.

    ``running_s`` is how long that minute has been running.
    """
    readings = []
    for spec in specs:
        values = columns["events"] / MINUTE_S if spec.name == RATE else columns[spec.name]
        running = float(values[-1])
        if spec.name == RATE:
            running *= MINUTE_S / max(running_s, 1.0)
        now = float(values[-2])
        before = values[-HOUR - 2 : -2]
        known = before[np.isfinite(before)]
        mean = float(known.mean()) if len(known) >= SOME else float("nan")
        readings.append(KpiReading(spec, number(now), change(now, mean), number(running)))
    return tuple(readings)


def change(now: float | None, before: float | None) -> float | None:
    """Relative; None where one of them is not known or there was nothing before."""
    if now is None or before is None or not np.isfinite(now) or not np.isfinite(before):
        return None
    return (now - before) / abs(before) if before else None


def number(value: float) -> float | None:
    """None for NaN."""
    return value if np.isfinite(value) else None


def needed(pack: PackSpec, names: Sequence[str]) -> tuple[MeasureSpec, ...]:
    """The measures of these names and all that they are derived from, in the pack's order."""
    known = {measure.name: measure for measure in pack.kpis}
    wanted: set[str] = set()
    todo = [name for name in names if name in known]
    while todo:
        name = todo.pop()
        wanted.add(name)
        if known[name].derived:
            words = set(re.findall(r"[a-z_][a-z_0-9]*", known[name].sql.lower()))
            todo += [word for word in words if word in known and word not in wanted]
    return tuple(measure for measure in pack.kpis if measure.name in wanted)
