"""A search field that speaks up only when the typing pauses."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QWidget

from app.icons import icon
from app.words import tr

PAUSE_MS = 200


class SearchField(QLineEdit):
    """``searched`` carries the text, at the latest 200 ms after the last key."""

    searched = Signal(str)

    def __init__(self, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint or tr("Search"))
        self.setAccessibleName(hint or tr("Search"))
        self.setClearButtonEnabled(True)
        self._lens = QAction(icon("search"), "", self)
        self.addAction(self._lens, QLineEdit.ActionPosition.LeadingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._at_once)

    def _at_once(self) -> None:
        self._pause.stop()
        self.searched.emit(self.text().strip())
