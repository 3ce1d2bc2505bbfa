"""The range around a line, such as what a forecast may be off by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from app.widgets.charts.layer import Series
from app.widgets.charts.shapes import Floats, floats

_NOTHING: Floats = np.zeros(0)


class Band:
    """Filled between ``low`` and ``high``; places without both are left out."""

    def __init__(self, box: Any) -> None:
        self.x, self.low, self.high = _NOTHING, _NOTHING, _NOTHING
        self.of = ""
        """The series that it belongs to, whose colour it has."""
        self._edges = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._fill = pg.FillBetweenItem(*self._edges)
        self._fill.setZValue(-60)
        box.addItem(self._fill, ignoreBounds=True)

    def set(self, of: str, x: Floats, low: Floats, high: Floats) -> None:
        """Arrays of one length; ``x`` increases."""
        x, low, high = floats(x), floats(low), floats(high)
        here = np.isfinite(low) & np.isfinite(high)
        self.of, self.x, self.low, self.high = of, x[here], low[here], high[here]
        for edge, y in zip(self._edges, (self.low, self.high), strict=True):
            edge.setData(self.x, y)

    def paint_with(self, colour: QColor) -> None:
        """An opaque colour."""
        self._fill.setBrush(pg.mkBrush(colour))

    def show(self, shown: bool) -> None:
        """Goes with its line."""
        self._fill.setVisible(shown)

    def inside(self, low: float, high: float) -> list[Floats]:
        """What the values' axis must hold in a span."""
        here = (self.x >= low) & (self.x <= high)
        return [self.low[here], self.high[here]]

    def at(self, x: float) -> tuple[float, float] | None:
        """The range at a place, if there is one."""
        found = np.flatnonzero(self.x == x)
        return (float(self.low[found[0]]), float(self.high[found[0]])) if len(found) else None

    def series(self) -> list[Series]:
        """Its edges, as an export has them."""
        if not len(self.x):
            return []
        return [
            Series(f"{self.of} {name}", self.x, y, None, fill=False, kind="line")
            for name, y in (("low", self.low), ("high", self.high))
        ]
