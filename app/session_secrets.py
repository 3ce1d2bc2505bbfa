"""Asks for passwords and keys that the settings count on and no keyring hands out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.words import tr
from engine.readings.session_secrets import WantedSecret, use_for_session, wanted_secrets

LANE = "settings"
WHY = (
    "The settings need this, and no system keyring hands it out. What you enter is kept until the "
    "program ends, and is written nowhere."
)


def ask_for_secrets(context: Context, window: QWidget) -> None:
    """Opens the dialog over the window if something is missing; what is entered counts at once."""
    desk = context.desk

    def show(wanted: tuple[WantedSecret, ...]) -> None:
        if wanted:
            dialog = SecretsDialog(wanted, window)
            dialog.given.connect(use)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def use(secrets: dict[str, str]) -> None:
        context.door.ask(
            lambda: use_for_session(desk, secrets), lambda _: None, owner=window, lane=LANE
        )

    context.door.ask(lambda: wanted_secrets(desk.paths), show, owner=window, lane=LANE)


class SecretsDialog(QDialog):
    """``given`` carries what was entered, by dotted name."""

    given = Signal(dict)

    def __init__(self, wanted: Sequence[WantedSecret], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sessionSecrets")
        self.setWindowTitle(tr("Passwords for this session"))
        self.setMinimumWidth(440)
        self.lines: dict[str, QLineEdit] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(6)
        column.addWidget(_wrapped(tr(WHY), "muted"))
        column.addSpacing(8)
        for each in wanted:
            self._add_line(column, each)
        column.addSpacing(8)
        column.addLayout(self._foot())

    def _add_line(self, column: QVBoxLayout, wanted: WantedSecret) -> None:
        title = QLabel(tr(wanted.title))
        line = QLineEdit()
        line.setObjectName(f"secret:{wanted.path}")
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setAccessibleDescription(wanted.purpose)
        line.textChanged.connect(lambda _text: self.use.setEnabled(bool(self._entered())))
        title.setBuddy(line)
        self.lines[wanted.path] = line
        for widget in (title, line, _wrapped(wanted.purpose, "small")):
            column.addWidget(widget)

    def _foot(self) -> QHBoxLayout:
        later = QPushButton(tr("Not now"))
        later.setAutoDefault(False)  # Enter uses what was entered
        later.clicked.connect(self.reject)
        self.use = QPushButton(tr("Use for this session"))
        self.use.setObjectName("primary")
        self.use.setDefault(True)
        self.use.setEnabled(False)
        self.use.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(later)
        row.addWidget(self.use)
        return row

    def accept(self) -> None:
        """Hands out what was entered; a field that is empty stays missing."""
        self.given.emit(self._entered())
        super().accept()

    def _entered(self) -> dict[str, str]:
        texts = {path: line.text().strip() for path, line in self.lines.items()}
        return {path: text for path, text in texts.items() if text}


def _wrapped(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
