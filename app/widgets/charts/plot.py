"""The drawing surface of a time chart: what mouse and keys mean, as signals along the time axis.

Dragging marks a span to zoom into, with Shift it moves what is shown.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent

from app.widgets.charts.across import TIME, Across
from app.widgets.charts.axes import ValueAxis
from app.widgets.charts.pointing import DRAG_PX, Actions, PointingSurface
from app.widgets.charts.units import Unit

LEFT_PX = 56


class Plot(PointingSurface):
    """Axes and input; knows nothing of series."""

    hovered = Signal(float)
    """Time under the mouse."""
    spanned = Signal(float, float)
    """A span of time was marked."""
    panned = Signal(float)
    """Move what is shown by so many seconds."""
    scaled = Signal(float, float)
    """Make the shown span so many times as long, around a time."""
    stepped = Signal(int)
    """Move the crosshair by so many points."""

    def __init__(self, unit: Unit, across: Across = TIME) -> None:
        self.values = ValueAxis(unit)
        self.times = across.axis()
        super().__init__(self.values, self.times)
        self._begun: QPointF | None = None
        self._last_x = 0.0
        self._band = pg.LinearRegionItem(movable=False)
        self._band.setZValue(50)
        self._band.hide()
        self.box.addItem(self._band, ignoreBounds=True)
        self._style_axes()

    def _style_axes(self) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        for axis in (self.values, self.times):
            axis.setStyle(tickFont=font, tickAlpha=255, maxTextLevel=0)
        self.values.setStyle(tickLength=0, tickTextOffset=8)
        self.values.setGrid(255)
        self.values.setWidth(LEFT_PX)
        self.times.setStyle(tickLength=4, tickTextOffset=2)
        self.times.setHeight(22)

    def paint_with(self, surface: str, grid: str, text: str, accent: str) -> None:
        """Hex colours of a theme."""
        self.setBackground(surface)
        self.values.setPen(None)
        self.values.setTickPen(pg.mkPen(grid))
        self.times.setPen(pg.mkPen(grid))
        self.times.setTickPen(pg.mkPen(grid))
        for axis in (self.values, self.times):
            axis.setTextPen(text)
        colour = pg.mkColor(accent)
        colour.setAlpha(48)
        self._band.setBrush(colour)
        for line in self._band.lines:
            line.setPen(pg.mkPen(accent))

    def show_labels(self, *, times: bool, values: bool) -> None:
        """An axis without data to measure has no numbers."""
        self.times.setStyle(showValues=times)
        self.values.setStyle(showValues=values)

    def time_at(self, at: QPointF) -> float:
        """Epoch seconds at a place of this widget."""
        return float(self.box.mapSceneToView(self.mapToScene(at.toPoint())).x())

    def shown_span(self) -> tuple[float, float]:
        """First and last time in view."""
        low, high = self.box.viewRange()[0]
        return float(low), float(high)

    def plot_area(self) -> tuple[int, int]:
        """Left and right edge of the area inside the axes, in this widget's pixels."""
        area = self.mapFromScene(self.box.sceneBoundingRect()).boundingRect()
        return area.left(), area.right()

    def pixel_at(self, x: float) -> int:
        """Where a time stands, in this widget's pixels."""
        return int(self.mapFromScene(self.box.mapViewToScene(QPointF(x, 0.0))).x())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins to mark a span or to move the view."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._begun = event.position()
            self._last_x = self.time_at(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Marks, moves, or hovers."""
        x = self.time_at(event.position())
        if self._begun is None:
            self.hovered.emit(x)
        elif self.moves(event):
            self.panned.emit(self._last_x - x)
            self._last_x = self.time_at(event.position())
        elif self._dragged(event):
            self._band.setRegion(self._marked(event))
            self._band.show()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ends a span."""
        if self._band.isVisible():
            self._band.hide()
            if self._dragged(event):
                self.spanned.emit(*self._marked(event))
        self._begun = None
        event.accept()

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """See PointingSurface."""
        self.scaled.emit(factor, self.time_at(at))

    def keys(self, event: QKeyEvent) -> Actions:
        """Arrows move the crosshair (Ctrl: ten points, Shift: the view); +, − and 0 zoom."""
        low, high = self.shown_span()
        middle, eighth = (low + high) / 2, (high - low) / 8
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

        def step(direction: int) -> None:
            if shift:
                self.panned.emit(direction * eighth)
            else:
                self.stepped.emit(direction * far)

        key = Qt.Key
        return self.zoom_keys(lambda factor: self.scaled.emit(factor, middle)) | {
            key.Key_Left: lambda: step(-1),
            key.Key_Right: lambda: step(1),
            key.Key_Home: lambda: self.stepped.emit(-1_000_000),
            key.Key_End: lambda: self.stepped.emit(1_000_000),
        }

    def _dragged(self, event: QMouseEvent) -> bool:
        return self._begun is not None and abs(event.position().x() - self._begun.x()) > DRAG_PX

    def _marked(self, event: QMouseEvent) -> tuple[float, float]:
        assert self._begun is not None
        ends = self.time_at(self._begun), self.time_at(event.position())
        return min(ends), max(ends)
