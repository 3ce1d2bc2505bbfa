"""One tab: an editor above, its result below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.context import Context
from app.icons import icon
from app.pages.sql.completer import Completer
from app.pages.sql.editor import SqlEditor
from app.pages.sql.result_pane import CLOCK_MS, ResultPane
from app.pages.sql.runner import Runner
from app.widgets.plain import plain_label
from app.words import tr
from engine.errors import LakehouseError
from engine.query.complete import Catalogue
from engine.query.library import Library


class QueryTab(QWidget):
    """Runs what is in its editor."""

    save_asked = Signal(str)
    """A statement to save."""
    titled = Signal(str)
    """What the tab may be called: the beginning of its statement."""

    def __init__(
        self,
        context: Context,
        library: Library,
        catalogue: Callable[[], Catalogue],
        number: int,
        parent: QWidget | None = None,
    ) -> None:
        breathe()
        super().__init__(parent)
        self.number = number
        self.runner = Runner(context, library, number, self)
        self.editor = SqlEditor(context.theme)
        self.completer = Completer(self.editor, context.theme, catalogue)
        self.result = ResultPane(context, self.runner)
        self._start = 0
        self._error_at: int | None = None
        self._build()
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self.editor.run_asked.connect(self.run)
        self.editor.textChanged.connect(self._changed)
        self.runner.started.connect(self._began)
        self.runner.finished.connect(lambda _result: self._ended())
        self.runner.failed.connect(self._failed)
        self.runner.busy_changed.connect(lambda _what: self._show_button())

    def _build(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 8, 0, 4)
        column.setSpacing(8)
        column.addLayout(self._toolbar())
        column.addWidget(self.editor, 1)
        column.addWidget(self._error_line())
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(top)
        self.split.addWidget(self.result)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([240, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.split)

    def _toolbar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.run_button = QPushButton(tr("Run"))
        self.run_button.setObjectName("primary")
        self.run_button.setMinimumWidth(96)
        self.run_button.clicked.connect(self._run_or_cancel)
        self.elapsed = QLabel()
        self.elapsed.setObjectName("muted")
        self.elapsed.setAccessibleName(tr("Time of the running statement"))
        self.save_button = QToolButton()
        self.save_button.setIcon(icon("bookmark"))
        self.save_button.setText(tr("Save"))
        self.save_button.setToolTip(tr("Keep this statement under a name (Ctrl+S)"))
        self.save_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.save_button.clicked.connect(self.save)
        hint = QLabel(tr("Ctrl+Enter runs · Ctrl+Space completes · Ctrl+/ comments"))
        hint.setObjectName("small")
        row.addWidget(self.run_button)
        row.addWidget(self.save_button)
        row.addWidget(self._as_of_field())
        row.addWidget(self.elapsed)
        row.addStretch(1)
        row.addWidget(hint)
        self._show_button()
        return row

    def _as_of_field(self) -> QLineEdit:
        self.as_of = QLineEdit()
        self.as_of.setObjectName("asOf")
        self.as_of.setPlaceholderText(tr("as of now"))
        self.as_of.setAccessibleName(tr("Version or time to read"))
        self.as_of.setToolTip(
            tr("Reads older rows: a version, or a time such as 2026-01-31T12:00Z. Empty: now.")
        )
        self.as_of.setClearButtonEnabled(True)
        self.as_of.setMaximumWidth(210)
        self.as_of.returnPressed.connect(self.run)
        return self.as_of

    def _error_line(self) -> QWidget:
        self.error_line = QWidget()
        row = QHBoxLayout(self.error_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.error = plain_label()
        self.error.setObjectName("sqlError")
        self.error.setProperty("tone", "bad")
        self.error.setWordWrap(True)
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.error_place = QToolButton()
        self.error_place.setObjectName("flat")
        self.error_place.setToolTip(tr("Move the cursor there"))
        self.error_place.clicked.connect(self._go_to_error)
        row.addWidget(self.error, 1)
        row.addWidget(self.error_place, 0, Qt.AlignmentFlag.AlignTop)
        self.error_line.hide()
        return self.error_line

    def close_worker(self) -> None:
        """The tab is closed: whatever runs is given up."""
        self.runner.close()

    def set_text(self, text: str) -> None:
        """Replaces what is in the editor; can be undone."""
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(0)
        self.editor.setTextCursor(cursor)

    def text(self) -> str:
        """What is in the editor."""
        return self.editor.toPlainText()

    def run(self) -> None:
        """Runs the selection, or the statement under the cursor."""
        if self.runner.running:
            return
        sql, self._start = self.editor.statement()
        self._hide_error()
        self.runner.run(sql, self.as_of.text())

    def cancel(self) -> None:
        """Gives up the statement that runs."""
        if self.runner.running:
            self.elapsed.setText(tr("Cancelling…"))
            self._clock.stop()
            self.runner.cancel()

    def save(self) -> None:
        """Asks for a name for the statement."""
        sql = self.editor.statement()[0]
        if sql.strip():
            self.save_asked.emit(sql)

    def _run_or_cancel(self) -> None:
        if self.runner.running:
            self.cancel()
        else:
            self.run()

    def _began(self) -> None:
        self._clock.start()
        self._show_button()

    def _tick(self) -> None:
        self.elapsed.setText(tr("{0:,.1f} s").format(self.runner.elapsed_s()))

    def _ended(self) -> None:
        self._clock.stop()
        self.elapsed.clear()
        self._show_button()

    def _failed(self, error: LakehouseError) -> None:
        self._ended()
        self.error.setText(str(error))
        position = getattr(error, "position", None)
        self._error_at = None if position is None else self._start + position
        self.error_place.setVisible(position is not None)
        if self._error_at is not None:
            line, column = self.editor.show_error(self._error_at)
            self.error_place.setText(tr("Line {0}, column {1}").format(line, column))
        self.error_line.show()

    def _go_to_error(self) -> None:
        if self._error_at is not None:
            self.editor.go_to(self._error_at)

    def _changed(self) -> None:
        if self.error_line.isVisibleTo(self):
            self._hide_error()
        self.titled.emit(_title(self.text()))

    def _hide_error(self) -> None:
        self.error_line.hide()
        self.editor.forget_error()

    def _show_button(self) -> None:
        running = self.runner.running
        self.run_button.setText(tr("Cancel") if running else tr("Run"))
        hint = tr("Give this statement up") if running else tr("Run the statement (Ctrl+Enter)")
        exporting = self.runner.busy == "export"
        self.run_button.setEnabled(not exporting)
        self.run_button.setToolTip(tr("Wait for the export, or cancel it") if exporting else hint)


def _title(text: str) -> str:
    """The first line that says something, shortened."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line), "")
    return first if len(first) <= 24 else f"{first[:23]}…"
