"""The axes: local time below, short numbers at the left, few ticks on both."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pyqtgraph as pg

from app.widgets.charts.shapes import tick_step
from app.widgets.charts.units import Unit

_STEPS_S = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800,
)  # fmt: skip
LABEL_PX = 72
"""Room for "12:30:05" and air on both sides."""


def local(seconds: float) -> datetime:
    """The moment in the zone of this computer."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone()


class TimeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Epoch seconds, written in the local zone."""

    def tickValues(  # noqa: N802 - pyqtgraph's name
        self, low: float, high: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Places that are round in local time."""
        step = time_step(high - low, size)
        offset = local(low).utcoffset()
        shift = offset.total_seconds() if offset else 0.0
        first = math.ceil((low + shift) / step) * step - shift
        count = max(0, math.floor((high - first) / step) + 1)
        return [(step, [first + step * at for at in range(min(count, 200))])]

    def tickStrings(  # noqa: N802 - pyqtgraph's name
        self, values: list[float], _scale: float, spacing: float
    ) -> list[str]:
        """The time; at midnight, and where ticks are days, the day."""
        return [time_label(value, spacing) for value in values]


def time_step(span_s: float, width_px: float) -> float:
    """Seconds between two labels that do not touch."""
    room = max(width_px, 1.0) / LABEL_PX
    return next((s for s in _STEPS_S if span_s / s <= room), max(_STEPS_S[-1], span_s))


def time_label(seconds: float, step_s: float) -> str:
    """ "``12:30``, with seconds below a minute's step, and ``4 Nov`` at midnight."""
    moment = local(seconds)
    if step_s >= 86_400 or (step_s >= 60 and moment.hour == moment.minute == 0):
        return f"{moment.day} {moment:%b}"
    return f"{moment:%H:%M:%S}" if step_s < 60 else f"{moment:%H:%M}"


class ValueAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Numbers of a unit, at round places."""

    def __init__(self, unit: Unit, side: str = "left") -> None:
        super().__init__(side)
        self.unit = unit
        self._room = 34 if side == "left" else 90
        """Pixels for one label and the air around it."""

    def tickValues(  # noqa: N802 - pyqtgraph's name
        self, low: float, high: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """As many as have room, six at most upwards."""
        most = 6 if self._room == 34 else 12
        step = tick_step(high - low, max(2, min(most, round(size / self._room))))
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        return [(step, [at * step for at in range(first, min(last, first + 50) + 1)])]

    def tickStrings(  # noqa: N802 - pyqtgraph's name
        self, values: list[float], _scale: float, spacing: float
    ) -> list[str]:
        """Short numbers with as many decimals as the step needs."""
        return [self.unit.tick(value, spacing) for value in values]
