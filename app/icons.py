"""Icons: SVG files drawn with ``currentColor``, tinted for the theme."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.files import resource

SIZES = (16, 20, 24, 32, 48, 64)


def icon(name: str, colour: str | None = None) -> QIcon:
    """``resources/icons/<name>.svg`` in a colour; without one always in the text's colour."""
    return _following(name) if colour is None else _icon(name, colour)


_clones: list[QIconEngine] = []


class _TextColour(QIconEngine):
    """Asks for the text's colour when it paints, so that another theme needs no new icon."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """See QIconEngine."""
        self._now().paint(painter, rect, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """See QIconEngine; ``size`` is in the screen's own pixels."""
        return self._now().pixmap(size, 1.0, mode, state)

    def clone(self) -> QIconEngine:
        """See QIconEngine."""
        made = _TextColour(self._name)
        _clones.append(made)  # PySide lets go of what is returned here, while Qt still uses it
        return made

    def _now(self) -> QIcon:
        text = QGuiApplication.palette().color(QPalette.ColorRole.WindowText).name()
        return _icon(self._name, text)


@cache
def _following(name: str) -> QIcon:
    return QIcon(_TextColour(name))


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
