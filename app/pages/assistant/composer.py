"""Where a question is written: Enter asks, Shift+Enter begins a new line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTextEdit, QWidget

from app.words import tr

LINES = (2, 6)


class Composer(QWidget):
    """``asked`` carries the question; the text stays until it was taken."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self.text = QTextEdit()
        self.text.setAcceptRichText(False)
        self.text.setObjectName("question")
        self.text.setAccessibleName(tr("Your question"))
        self.text.setPlaceholderText(
            tr("Ask about your data. Enter asks, Shift+Enter begins a new line.")
        )
        self.text.setTabChangesFocus(True)
        self.text.installEventFilter(self)
        self.text.textChanged.connect(self._changed)
        self.ask = QPushButton(tr("Ask"))
        self.ask.setObjectName("primary")
        self.ask.clicked.connect(self.send)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.ask, 0, Qt.AlignmentFlag.AlignBottom)
        self._changed()

    def send(self) -> None:
        """Emits the question; an empty one, or one while another is answered, is not asked."""
        question = self.text.toPlainText().strip()
        if question and not self._busy:
            self.text.clear()
            self.asked.emit(question)

    def set_busy(self, busy: bool) -> None:
        """One question at a time; the next may be written meanwhile."""
        self._busy = busy
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Enter without Shift asks."""
        if watched is self.text and isinstance(event, QKeyEvent):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.type() == QEvent.Type.KeyPress and enter and not shift:
                self.send()
                return True
        return super().eventFilter(watched, event)

    def _changed(self) -> None:
        self.ask.setEnabled(bool(self.text.toPlainText().strip()) and not self._busy)
        lines = min(max(self.text.document().blockCount(), LINES[0]), LINES[1])
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + 20)
