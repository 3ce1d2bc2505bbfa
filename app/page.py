"""Base of every page: a title row, a body, and what the window tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.context import Context
from app.words import tr

MARGIN = 16


@dataclass(frozen=True)
class PageCommand:
    """An entry of the command palette."""

    title: str
    run: Callable[[], None]
    shortcut: str = ""


class Page(QWidget):
    """A page is made when it is first shown, and lives as long as the window."""

    key = ""
    title = ""
    icon = ""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.setObjectName("page")
        self.setAccessibleName(tr(self.title))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 12, MARGIN, MARGIN)
        layout.setSpacing(12)
        title = QLabel(tr(self.title))
        title.setObjectName("title")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        row.addStretch(1)
        self.header_row = row
        """Controls are added at the right of the title."""
        layout.addLayout(row)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        layout.addLayout(self.body, 1)

    def prepared(self) -> None:
        """The page was made though nobody looks at it: find out what the rail's count tells."""

    def shown(self) -> None:
        """The page became visible: begin to refresh."""

    def hidden(self) -> None:
        """The page is no longer visible: stop refreshing."""

    def receive(self, argument: object) -> None:
        """Something another page sent with ``context.go``."""

    def commands(self) -> list[PageCommand]:
        """What the palette offers while this page exists."""
        return []
