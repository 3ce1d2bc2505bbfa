"""What stands where there is nothing to show: empty, loading, or what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.icons import icon
from app.words import tr
from engine.errors import LakehouseError

Kind = Literal["empty", "loading", "error"]
Action = tuple[str, Callable[[], None]]
TEXT_WIDTH = 560
NARROWEST = 120
"""Of the texts; a placeholder makes no page wider than its list would."""
ICONS = {"empty": "inbox", "loading": "loader", "error": "alert"}


class Placeholder(QWidget):
    """An icon, a title, a sentence, and at most one button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = layout = QVBoxLayout(self)
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
        self.heading.setWordWrap(True)
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
        self._fit()
        self.setAccessibleName(f"{title} {text}".strip())
        self._action = action[1] if action else None
        self.button.setText(action[0] if action else "")
        self.button.setVisible(action is not None)

    def show_error(self, error: LakehouseError, again: Callable[[], None]) -> None:
        """What went wrong, what to do about it, and a button that tries again."""
        self.show_state("error", error.message, error.remedy, (tr("Try again"), again))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """The texts wrap, so that a narrow place is no reason to cut them."""
        button = 0 if self.button.isHidden() else self.button.minimumSizeHint().width()
        return QSize(max(NARROWEST, button) + self._beside(), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As wide as the texts would like to be, however narrow they stand now."""
        wide = max(_wanted(label) for label in (self.heading, self.text))
        return QSize(wide + self._beside(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """The texts take what room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A centred label that wraps is given too little room unless its size is known."""
        room = max(self.width() - self._beside(), NARROWEST)
        for label in (self.heading, self.text):
            width = min(_wanted(label), room)
            label.setMinimumSize(0, 0)  # a label's height for a width is never below its least
            label.setFixedSize(width, max(label.heightForWidth(width), 0))

    def _beside(self) -> int:
        margins = self._layout.contentsMargins()
        return margins.left() + margins.right()

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


def _wanted(label: QLabel) -> int:
    label.ensurePolished()  # the style sheet's font may be larger than the system's
    return min(label.fontMetrics().horizontalAdvance(label.text()) + 16, TEXT_WIDTH)
