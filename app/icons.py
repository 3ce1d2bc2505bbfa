"""Icons: SVG files drawn with ``currentColor``, tinted for the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.files import resource

SIZES = (16, 20, 24, 32, 48, 64)


def icon(name: str, colour: str | None = None) -> QIcon:
    """``resources/icons/<name>.svg`` in a colour; without one in the present text colour."""
    text = colour or QGuiApplication.palette().color(QPalette.ColorRole.WindowText).name()
    return _icon(name, text)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str) -> QIcon:
    source = resource(f"icons/{name}.svg")
    renderer = QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode())))
    made = QIcon()
    for size in SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        made.addPixmap(pixmap)
    return made
