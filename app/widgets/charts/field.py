"""A drawing surface with two directions: what mouse and keys mean, as signals.

Its sister :mod:`app.widgets.charts.plot` knows one direction only, the time. Dragging marks an
area to zoom into, with Shift it moves what is shown, a click picks.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QGraphicsRectItem

from app.theme import Colours
from app.widgets.charts.pointing import DRAG_PX, Actions, PointingSurface

BOTTOM_PX = 24


class Field(PointingSurface):
    """Axes and input; knows nothing of what is drawn."""

    pointed = Signal(QPointF)
    """Where the mouse is, in the axes' numbers."""
    picked = Signal(QPointF)
    marked = Signal(QRectF)
    """An area to zoom into."""
    panned = Signal(float, float)
    scaled = Signal(float, QPointF)
    """Make what is shown so many times as large, around a place."""
    stepped = Signal(int, int)
    """Arrow keys: to the right, down."""
    chosen = Signal()
    """Enter: what the arrows have reached."""
    resized = Signal()

    def __init__(self, left: pg.AxisItem, bottom: pg.AxisItem | None) -> None:
        super().__init__(left, bottom)
        self.axes = [axis for axis in (left, bottom) if axis is not None]
        self._begun: QPointF | None = None
        self._last = QPointF()
        self._area = QGraphicsRectItem()
        self._area.setZValue(50)
        self._area.hide()
        self.box.addItem(self._area, ignoreBounds=True)
        font = QFont(self.font())
        font.setPixelSize(11)
        for axis in self.axes:
            axis.setStyle(tickFont=font, tickAlpha=255, maxTextLevel=0, tickLength=0)
        left.setStyle(tickTextOffset=8)
        if bottom is not None:
            bottom.setStyle(tickTextOffset=4)
            bottom.setHeight(BOTTOM_PX)

    def paint_with(self, colours: Colours) -> None:
        """The theme has changed."""
        self.setBackground(colours.surface)
        for axis in self.axes:
            axis.setPen(None)
            axis.setTickPen(pg.mkPen(colours.border))
            axis.setTextPen(colours.muted)
        tint = pg.mkColor(colours.accent)
        tint.setAlpha(48)
        self._area.setBrush(pg.mkBrush(tint))
        self._area.setPen(pg.mkPen(colours.accent, width=1))

    def place_at(self, at: QPointF) -> QPointF:
        """The axes' numbers at a place of this widget."""
        return QPointF(self.box.mapSceneToView(self.mapToScene(at.toPoint())))

    def pixel_at(self, place: QPointF) -> QPoint:
        """Where that is, in this widget's pixels."""
        pixel: QPoint = self.mapFromScene(self.box.mapViewToScene(place))
        return pixel

    def pixels(self) -> tuple[float, float]:
        """Pixels that one unit of each axis takes."""
        (low, high), (bottom, top) = self.box.viewRange()
        area = self.box.sceneBoundingRect()
        return area.width() / max(high - low, 1e-300), area.height() / max(top - bottom, 1e-300)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begins to mark an area or to move the view."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._begun = event.position()
            self._last = self.place_at(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Marks, moves, or points."""
        place = self.place_at(event.position())
        if self._begun is None:
            self.pointed.emit(place)
        elif self.moves(event):
            self.panned.emit(self._last.x() - place.x(), self._last.y() - place.y())
            self._last = self.place_at(event.position())
        elif self._dragged(event):
            self._area.setRect(self._marked(event))
            self._area.show()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Ends an area, or was a click."""
        if self._area.isVisible():
            self._area.hide()
            self.marked.emit(self._marked(event))
        elif self._begun is not None and not self._dragged(event) and not self.moves(event):
            self.picked.emit(self.place_at(event.position()))
        self._begun = None
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Labels and texts need to be placed anew."""
        super().resizeEvent(event)
        self.resized.emit()

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """See PointingSurface."""
        self.scaled.emit(factor, self.place_at(at))

    def keys(self, event: QKeyEvent) -> Actions:
        """Arrows go from value to value (Shift: move the view); +, − and 0 zoom, Enter picks."""
        (low, high), (bottom, top) = self.box.viewRange()
        middle = QPointF((low + high) / 2, (bottom + top) / 2)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)

        def go(right: int, down: int) -> None:
            if shift:
                self.panned.emit(right * (high - low) / 8, down * (top - bottom) / 8)
            else:
                self.stepped.emit(right, down)

        key = Qt.Key
        return self.zoom_keys(lambda factor: self.scaled.emit(factor, middle)) | {
            key.Key_Left: lambda: go(-1, 0),
            key.Key_Right: lambda: go(1, 0),
            key.Key_Up: lambda: go(0, -1),
            key.Key_Down: lambda: go(0, 1),
            key.Key_Return: self.chosen.emit,
            key.Key_Enter: self.chosen.emit,
        }

    def _dragged(self, event: QMouseEvent) -> bool:
        if self._begun is None:
            return False
        return (event.position() - self._begun).manhattanLength() > DRAG_PX

    def _marked(self, event: QMouseEvent) -> QRectF:
        assert self._begun is not None
        return QRectF(self.place_at(self._begun), self.place_at(event.position())).normalized()
