"""The statement of an answer: folded away, to be read, changed and run again."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon
from app.pages.sql.highlighter import SqlHighlighter
from app.theme import Theme
from app.words import tr
from engine.errors import LakehouseError

LINES: Final = (3, 14)


class SqlBox(QWidget):
    """A fold with the editor and its buttons; the editor is made when it is first opened."""

    run_asked = Signal(str)
    open_asked = Signal(str)

    def __init__(self, theme: Theme, sql: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sql = sql
        self.editor: QPlainTextEdit | None = None
        self._highlighter: SqlHighlighter | None = None
        self.fold = QToolButton()
        self.fold.setObjectName("flat")
        self.fold.setText(tr("SQL"))
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setToolTip(tr("Show or hide the statement"))
        self.fold.setAccessibleName(tr("Statement of the answer"))
        self.fold.toggled.connect(self.show_open)
        self.copy = _flat(tr("Copy SQL"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        self.open = _flat(tr("Open in SQL page"))
        self.open.clicked.connect(lambda: self.open_asked.emit(self.text()))
        self.again = QPushButton(tr("Run again"))
        self.again.setToolTip(tr("Run the statement as it stands here (Ctrl+Enter)"))
        self.again.clicked.connect(self._run)
        self.again.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget in (self.fold, self.copy, self.open):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.again)
        self.error = QLabel()
        self.error.setObjectName("muted")
        self.error.setProperty("tone", "bad")
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setWordWrap(True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self.column.addLayout(row)
        self.column.addWidget(self.error)
        self.error.hide()
        theme.changed.connect(self._recolour)
        self._recolour()

    def text(self) -> str:
        """The statement as it stands now."""
        return self._sql if self.editor is None else self.editor.toPlainText()

    def show_open(self, opened: bool) -> None:
        """Folds or unfolds."""
        if opened and self.editor is None:
            self._make_editor()
        if self.editor is not None:
            self.editor.setVisible(opened)
        self.again.setVisible(opened)
        self.fold.setChecked(opened)
        self._recolour()

    def _make_editor(self) -> None:
        editor = self.editor = QPlainTextEdit(self._sql)
        editor.setAccessibleName(tr("SQL of the answer"))
        editor.setTabChangesFocus(True)
        editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._highlighter = SqlHighlighter(editor.document(), self._theme)
        editor.installEventFilter(self)
        editor.textChanged.connect(self._fit)
        self.column.insertWidget(1, editor)
        self._fit()

    def _fit(self) -> None:
        assert self.editor is not None
        lines = min(max(self.editor.blockCount(), LINES[0]), LINES[1])
        self.editor.ensurePolished()
        self.editor.setFixedHeight(lines * self.editor.fontMetrics().lineSpacing() + 26)

    def _run(self) -> None:
        if self.text().strip() and self.again.isEnabled():
            self.run_asked.emit(self.text())

    def show_running(self) -> None:
        """One run at a time."""
        self.error.hide()
        self.again.setEnabled(False)
        self.again.setText(tr("Running…"))

    def show_done(self) -> None:
        """It has run."""
        self.error.hide()
        self.again.setEnabled(True)
        self.again.setText(tr("Run again"))

    def show_error(self, error: LakehouseError) -> None:
        """It has not, and why."""
        self.show_done()
        self.error.setText(str(error))
        self.error.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Ctrl+Enter runs."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _recolour(self) -> None:
        name = "chevron-down" if self.fold.isChecked() else "chevron-right"
        self.fold.setIcon(icon(name, self._theme.colours.muted))


def _flat(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("flat")
    return button
