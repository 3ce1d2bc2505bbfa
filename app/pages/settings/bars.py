"""Notices above the settings: changes that wait for a restart, and secrets in the wrong place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.pages.settings.pending import PendingRestarts
from app.pages.settings.texts import services_text
from app.widgets.strip import Strip
from app.words import tr


class Bar(Strip):
    """A sentence and at most one button; ``acted`` when it is pressed."""

    acted = Signal()

    def __init__(self, name: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel()
        self.text.setObjectName(f"{name}Text")
        self.text.setWordWrap(True)
        self.text.setProperty("tone", "warning")
        self.button = QPushButton(action)
        self.button.setObjectName("primary")
        self.button.clicked.connect(self.acted)
        self.row.addWidget(self.text, 1)
        self.row.addWidget(self.button)

    def say(self, text: str, *, can_act: bool) -> None:
        """Shows a sentence; none hides the bar."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self.button.setVisible(can_act)
        self.setVisible(bool(text))


def restart_sentence(pending: PendingRestarts) -> str:
    """What waits for which restart; empty where nothing waits."""
    parts: list[str] = []
    if pending.waiting:
        what = _changes(pending.waiting)
        names = services_text(pending.services)
        parts.append(tr("{0} a restart of the {1}.").format(what, names))
    if pending.waiting_for_program:
        what = _changes(pending.waiting_for_program)
        parts.append(tr("{0} a restart of the program: quit and open it.").format(what))
    return " ".join(parts)


def _changes(count: int) -> str:
    return tr("1 change needs") if count == 1 else tr("{0} changes need").format(count)


def secrets_sentence(titles: list[str], keyring: bool) -> str:
    """The warning about secrets in settings.toml; empty where there are none."""
    if not titles:
        return ""
    names = ", ".join(titles)
    said = tr("settings.toml holds as plain text: {0}.").format(names)
    if keyring:
        return said + " " + tr("Move it to the system keyring, where only you can read it.")
    return said + " " + tr("There is no system keyring here; use an environment variable instead.")
