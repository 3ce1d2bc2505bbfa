"""What the demo events do now, and incidents to play: with them alerts and charts can be seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.context import Context
from app.formats import duration_s, number, rate
from app.offers import inject_text
from app.widgets.badge import StateBadge
from app.words import tr
from engine.contracts.names import Service, State
from engine.contracts.protocol import Produced
from engine.contracts.status import StateChange
from engine.readings.generator import IncidentChoice

UP = (State.READY, State.DEGRADED)
DOWN = (
    "The demo events do not run. The Services page starts them now; the setting below says whether "
    "they run at every start."
)
LEFT_OUT = (
    "The program was started with --no-demo. The setting below counts when it is started without."
)


class DemoPanel(QWidget):
    """State and rate of the demo events, a button an incident, and the one that plays."""

    def __init__(
        self,
        context: Context,
        choices: Sequence[IncidentChoice],
        clock: Callable[[], float] = time.monotonic,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._choices = {choice.name: choice for choice in choices}
        self._clock = clock
        self._ends: tuple[str, float] | None = None
        self.state: State | None = None
        self.badge = StateBadge()
        self.flow = QLabel()
        self.flow.setObjectName("demoFlow")
        self.playing = QLabel()
        self.playing.setObjectName("incident")
        self.buttons: dict[str, QPushButton] = {}
        self._build()
        self.refresh()
        context.door.notified.connect(self.hear)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        head = QGridLayout()
        head.setHorizontalSpacing(12)
        head.addWidget(self.badge, 0, 0)
        head.addWidget(self.flow, 0, 1)
        head.setColumnStretch(1, 1)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for place, choice in enumerate(self._choices.values()):
            self._add_button(grid, place, choice)
        column.addLayout(grid)
        self.playing.setWordWrap(True)
        column.addWidget(self.playing)

    def _add_button(self, grid: QGridLayout, place: int, choice: IncidentChoice) -> None:
        button = QPushButton(inject_text(choice))
        button.setObjectName(f"incident:{choice.name}")
        button.setToolTip(tr(choice.description))
        button.clicked.connect(lambda: self.play(choice))
        what = QLabel(tr(choice.description))
        what.setObjectName("small")
        what.setWordWrap(True)
        grid.addWidget(button, place, 0)
        grid.addWidget(what, place, 1)
        self.buttons[choice.name] = button

    def play(self, choice: IncidentChoice) -> None:
        """Tells the generator; a sentence where it does not run."""
        desk = self._context.desk
        self._context.door.ask(
            lambda: desk.send(Service.GENERATOR.value, choice.command()),
            lambda _: self._played(choice),
            owner=self,
            lane="settings",
        )

    def _played(self, choice: IncidentChoice) -> None:
        self._ends = (choice.name, self._clock() + choice.seconds)
        self.playing.setText(self._sentence(choice.name))

    def refresh(self) -> None:
        """Takes the generator's state from the desk; cheap."""
        report = self._context.desk.snapshot()
        services = {s.name: s for s in report.services} if report else {}
        generator = services.get(Service.GENERATOR.value)
        if generator is not None:
            self._show_state(generator.state, generator.detail)
        else:
            self._show_state(None, tr(LEFT_OUT) if services else "")

    def hear(self, service: str, what: object) -> None:
        """What the supervisor reports."""
        if service != Service.GENERATOR.value:
            return
        if isinstance(what, StateChange):
            self._show_state(what.new, what.detail)
        elif isinstance(what, Produced):
            self._show_flow(what)

    def _show_state(self, state: State | None, detail: str) -> None:
        self.state = state
        self.badge.show_state(state)
        up = state in UP
        for button in self.buttons.values():
            button.setEnabled(up)
        if not up:
            self._ends = None
            self.playing.setText("")
            self.flow.setText(detail or tr(DOWN))
        elif not self.flow.text() or not self.flow.property("live"):
            self.flow.setText(tr("Waiting for the first events."))
        self.flow.setProperty("live", False)

    def _show_flow(self, produced: Produced) -> None:
        self.flow.setText(
            tr("{0} now · {1} acknowledged since the start").format(
                rate(produced.rate), number(produced.acknowledged)
            )
        )
        self.flow.setProperty("live", True)
        if produced.incident is None and self._starting():
            return
        self.playing.setText(self._sentence(produced.incident) if produced.incident else "")

    def _starting(self) -> bool:
        """The totals of a second in which an incident was asked for may not know it yet."""
        if self._ends is None:
            return False
        name, end = self._ends
        return end - self._clock() > self._choices[name].seconds - 2

    def _sentence(self, name: str) -> str:
        title = tr(self._choices[name].title) if name in self._choices else name
        left = self._ends[1] - self._clock() if self._ends and self._ends[0] == name else 0.0
        if left <= 0:
            return tr("Playing now: {0}.").format(title)
        return tr("Playing now: {0}, {1} left.").format(title, duration_s(left))
