"""One series on the surface: its line or bars, what is filled below, and its lonely points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.widgets.charts.shapes import Floats, area, isolated, spacing

Kind = Literal["line", "bars", "dashes"]
"""Dashes are for what may still change."""

BAR = 0.8
"""Width of a bar, as a share of the distance to the next one."""
THIN_FROM = 400
"""Points from which a line is one pixel wide: Qt draws wider ones through its stroker, ten to two
hundred times as slowly. Below, they are drawn as single segments, which it strokes quickly."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Points in order of time; NaN in ``y`` is a gap."""

    name: str
    x: Floats
    y: Floats
    colour: str | None
    fill: bool
    kind: Kind

    def same_as(self, other: Series | None) -> bool:
        """Whether a redraw would show the same picture."""
        if other is None or (self.colour, self.fill, self.kind) != (
            other.colour,
            other.fill,
            other.kind,
        ):
            return False
        return np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y, equal_nan=True)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Where a series is drawn: from ``low`` (zero where None) to ``high``."""

    series: Series
    x: Floats
    low: Floats | None
    high: Floats


@dataclass(frozen=True, slots=True)
class Marker:
    """A point that stands out; ``text`` is shown when the crosshair is there."""

    x: float
    y: float
    text: str
    colour: str = "bad"


class Layer:
    """The items of one series; they take no part in automatic ranges."""

    def __init__(self, box: Any) -> None:
        self._box = box
        self._items: dict[str, Any] = {}
        self._points = 0
        self._dashed = False

    def draw(self, shape: Shape, inside: slice, depth: int) -> None:
        """Draws the points ``inside``; a larger depth lies further back."""
        x, high = shape.x[inside], shape.high[inside]
        low = None if shape.low is None else shape.low[inside]
        self._points = len(x)
        self._dashed = shape.series.kind == "dashes"
        if shape.series.kind == "bars":
            self._drop("line", "area", "dots")
            self._draw_bars(x, low, high, spacing(shape.x) * BAR)
        else:
            self._drop("bars")
            self._draw_line(x, high, filled=shape.series.fill or low is not None)
        for name, item in self._items.items():
            item.setZValue(-2 * depth - (name == "area"))

    def _draw_line(self, x: Floats, y: Floats, *, filled: bool) -> None:
        if filled:
            below = self._item("area", lambda: pg.PlotCurveItem(fillLevel=0.0, antialias=True))
            below.setData(*area(x, y), skipFiniteCheck=True)
        else:
            self._drop("area")
        line = self._item("line", _line)
        line.setData(x, y, connect="finite" if np.isnan(y).any() else "all")
        alone = isolated(y)
        if alone.any():
            dots = self._item("dots", lambda: pg.ScatterPlotItem(size=5, pen=None))
            dots.setData(x[alone], y[alone])
        else:
            self._drop("dots")

    def _draw_bars(self, x: Floats, low: Floats | None, high: Floats, width: float) -> None:
        here = np.isfinite(high)
        base = np.zeros(len(x)) if low is None else np.nan_to_num(low)
        bars = self._item("bars", lambda: pg.BarGraphItem(x=[], height=[], width=1.0, pen=None))
        bars.setOpts(x=x[here], y0=base[here], y1=high[here], width=width, height=None)

    def colour(self, line: QColor, fill: QColor) -> None:
        """Pens and brushes; ``fill`` is what lies below a line."""
        for name, item in self._items.items():
            if name == "line":
                pen = pg.mkPen(line, width=1 if self._points > THIN_FROM else 1.5)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                if self._dashed:
                    pen.setStyle(Qt.PenStyle.DashLine)
                item.setPen(pen)
            elif name == "area":
                item.setBrush(pg.mkBrush(fill))
                item.setPen(None)
            elif name == "dots":
                item.setBrush(pg.mkBrush(line))
            else:
                item.setOpts(brush=pg.mkBrush(line), pen=None)

    def remove(self) -> None:
        """Takes every item off the surface."""
        self._drop(*list(self._items))

    def _item(self, name: str, make: Any) -> Any:
        if name not in self._items:
            item = self._items[name] = make()
            self._box.addItem(item, ignoreBounds=True)
        return self._items[name]

    def _drop(self, *names: str) -> None:
        for name in names:
            item = self._items.pop(name, None)
            if item is not None:
                self._box.removeItem(item)


def _line() -> Any:
    item = pg.PlotCurveItem(antialias=True)
    item.setSegmentedLineMode("on")
    return item
