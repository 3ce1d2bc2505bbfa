"""Scroll areas without a frame, whose content is as wide as they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


class Scroll(QScrollArea):
    """Scrolls one widget, which has its layout already: Qt does not show it otherwise."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(inner)


class ScrollColumn(Scroll):
    """Cards from the top down, with room for the scroll bar beside them."""

    def __init__(self, above: int = 8, parent: QWidget | None = None) -> None:
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, above, 8, 0)
        self.column.setSpacing(8)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        super().__init__(inner, parent)
