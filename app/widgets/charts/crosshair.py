"""The crosshair of one chart: its line, a dot on each series, and the read-out beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from app.theme import Colours
from app.widgets.charts.across import Across
from app.widgets.charts.plot import Plot
from app.widgets.charts.readout import Reading, Readout

Dot = tuple[float, float, QColor]
"""Place, value, and the series' colour."""


class Crosshair:
    """Draws what it is told; where it stands is the chart's to know."""

    def __init__(self, plot: Plot, across: Across) -> None:
        self._plot = plot
        self.across = across
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._line.setZValue(20)
        self._dots = pg.ScatterPlotItem(size=7)
        self._dots.setZValue(22)
        for item in (self._line, self._dots):
            plot.box.addItem(item, ignoreBounds=True)
        self._line.hide()
        self.readout = Readout(plot)

    def show_at(
        self, at: float, dots: Sequence[Dot], readings: Sequence[Reading], notes: str
    ) -> None:
        """At that place; ``notes`` is what the markers there say."""
        self._line.setPos(at)
        self._line.show()
        places = np.array([(x, y) for x, y, _ in dots]).reshape(-1, 2)
        self._dots.setData(pos=places, brush=[pg.mkBrush(c) for *_, c in dots] or None)
        place = QPoint(self._plot.pixel_at(at), 4)
        self.readout.show_at(place, self.across, at, readings, notes)
        self._plot.setAccessibleDescription(self.readout.said)

    def hide(self) -> None:
        """Takes everything away."""
        self._line.hide()
        self._dots.clear()
        self.readout.hide()

    def paint_with(self, colours: Colours) -> None:
        """The theme has changed."""
        self._line.setPen(pg.mkPen(colours.muted, width=1))
        self._dots.setPen(pg.mkPen(colours.surface, width=1))
        self.readout.paint_with(colours.raised, colours.border, colours.text, colours.muted)
