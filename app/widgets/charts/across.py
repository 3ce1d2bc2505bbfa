"""What runs along the bottom of a line chart: time, numbers, or the bins of a histogram."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyqtgraph as pg

from app.widgets.charts.axes import TimeAxis, ValueAxis, local
from app.widgets.charts.shapes import Floats
from app.widgets.charts.units import Unit


@dataclass(frozen=True, slots=True)
class Across:
    """How a place on the axis is drawn, read out and exported."""

    axis: Callable[[], pg.AxisItem]
    words: Callable[[float], tuple[str, str]]
    """What the read-out says of a place: first in bold, then muted."""
    column: str
    """Head of the exported column."""
    cell: Callable[[float], str]


def _moment(at: float) -> tuple[str, str]:
    moment = local(at)
    when = f"{moment:%H:%M:%S}" if at % 60 else f"{moment:%H:%M}"
    return when, f"{moment.day} {moment:%b} · {moment.astimezone(UTC):%H:%M:%S} UTC"


TIME = Across(
    lambda: TimeAxis("bottom"),
    _moment,
    "time_utc",
    lambda at: datetime.fromtimestamp(at, tz=UTC).isoformat(),
)
"""Epoch seconds, written in the local zone."""


def numbers(name: str, unit: Unit) -> Across:
    """Numbers of a column."""
    return Across(lambda: ValueAxis(unit, "bottom"), lambda at: (unit.value(at), name), name, exact)


def bins(name: str, edges: Floats, unit: Unit) -> Across:
    """The bins between ``edges`` (n + 1); a place is a bin's middle."""

    def words(at: float) -> tuple[str, str]:
        place = min(max(int(np.searchsorted(edges, at)) - 1, 0), len(edges) - 2)
        low, high = float(edges[place]), float(edges[place + 1])
        return f"{unit.value(low)} – {unit.value(high)}", name

    return Across(lambda: ValueAxis(unit, "bottom"), words, name, exact)


def exact(value: float) -> str:
    """A number as programs read it."""
    return str(int(value)) if value == int(value) else repr(float(value))
