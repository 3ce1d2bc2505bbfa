"""One service: state, figures, buttons, and what to do when it gave up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.breath import breathe
from app.formats import DASH, duration_s, local_time, number, size
from app.icons import icon
from app.service_names import service_title
from app.widgets.badge import StateBadge
from app.widgets.card import Card
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import State
from engine.contracts.status import ServiceSnapshot
from engine.readings.log_lines import parse_lines
from engine.readings.services import advice, controls

FACTS = (
    ("provider", "Provider", 0, 0),
    ("pid", "Process", 0, 1),
    ("port", "Port", 0, 2),
    ("restarts", "Restarts", 0, 3),
    ("memory", "Memory", 1, 0),
    ("cpu", "Processor", 1, 1),
    ("uptime", "Up for", 1, 2),
)
LAST_LINES = 8


class ServiceCard(Card):
    """Emits what a person wants of it: the service's name with each signal."""

    start_wanted = Signal(str)
    stop_wanted = Signal(str)
    restart_wanted = Signal(str)
    log_wanted = Signal(str)
    copied = Signal(str)

    def __init__(self, service: str, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent=parent)
        self.service = service
        self.setAccessibleName(tr("Service {0}").format(service_title(service)))
        self.title_label.setObjectName("heading")
        self.title_label.setText(service_title(service))
        self.title_label.show()
        self.badge = StateBadge()
        self.controls.addWidget(self.badge)
        self._values: dict[str, QLabel] = {}
        self._build_facts()
        self.detail = _wrapped("serviceDetail")
        self.why = _wrapped("small")
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setFixedHeight(96)
        self.lines.setAccessibleName(tr("Its last log lines"))
        self.advice = _wrapped("serviceAdvice")
        for widget in (self.detail, self.advice, self.lines, self.why):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self._build_buttons()

    def show_snapshot(self, snapshot: ServiceSnapshot) -> None:
        """Brings everything up to date."""
        self.badge.show_state(snapshot.state)
        self._values["provider"].setText(snapshot.provider)
        self._values["pid"].setText(str(snapshot.pid) if snapshot.pid else DASH)
        self._values["port"].setText(str(snapshot.port) if snapshot.port else DASH)
        self._values["restarts"].setText(number(snapshot.restarts))
        self._values["memory"].setText(size(snapshot.rss_bytes))
        cpu = snapshot.cpu_percent
        self._values["cpu"].setText(DASH if cpu is None else f"{number(cpu)} %")
        self._values["uptime"].setText(duration_s(snapshot.uptime_s))
        self.copy_port.setVisible(snapshot.port is not None)
        _say(self.detail, snapshot.detail)
        set_tone(self.detail, "bad" if snapshot.state is State.FAILED else "")
        _say(self.why, _why(snapshot))
        self._show_failure(snapshot)
        self._show_buttons(snapshot.state)

    def _show_failure(self, snapshot: ServiceSnapshot) -> None:
        failed = snapshot.state is State.FAILED
        text = "\n".join(_short(snapshot.last_lines[-LAST_LINES:]))
        if failed and self.lines.toPlainText() != text:
            self.lines.setPlainText(text)
            self.lines.moveCursor(QTextCursor.MoveOperation.End)
        self.lines.setVisible(failed and bool(text))
        _say(self.advice, advice(snapshot))

    def _show_buttons(self, state: State) -> None:
        can = controls(state)
        self.start.setText(tr(can.start_text))
        self.start.setEnabled(can.start)
        self.stop.setEnabled(can.stop)
        self.restart.setEnabled(can.restart)

    def _build_facts(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        for key, title, row, column in FACTS:
            head = QLabel(tr(title))
            head.setObjectName("small")
            value = QLabel(DASH)
            value.setAccessibleName(tr(title))
            self._values[key] = value
            grid.addWidget(head, 2 * row, column)
            if key == "port":
                grid.addLayout(self._port_row(value), 2 * row + 1, column)
            else:
                grid.addWidget(value, 2 * row + 1, column)
            grid.setColumnStretch(column, 1)
        for row in (1, 3):
            grid.setRowMinimumHeight(row, 22)  # as high as the one with a button in it
        self._values["cpu"].setToolTip(tr("100 % is one core in full use"))
        self._values["memory"].setToolTip(tr("Of the process and those it started"))
        self.body.addLayout(grid)

    def _port_row(self, value: QLabel) -> QHBoxLayout:
        self.copy_port = QToolButton()
        self.copy_port.setObjectName("flat")
        self.copy_port.setIcon(icon("copy"))
        self.copy_port.setFixedSize(24, 20)
        self.copy_port.setStyleSheet("padding: 0;")
        self.copy_port.setToolTip(tr("Copy the address"))
        self.copy_port.setAccessibleName(
            tr("Copy the address of {0}").format(service_title(self.service))
        )
        self.copy_port.clicked.connect(self._copy_port)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(value)
        row.addWidget(self.copy_port)
        row.addStretch(1)
        return row

    def _build_buttons(self) -> None:
        self.start = self._button("start", tr("Start"), self.start_wanted)
        self.stop = self._button("stop", tr("Stop"), self.stop_wanted)
        self.restart = self._button("restart", tr("Restart"), self.restart_wanted)
        self.log = self._button("log", tr("Log"), self.log_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.start, self.stop, self.restart):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.log)
        self.body.addLayout(row)

    def _button(self, key: str, text: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"{self.service}-{key}")
        button.setAccessibleName(f"{text}: {service_title(self.service)}")
        button.clicked.connect(lambda: signal.emit(self.service))  # type: ignore[attr-defined]  # a bound signal
        return button

    def _copy_port(self) -> None:
        text = f"127.0.0.1:{self._values['port'].text()}"
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(text)


def _short(lines: Sequence[str]) -> Iterator[str]:
    for line in parse_lines(lines):
        yield f"{local_time(line.time)} {line.text}" if line.time else line.text


def _why(snapshot: ServiceSnapshot) -> str:
    """Which provider it is, and why the ones before it are not used."""
    if not snapshot.why:
        return ""
    return tr("Why {0}: {1}").format(snapshot.provider, snapshot.why)


def _wrapped(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    return label


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
