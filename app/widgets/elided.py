"""A line that gives way where there is no room: cut with an ellipsis, whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

LEAST_WIDTH = 48
"""Some letters and the ellipsis: enough to see that there is something to point at."""


class ElidedLabel(QLabel):
    """``text()`` is the whole line, however little of it can be seen."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, text: str, more: str = "") -> None:
        """Shows ``text``. Tooltip and screen reader have it whole, with ``more``: what to do."""
        self.setText(text)
        whole = f"{text} {more}".strip()
        self.setToolTip(whole)
        self.setAccessibleDescription(whole)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Small: a long message must not widen the window."""
        whole = super().minimumSizeHint()
        return QSize(min(LEAST_WIDTH, whole.width()), whole.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """As a label paints its text, cut at the end."""
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        self.style().drawItemText(
            painter,
            room,
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
        painter.end()
