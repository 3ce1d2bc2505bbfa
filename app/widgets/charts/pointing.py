"""What mouse and keys mean on every drawing surface, whether it has one direction or two.

Dragging and pointing differ and stand in :mod:`app.widgets.charts.plot` (along the time) and
:mod:`app.widgets.charts.field` (an area). None of it reaches pyqtgraph's own mouse handling. The
wheel zooms only while the chart has the focus or Ctrl is held, so that it does not catch the
scrolling of a page.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from app.widgets.charts.surface import Surface

DRAG_PX = 6
"""Shorter drags are clicks."""
ZOOM_STEP = 1.4

Actions = dict[Qt.Key, Callable[[], None]]


class PointingSurface(Surface):
    """A surface that says what a person asks for."""

    left = Signal()
    """Mouse or focus are elsewhere: what is read out goes with them."""
    restored = Signal()
    """Show everything again."""
    menu_asked = Signal(QPoint)

    def zoom_at(self, factor: float, at: QPointF) -> None:
        """Asks for what is shown to be so many times as large, around a place of this widget."""
        raise NotImplementedError

    def keys(self, event: QKeyEvent) -> Actions:
        """What the keys do, with the modifiers of this event."""
        raise NotImplementedError

    def zoom_keys(self, zoom: Callable[[float], None]) -> Actions:
        """The keys that mean the same on every chart; ``zoom`` is around the middle."""
        key = Qt.Key
        return {
            key.Key_Plus: lambda: zoom(1 / ZOOM_STEP),
            key.Key_Equal: lambda: zoom(1 / ZOOM_STEP),
            key.Key_Minus: lambda: zoom(ZOOM_STEP),
            key.Key_0: self.restored.emit,
            key.Key_Escape: self.left.emit,
        }

    def moves(self, event: QMouseEvent) -> bool:
        """Whether a drag moves the view instead of marking something."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return shift or bool(event.buttons() & Qt.MouseButton.MiddleButton)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Shows everything again."""
        self.restored.emit()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zooms where it was asked for; otherwise the page scrolls."""
        turned = event.angleDelta().y()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if turned and (control or self.hasFocus()):
            self.zoom_at(ZOOM_STEP ** (-turned / 120), event.position())
            event.accept()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The mouse has gone."""
        self.left.emit()
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The focus has gone."""
        self.left.emit()
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """By mouse or by the menu key."""
        self.menu_asked.emit(event.globalPos())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Does what the key means here, or leaves it to the page."""
        action = self.keys(event).get(Qt.Key(event.key()))
        if action is None:
            event.ignore()
            return
        action()
        event.accept()
