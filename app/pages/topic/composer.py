"""Writing one message: from a template or an earlier message, judged while it is written."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.formats import number
from app.widgets.badge import Badge
from app.widgets.json_tint import JsonTint
from app.widgets.plain import plain_label
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.kafka import KafkaEndpoint
from engine.errors import LakehouseError
from engine.topic.detail import MessageDetail
from engine.topic.judge import judge
from engine.topic.send import OneMessage, Placed, send_one
from engine.topic.templates import Template, renewed, templates

PAUSE_MS = 200
MOST_EDITED = 64 << 10
"""Characters of a value that an editor takes without holding the window up."""
BEGINNING = 2_000
"""Characters of a longer one that are shown."""
LANE = "topic-send"


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


class Composer(QDialog):
    """Stays open after sending, for the next message."""

    def __init__(
        self, context: Context, endpoint: Callable[[], KafkaEndpoint], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.setWindowTitle(tr("Send a message"))
        self.resize(640, 620)
        self._context = context
        self._endpoint = endpoint
        self._whole: str | None = None
        self._templates = templates(context.desk.pack, now_ms())
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.judge_now)
        self.value.textChanged.connect(self._pause.start)
        self.null.toggled.connect(self._null_toggled)
        self.template.activated.connect(self._use_template)
        self._fill(self._templates[0])

    def _build(self) -> None:
        self.template = QComboBox()
        self.template.setObjectName("template")
        self.template.setAccessibleName(tr("Template"))
        for one in self._templates:
            self.template.addItem(one.event_type)
        self.key = QLineEdit()
        self.key.setObjectName("key")
        self.key.setPlaceholderText(tr("none"))
        self.headers = QPlainTextEdit()
        self.headers.setObjectName("headers")
        self.headers.setAccessibleName(tr("Headers, one a line as name: value"))
        self.headers.setPlaceholderText(tr("name: value, one a line (none)"))
        self.headers.setFixedHeight(56)
        self.value = QPlainTextEdit()
        self.value.setObjectName("value")
        self.value.setAccessibleName(tr("Value"))
        self.value.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._tint = JsonTint(self.value, self._context.theme)
        self.null = QCheckBox(tr("Null value (a tombstone)"))
        self.unedited = QLabel()
        self.unedited.setObjectName("small")
        self.unedited.setWordWrap(True)
        self.unedited.hide()
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(tr("Template"), self.template)
        form.addRow(tr("Key"), self.key)
        form.addRow(tr("Headers"), self.headers)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(form)
        column.addLayout(self._tools())
        column.addWidget(self.unedited)
        column.addWidget(self.value, 1)
        column.addLayout(self._verdict_row())
        column.addLayout(self._foot())

    def _tools(self) -> QHBoxLayout:
        caption = QLabel(tr("Value"))
        self.tidy = tidy = QPushButton(tr("Indent"))
        tidy.setAutoDefault(False)
        tidy.clicked.connect(self._tidy)
        self.renew = renew = QPushButton(tr("New id and time"))
        renew.setToolTip(tr("The same event again would be a duplicate"))
        renew.setAutoDefault(False)
        renew.clicked.connect(self._renew)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(caption)
        row.addStretch(1)
        row.addWidget(self.null)
        row.addWidget(tidy)
        row.addWidget(renew)
        return row

    def _verdict_row(self) -> QHBoxLayout:
        self.badge = Badge()
        self.why = plain_label()
        self.why.setObjectName("small")
        self.why.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.badge)
        row.addWidget(self.why, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        self.outcome = plain_label()
        self.outcome.setObjectName("outcome")
        self.outcome.setWordWrap(True)
        close = QPushButton(tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self.send = QPushButton(tr("Send"))
        self.send.setObjectName("primary")
        self.send.setAutoDefault(False)
        self.send.setShortcut("Ctrl+Return")
        self.send.setToolTip(tr("Send (Ctrl+Enter)"))
        self.send.clicked.connect(self.send_now)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.outcome, 1)
        row.addWidget(close)
        row.addWidget(self.send)
        return row

    # Content

    def show_message(self, detail: MessageDetail) -> None:
        """An earlier message, to be sent again with a new id and the present time.

        A value too long for the editor is sent as it came, byte for byte.
        """
        self.key.setText(detail.key or "")
        self.headers.setPlainText("\n".join(f"{name}: {text}" for name, text in detail.headers))
        self.null.setChecked(detail.shown.kind == "null")
        text = detail.editable or ""
        if len(text) > MOST_EDITED:
            self._hold(text)
        else:
            self._show_value(renewed(text, self._context.desk.pack, now_ms()))
        self.judge_now()

    def message(self) -> OneMessage:
        """What would be sent."""
        text = self.value.toPlainText() if self._whole is None else self._whole
        value = None if self.null.isChecked() else text
        return OneMessage(self.key.text(), value, _headers(self.headers.toPlainText()))

    def _use_template(self, place: int) -> None:
        self._templates = templates(self._context.desk.pack, now_ms())
        self._fill(self._templates[place])

    def _fill(self, template: Template) -> None:
        self.key.setText(template.key)
        self.null.setChecked(False)
        self._show_value(template.value)
        self.judge_now()

    def _show_value(self, text: str) -> None:
        self._hold(None)
        self.value.setPlainText(text)

    def _hold(self, whole: str | None) -> None:
        """Keeps a value beside the editor, which shows its beginning; None ends that."""
        self._whole = whole
        for widget in (self.tidy, self.renew):
            widget.setEnabled(whole is None)
        self.value.setReadOnly(whole is not None)
        self.unedited.setVisible(whole is not None)
        if whole is not None:
            told = tr(
                "Too long to be edited here: all {0} characters are sent as they came, with their"
                " own id and time. Below is the beginning; a template gives the editor back."
            )
            self.unedited.setText(told.format(number(len(whole))))
            self.value.setPlainText(whole[:BEGINNING])

    def _tidy(self) -> None:
        try:
            tidied = json.dumps(json.loads(self.value.toPlainText()), indent=2, ensure_ascii=False)
        except ValueError:
            return  # the badge says already that it is no JSON
        self.value.setPlainText(tidied)

    def _renew(self) -> None:
        text = renewed(self.value.toPlainText(), self._context.desk.pack, now_ms())
        self.value.setPlainText(text)

    def _null_toggled(self, null: bool) -> None:
        self.value.setEnabled(not null)
        self.judge_now()

    # Judging and sending

    def judge_now(self) -> None:
        """Says what the pipeline's rules make of it; a preview."""
        self._pause.stop()
        value = self.message().value
        found = judge(None if value is None else value.encode(), self._context.desk.pack, now_ms())
        if found.reason is None:
            self.badge.show_text(tr("Would be accepted"), "good")
            self.why.setText(
                tr("A preview. Whether it is a repeat or too late is decided when it arrives.")
            )
        else:
            self.badge.show_text(tr("Would be refused"), "warning")
            self.why.setText(
                tr("{0}: {1}. It can be sent all the same, and goes to quarantine.").format(
                    found.reason.value, found.detail
                )
            )

    def send_now(self) -> None:
        """Sends it and says where it is stored."""
        message, endpoint = self.message(), self._endpoint
        self.send.setEnabled(False)
        self._say(tr("Sending…"), "")
        self._context.door.ask(
            lambda: send_one(endpoint(), message), self._sent, self._failed, owner=self, lane=LANE
        )

    def _sent(self, placed: Placed) -> None:
        self.send.setEnabled(True)
        text = tr("Stored in partition {0} at offset {1}.")
        self._say(text.format(placed.partition, number(placed.offset)), "good")

    def _failed(self, error: LakehouseError) -> None:
        self.send.setEnabled(True)
        self._say(str(error), "bad")

    def _say(self, text: str, tone: str) -> None:
        self.outcome.setText(text)
        set_tone(self.outcome, tone)


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    found = (line.partition(":") for line in text.splitlines() if line.strip())
    return tuple((name.strip(), value.strip()) for name, _, value in found)
