"""A service's state as a coloured word: never by colour alone."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import State

TONES = {
    State.READY: "good",
    State.STARTING: "info",
    State.STOPPING: "info",
    State.DEGRADED: "warning",
    State.BACKOFF: "warning",
    State.FAILED: "bad",
    State.STOPPED: "muted",
}
WORDS = {
    State.READY: "Ready",
    State.STARTING: "Starting",
    State.STOPPING: "Stopping",
    State.DEGRADED: "Degraded",
    State.BACKOFF: "Restarting soon",
    State.FAILED: "Failed",
    State.STOPPED: "Stopped",
}
LEVELS = {"ok": ("Good", "good"), "warning": ("Warning", "warning"), "error": ("Problem", "bad")}
"""Word and tone of a finding's level."""


class Badge(QLabel):
    """A short word in a frame of its tone."""

    def __init__(self, text: str = "", tone: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName("badge")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.setProperty("tone", tone)

    def show_text(self, text: str, tone: str) -> None:
        """Another word."""
        self.setText(text)
        set_tone(self, tone)


class StateBadge(Badge):
    """The state of a service, or of all of them."""

    def show_state(self, state: State | None) -> None:
        """None: not known yet."""
        if state is None:
            self.show_text(tr("Not started"), "muted")
        else:
            self.show_text(tr(WORDS[state]), TONES[state])
        self.setAccessibleName(tr("State: {0}").format(self.text()))


def level_badge(level: str) -> Badge:
    """How bad a finding of the diagnostics is: ``ok``, ``warning`` or ``error``."""
    text, tone = LEVELS[level]
    return Badge(tr(text), tone)
