"""The column of questions and answers; the newest is kept in view as it comes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.words import tr

MOST_WIDGETS: Final = 80
"""Older ones leave the page: it may be open all day."""
BUBBLE_WIDTH, BUBBLE_PADDING = 560, 40


class Talk(QScrollArea):
    """Widgets from top to bottom; ``first`` stays above them all."""

    def __init__(self, first: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        self._column.addWidget(first)
        self._column.addStretch(1)
        self._turns: list[QWidget] = []
        self._at_end = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        self.setAccessibleName(tr("Questions and answers"))
        self.verticalScrollBar().rangeChanged.connect(self._follow_end)

    def turns(self) -> list[QWidget]:
        """What stands in the column, from the top."""
        return list(self._turns)

    def append(self, widget: QWidget) -> None:
        """Adds below, and shows it."""
        self._column.insertWidget(self._column.count() - 1, widget)
        self._turns.append(widget)
        while len(self._turns) > MOST_WIDGETS:
            self._turns.pop(0).deleteLater()
        self._at_end = True

    def remove(self, widget: QWidget) -> None:
        """Takes one away."""
        if widget in self._turns:
            self._turns.remove(widget)
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def clear(self) -> None:
        """Takes all away."""
        for widget in self.turns():
            self.remove(widget)

    def _follow_end(self, _low: int, high: int) -> None:
        """Shows what was just added, once the layout has made room for it."""
        if self._at_end:
            self._at_end = False
            self.verticalScrollBar().setValue(high)


def bubble(question: str) -> QWidget:
    """The question, at the right."""
    text = QLabel(question)
    text.setObjectName("bubble")
    text.setAccessibleName(tr("You asked: {0}").format(question))
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    text.ensurePolished()  # the style sheet's font is larger than the system's
    wide = max(text.fontMetrics().horizontalAdvance(line) for line in question.split("\n"))
    text.setFixedWidth(min(max(wide + BUBBLE_PADDING, 64), BUBBLE_WIDTH))
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(text)
    return holder
