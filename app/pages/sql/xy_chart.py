"""A line over numbers: TimeChart's sister for results whose x is no time."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from app.theme import Theme
from app.widgets.charts import Chart
from app.words import tr
from engine.query.page import float_text

Floats = NDArray[np.float64]


class XyChart(Chart):
    """Wheel and drag zoom and move; the point nearest to the mouse is read out."""

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(theme, title, "", parent)
        self._x: Floats = np.zeros(0)
        self._y: Floats = np.zeros(0)
        self.plot = pg.PlotWidget()
        self._item = self.plot.plotItem
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._line = self._item.plot([], [])
        self._dot = pg.ScatterPlotItem(size=8, pen=None)
        self._text = pg.TextItem(anchor=(0.5, 1.2))
        for pointer in (self._dot, self._text):
            self._item.addItem(pointer, ignoreBounds=True)
            pointer.hide()
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self._item.getViewBox().sigRangeChangedManually.connect(lambda *_: self.show_zoom())
        self.put(self.plot)
        self.recolour()
        self.show_emptiness()

    def set_points(self, x: Floats, y: Floats, x_name: str, y_name: str) -> None:
        """``x`` (n,) increasing, ``y`` (n,)."""
        self._x, self._y = x, y
        self._line.setData(x, y)
        self._item.setLabel("bottom", x_name)
        self._item.setLabel("left", y_name)
        self.hide_pointers()
        self.show_emptiness()
        self.reset_view()

    def is_empty(self) -> bool:
        """Whether there is no point."""
        return self._x.size == 0

    def reset_view(self) -> None:
        """Shows every point."""
        self._item.enableAutoRange()
        self._item.autoRange()
        self.show_zoom()

    def zoomed(self) -> bool:
        """Whether a person chose what is shown."""
        return not all(self._item.getViewBox().autoRangeEnabled())

    def hide_pointers(self) -> None:
        """Takes the read-out away."""
        self._dot.hide()
        self._text.hide()

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self.plot.setBackground(colours.surface)
        self._line.setPen(pg.mkPen(colours.series[0], width=1.5))
        self._dot.setBrush(pg.mkBrush(colours.series[0]))
        self._text.setColor(colours.text)
        for name in ("left", "bottom"):
            axis = self._item.getAxis(name)
            axis.setPen(pg.mkPen(colours.border))
            axis.setTextPen(colours.muted)

    def to_csv(self) -> str:
        """The points, with the names of the axes."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = (self._item.getAxis(side).labelText for side in ("bottom", "left"))
        writer.writerow(names)
        writer.writerows(zip(self._x.tolist(), self._y.tolist(), strict=True))
        return text.getvalue()

    def _hover(self, at: QPointF) -> None:
        if self.is_empty() or not self.plot.sceneBoundingRect().contains(at):
            self.hide_pointers()
            return
        wanted = self._item.getViewBox().mapSceneToView(at).x()
        nearest = int(np.argmin(np.abs(self._x - wanted)))
        x, y = float(self._x[nearest]), float(self._y[nearest])
        self._dot.setData([x], [y])
        self._text.setText(tr("{0} at {1}").format(float_text(y), float_text(x)))
        self._text.setPos(x, y)
        self._dot.show()
        self._text.show()
