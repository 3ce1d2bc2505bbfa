"""One refused record: what was wrong, where it came from, and its JSON with the fault marked."""

from __future__ import annotations

from PySide6.QtGui import QColor, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.formats import local_time, number, utc_tooltip
from app.pages.quality.words import cut_note, reason_title, what_was_wrong
from app.theme import Theme
from app.widgets.json_tint import JsonTint
from app.widgets.placeholder import Placeholder
from app.widgets.plain import plain_label
from app.words import tr
from engine.errors import LakehouseError
from engine.readings.quarantine import RecordDetail


class RecordPane(QWidget):
    """Shows a record, nothing, or why there is none."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recordDetail")
        self.setAccessibleName(tr("The chosen record"))
        self.setMinimumWidth(300)
        self._context = context
        self._theme: Theme = context.theme
        self._detail: RecordDetail | None = None
        self.nothing = Placeholder()
        pane = QWidget()
        self._build(pane)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(pane)
        context.theme.changed.connect(self._mark)
        self.show_nothing()

    def _build(self, pane: QWidget) -> None:
        self.heading = plain_label()
        self.heading.setObjectName("heading")
        self.copy = QPushButton(tr("Copy"))
        self.copy.setObjectName("copyRecord")
        self.copy.setToolTip(tr("Copy the record as it came"))
        self.copy.clicked.connect(self._copy)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.copy)
        self.wrong = plain_label()
        self.wrong.setObjectName("whatWasWrong")
        self.wrong.setProperty("tone", "bad")
        self.place = plain_label()
        self.place.setObjectName("muted")
        self.note = QLabel()
        self.note.setObjectName("small")
        self.raw = QPlainTextEdit()
        self.raw.setObjectName("rawRecord")
        self.raw.setAccessibleName(tr("The record"))
        self.raw.setReadOnly(True)
        self.raw.setTabChangesFocus(True)
        self.raw.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self._tint = JsonTint(self.raw, self._theme)
        column = QVBoxLayout(pane)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        for label in (self.wrong, self.place, self.note):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addWidget(self.raw, 1)

    def show_nothing(self) -> None:
        """No record is chosen."""
        self._detail = None
        text = tr("What was wrong with it is shown here.")
        self.nothing.show_state("empty", tr("Choose a record"), text)
        self._stack.setCurrentIndex(0)

    def show_error(self, error: LakehouseError) -> None:
        """The record could not be read."""
        self._detail = None
        self.nothing.show_state("error", error.message, error.remedy)
        self._stack.setCurrentIndex(0)

    def show_detail(self, detail: RecordDetail) -> None:
        """A record as the engine prepared it."""
        self._detail = detail
        record = detail.record
        self.heading.setText(reason_title(record.reason))
        self.wrong.setText(what_was_wrong(detail))
        where = tr("Partition {0}, offset {1} of {2}, arrived {3}")
        arrived = local_time(record.arrived, date=True)
        self.place.setText(
            where.format(record.partition, number(record.offset), record.topic, arrived)
        )
        self.place.setToolTip(utc_tooltip(record.arrived))
        note = cut_note(detail.shown)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.raw.setPlainText(detail.shown.text)
        self._stack.setCurrentIndex(1)
        self._mark()

    def _mark(self) -> None:
        """Marks the fault and brings it into view."""
        fault = self._detail.shown.fault if self._detail else None
        if fault is None:
            self.raw.setExtraSelections([])
            return
        colour = QColor(self._theme.colours.bad)
        colour.setAlpha(80)
        found = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.raw.document())
        cursor.setPosition(fault[0])
        view = QTextCursor(cursor)
        cursor.setPosition(fault[1], QTextCursor.MoveMode.KeepAnchor)
        shape = QTextCharFormat()
        shape.setBackground(colour)
        found.cursor = cursor
        found.format = shape
        self.raw.setExtraSelections([found])
        self.raw.setTextCursor(view)
        self.raw.ensureCursorVisible()

    def _copy(self) -> None:
        if self._detail is not None:
            QGuiApplication.clipboard().setText(self._detail.raw)
            self._context.toast("info", tr("Copied the record as it came."))
