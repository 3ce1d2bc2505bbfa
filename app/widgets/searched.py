"""A list with a search field above it, and a placeholder in its place where nothing is listed."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.widgets.placeholder import Placeholder
from app.widgets.search import SearchField

GAP_PX = 8


class SearchedList(QWidget):
    """Who derives from it adds controls to ``bar`` and says what it lists with ``hold``."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = SearchField(hint)
        self.bar = QHBoxLayout()
        self.bar.setSpacing(GAP_PX)
        self.bar.addWidget(self.search, 1)
        self.placeholder = Placeholder()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.placeholder)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP_PX)
        self.column.addLayout(self.bar)
        self.column.addWidget(self._stack, 1)

    def hold(self, view: QWidget) -> None:
        """What is seen while there is something to list."""
        self._stack.addWidget(view)

    def show_filled(self, filled: bool) -> None:
        """The list, or the placeholder."""
        self._stack.setCurrentIndex(1 if filled else 0)
