"""The column of questions and answers; the newest is kept in view as it comes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.scroll import Scroll
from app.words import tr

MOST_WIDGETS: Final = 80
"""Older ones leave the page: it may be open all day."""
NEAR_PX: Final = 40
BUBBLE_WIDTH, BUBBLE_PADDING = 560, 40


class Talk(Scroll):
    """Widgets from top to bottom; ``first`` stays above them all."""

    def __init__(self, first: QWidget, parent: QWidget | None = None) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        self._column.addWidget(first)
        self._column.addStretch(1)
        super().__init__(inside, parent)
        self._turns: list[QWidget] = []
        self._follows = True
        """Until somebody scrolls away from the newest."""
        self._question: QWidget | None = None
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Questions and answers"))
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda _low, high: self._follow(high))
        bar.actionTriggered.connect(lambda _action: self._look_again())

    def turns(self) -> list[QWidget]:
        """What stands in the column, from the top."""
        return list(self._turns)

    def append(self, widget: QWidget, *, question: bool = False) -> None:
        """Adds below, and shows it, but never so that the last ``question`` scrolls away."""
        self._column.insertWidget(self._column.count() - 1, widget)
        self._turns.append(widget)
        while len(self._turns) > MOST_WIDGETS:
            self.remove(self._turns[0])
        self._question = widget if question else self._question
        self._follows = True
        self._follow(self.verticalScrollBar().maximum())

    def remove(self, widget: QWidget) -> None:
        """Takes one away."""
        if widget is self._question:
            self._question = None
        if widget in self._turns:
            self._turns.remove(widget)
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def clear(self) -> None:
        """Takes all away."""
        for widget in self.turns():
            self.remove(widget)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 -- Qt's name
        """As ever; whoever scrolls up wants to read there."""
        super().wheelEvent(event)
        self._look_again()

    def _look_again(self) -> None:
        bar = self.verticalScrollBar()
        self._follows = bar.sliderPosition() >= bar.maximum() - NEAR_PX

    def _follow(self, high: int) -> None:
        """Keeps what was just added in view, once the layout has made room for it."""
        if self._follows:
            top = high if self._question is None else self._question.y() - 4
            self.verticalScrollBar().setValue(min(high, top))


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
