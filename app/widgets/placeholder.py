"""What stands where there is nothing to show: empty, loading, or what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.icons import icon
from app.words import tr
from engine.errors import LakehouseError

Kind = Literal["empty", "loading", "error"]
Action = tuple[str, Callable[[], None]]
TEXT_WIDTH = 560
ICONS = {"empty": "inbox", "loading": "loader", "error": "alert"}


class Placeholder(QWidget):
    """An icon, a title, a sentence, and at most one button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(8)
        self.picture = QLabel()
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.text = QLabel()
        self.text.setObjectName("muted")
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton()
        self.button.clicked.connect(self._act)
        self._action: Callable[[], None] | None = None
        self._kind: Kind = "loading"
        for label in (self.picture, self.heading, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        parts: tuple[QWidget, ...] = (self.picture, self.heading, self.text, self.button)
        for widget in parts:
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self.show_state("loading", tr("Loading…"), "")

    def show_state(self, kind: Kind, title: str, text: str, action: Action | None = None) -> None:
        """``action`` is the button's text and what it does."""
        self._kind = kind
        self._draw()
        self.heading.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        # A centred label that wraps is given too little room unless its width is known.
        wide = self.text.fontMetrics().horizontalAdvance(text) + 16
        self.text.setFixedWidth(min(wide, TEXT_WIDTH))
        self.setAccessibleName(f"{title} {text}".strip())
        self._action = action[1] if action else None
        self.button.setText(action[0] if action else "")
        self.button.setVisible(action is not None)

    def show_error(self, error: LakehouseError, again: Callable[[], None]) -> None:
        """What went wrong, what to do about it, and a button that tries again."""
        self.show_state("error", error.message, error.remedy, (tr("Try again"), again))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        """A pixmap does not follow the theme by itself."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()

    def _draw(self) -> None:
        self.picture.setPixmap(icon(ICONS[self._kind]).pixmap(32, 32))

    def _act(self) -> None:
        if self._action is not None:
            self._action()
