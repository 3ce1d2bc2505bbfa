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
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.kafka import KafkaEndpoint
from engine.errors import LakehouseError
from engine.topic.detail import MessageDetail
from engine.topic.judge import judge
from engine.topic.send import OneMessage, Placed, send_one
from engine.topic.templates import Template, renewed, templates

PAUSE_MS = 200
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
        column.addWidget(self.value, 1)
        column.addLayout(self._verdict_row())
        column.addLayout(self._foot())

    def _tools(self) -> QHBoxLayout:
        caption = QLabel(tr("Value"))
        tidy = QPushButton(tr("Indent"))
        tidy.setAutoDefault(False)
        tidy.clicked.connect(self._tidy)
        renew = QPushButton(tr("New id and time"))
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
        self.why = QLabel()
        self.why.setObjectName("small")
        self.why.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.badge)
        row.addWidget(self.why, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        self.outcome = QLabel()
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
        """An earlier message, to be sent again with a new id and the present time."""
        self.key.setText(detail.key or "")
        self.headers.setPlainText("\n".join(f"{name}: {text}" for name, text in detail.headers))
        self.null.setChecked(detail.shown.kind == "null")
        text = renewed(detail.editable or "", self._context.desk.pack, now_ms())
        self.value.setPlainText(text)
        self.judge_now()

    def message(self) -> OneMessage:
        """What would be sent."""
        value = None if self.null.isChecked() else self.value.toPlainText()
        return OneMessage(self.key.text(), value, _headers(self.headers.toPlainText()))

    def _use_template(self, place: int) -> None:
        self._templates = templates(self._context.desk.pack, now_ms())
        self._fill(self._templates[place])

    def _fill(self, template: Template) -> None:
        self.key.setText(template.key)
        self.null.setChecked(False)
        self.value.setPlainText(template.value)
        self.judge_now()

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
