"""The way to the end: which services are still being stopped, over the window or without one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.context import Context
from app.service_names import service_title
from app.widgets.badge import StateBadge
from app.widgets.card import Card
from app.words import tr
from engine.contracts.names import State
from engine.contracts.status import StateChange

GONE = (State.STOPPED, State.FAILED)
WIDTH = 360


class StoppingOverlay(QWidget):
    """``begin`` before the engine is closed: from then on the supervisor's messages move it."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self._badges: dict[str, StateBadge] = {}
        self._states: dict[str, State] = {}
        self.setObjectName("stopping")
        self.setAccessibleName(tr("Stopping"))
        self.text = QLabel()
        self.text.setObjectName("muted")
        self.text.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        card = Card(tr("Stopping…"))
        card.title_label.setObjectName("heading")
        card.setFixedWidth(WIDTH)
        for part in (self.text, self.bar):
            card.body.addWidget(part)
        card.body.addLayout(self._rows)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def begin(self) -> None:
        """Shows what runs now; over the window, or by itself where that is hidden."""
        report = self._context.desk.snapshot()
        for service in report.services if report else ():
            self._add(service.name, service.state)
        self._context.door.notified.connect(self._hear)
        if self._window.isVisible():
            self._window.installEventFilter(self)
            self.setGeometry(self._window.rect())
        else:
            self.setParent(None)
            self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self._describe()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Covers the window as it is resized."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """A veil over what can no longer be used."""
        del event
        veil = QColor(self._context.theme.colours.window)
        veil.setAlphaF(1.0 if self.isWindow() else 0.8)
        QPainter(self).fillRect(self.rect(), veil)

    def _add(self, name: str, state: State) -> None:
        badge = StateBadge()
        badge.show_state(state)
        row = QHBoxLayout()
        row.addWidget(QLabel(service_title(name)))
        row.addStretch(1)
        row.addWidget(badge)
        self._rows.addLayout(row)
        self._badges[name] = badge
        self._states[name] = state

    def _hear(self, _service: str, message: object) -> None:
        if isinstance(message, StateChange) and message.service in self._badges:
            self._states[message.service] = message.new
            self._badges[message.service].show_state(message.new)
            self._describe()

    def _describe(self) -> None:
        gone = sum(state in GONE for state in self._states.values())
        self.bar.setRange(0, len(self._states))  # no service at all: it moves without an end
        self.bar.setValue(gone)
        active = [name for name, state in self._states.items() if state is State.STOPPING]
        left = [name for name, state in self._states.items() if state not in GONE]
        if active:
            names = ", ".join(map(service_title, active))
            self.text.setText(tr("Now: {0}. It finishes what it has in hand.").format(names))
        elif left:
            self.text.setText(tr("Next: {0}.").format(", ".join(map(service_title, left))))
        else:
            self.text.setText(tr("Everything has stopped."))
