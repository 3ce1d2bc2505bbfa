"""One message in full: where it stands, its key and headers, its value, what the rules say."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.formats import DASH, number, size, utc_tooltip
from app.models.messages import moment, stamp
from app.theme import Theme
from app.widgets.badge import Badge
from app.widgets.json_tint import JsonTint
from app.widgets.placeholder import Placeholder
from app.widgets.plain import plain_tip
from app.words import tr
from engine.errors import LakehouseError
from engine.topic.detail import MessageDetail

MOST_HEADERS = 8


class DetailPane(QWidget):
    """``send_again`` carries the MessageDetail to put into the composer."""

    send_again = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detail")
        self.setAccessibleName(tr("The chosen message"))
        self.setMinimumWidth(320)
        self._detail: MessageDetail | None = None
        self.nothing = Placeholder()
        self._build(theme)
        pane = QWidget()
        pane.setLayout(self._column)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(pane)
        self.show_nothing()

    def _build(self, theme: Theme) -> None:
        self.heading = QLabel()
        self.heading.setObjectName("heading")
        self.verdict = Badge()
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(tr("Copy the whole value"))
        self.copy.clicked.connect(self._copy)
        self.again = QPushButton(tr("Send again…"))
        self.again.clicked.connect(self._again)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.heading)
        top.addWidget(self.verdict)
        top.addStretch(1)
        top.addWidget(self.copy)
        top.addWidget(self.again)
        self.partition, self.time, self.key, self.bytes, self.headers = (QLabel() for _ in range(5))
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(4)
        rows = (
            (tr("Partition"), self.partition),
            (tr("Time"), self.time),
            (tr("Key"), self.key),
            (tr("Size"), self.bytes),
            (tr("Headers"), self.headers),
        )
        for name, label in rows:
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            caption = QLabel(name)
            caption.setObjectName("muted")
            form.addRow(caption, label)
        self.note = QLabel()
        self.note.setObjectName("small")
        self.note.setWordWrap(True)
        self.value = QPlainTextEdit()
        self.value.setObjectName("value")
        self.value.setAccessibleName(tr("Value"))
        self.value.setReadOnly(True)
        self.value.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._tint = JsonTint(self.value, theme)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(8, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addLayout(top)
        self._column.addLayout(form)
        self._column.addWidget(self.note)
        self._column.addWidget(self.value, 1)

    def show_nothing(self) -> None:
        """No message is chosen."""
        self._detail = None
        text = tr("Its whole value, key and headers are shown here.")
        self.nothing.show_state("empty", tr("Choose a message"), text)
        self._stack.setCurrentIndex(0)

    def show_error(self, error: LakehouseError) -> None:
        """The message could not be read."""
        self._detail = None
        self.nothing.show_state("error", error.message, error.remedy)
        self._stack.setCurrentIndex(0)

    def show_message(self, detail: MessageDetail) -> None:
        """A message as the engine prepared it."""
        self._detail = detail
        self.heading.setText(tr("Offset {0}").format(number(detail.offset)))
        self.partition.setText(str(detail.partition))
        self._show_time(detail)
        self.key.setText(tr("none") if detail.key is None else detail.key or tr("empty"))
        self.bytes.setText(DASH if detail.size is None else size(detail.size))
        self.headers.setText(_headers(detail))
        self._show_verdict(detail)
        self.note.setText(detail.shown.note)
        self.note.setVisible(bool(detail.shown.note))
        self.value.setPlainText(detail.shown.text)
        self._stack.setCurrentIndex(1)

    def _show_time(self, detail: MessageDetail) -> None:
        if detail.time_ms is None:
            self.time.setText(tr("not kept by the broker"))
            return
        kind = tr("arrival at the broker") if detail.appended else tr("the producer's clock")
        self.time.setText(f"{stamp(detail.time_ms)} ({kind})")
        self.time.setToolTip(utc_tooltip(moment(detail.time_ms)))

    def _show_verdict(self, detail: MessageDetail) -> None:
        reason = detail.verdict.reason
        if reason is None:
            self.verdict.show_text(tr("Valid"), "good")
            self.verdict.setToolTip(
                tr("It has no fault of its own. A repeat or a late one is found on arrival.")
            )
        else:
            self.verdict.show_text(reason.value, "bad")
            self.verdict.setToolTip(
                plain_tip(tr("The pipeline refuses it: {0}.").format(detail.verdict.detail))
            )

    def _copy(self) -> None:
        if self._detail is not None:
            QGuiApplication.clipboard().setText(self._detail.copy)

    def _again(self) -> None:
        if self._detail is not None:
            self.send_again.emit(self._detail)


def _headers(detail: MessageDetail) -> str:
    if not detail.headers:
        return tr("none")
    lines = [f"{name}: {value}" for name, value in detail.headers[:MOST_HEADERS]]
    left = len(detail.headers) - len(lines)
    return "\n".join([*lines, tr("and {0} more").format(left)] if left else lines)
