"""Many short texts on a surface, drawn at once: an item each costs a hundred times as much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

AIR_PX = 4
LONG_PX = 240


@dataclass(frozen=True, slots=True)
class Text:
    """``side`` is where the text stands of its place: -1 left, 0 over it, 1 right."""

    x: float
    y: float
    text: str
    colour: QColor
    side: int = 0


class Texts(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """Places are in the axes' numbers, letters in the screen's pixels."""

    def __init__(self, font: QFont) -> None:
        super().__init__()
        self._font = font
        self.shown: tuple[Text, ...] = ()
        self.setZValue(10)

    def set(self, texts: Iterable[Text]) -> None:
        """Replaces what is written."""
        self.shown = tuple(texts)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """All that is in view: a text may stand anywhere in it."""
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:  # noqa: N802 - pyqtgraph's name
        """Another view, another bounding rectangle."""
        self.prepareGeometryChange()
        self.update()

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: Any = None
    ) -> None:
        """Writes them upright, whatever the axes do."""
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        painter.setFont(self._font)
        high = painter.fontMetrics().height()
        for text in self.shown:
            place = to_screen.map(QPointF(text.x, text.y))
            left = place.x() + AIR_PX
            align = Qt.AlignmentFlag.AlignLeft
            if text.side < 0:
                left, align = place.x() - AIR_PX - LONG_PX, Qt.AlignmentFlag.AlignRight
            elif text.side == 0:
                left, align = place.x() - LONG_PX / 2, Qt.AlignmentFlag.AlignHCenter
            area = QRectF(left, place.y() - high / 2, LONG_PX, high)
            painter.setPen(text.colour)
            painter.drawText(area, int(align | Qt.AlignmentFlag.AlignVCenter), text.text)
        painter.restore()
