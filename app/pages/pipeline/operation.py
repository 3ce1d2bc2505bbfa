"""A rebuild that runs: how far it is, and how to give it up. Also one that others started."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from app.context import Context
from app.formats import number
from app.widgets.strip import Strip
from app.words import tr
from engine.contracts.names import Service, State
from engine.contracts.protocol import CancelRebuild, Rebuild, Step
from engine.contracts.status import StateChange
from engine.errors import LakehouseError

OPERATION = "rebuild"
_TITLES = {
    "rebuild": "Rebuilding",
    "rebuild silver": "Rebuilding silver",
    "rebuild gold": "Rebuilding gold",
}
_GONE = (State.STOPPED, State.FAILED, State.BACKOFF)


class OperationStrip(Strip):
    """Hidden while nothing runs."""

    busy = Signal(bool)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._running = False
        self._mine = False
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress of the rebuild"))
        self.bar.setTextVisible(False)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setObjectName("cancelRebuild")
        self.cancel.clicked.connect(self._cancel)
        self.row.addWidget(self.label)
        self.row.addWidget(self.bar, 1)
        self.row.addWidget(self.cancel)
        context.door.notified.connect(self.hear)

    @property
    def running(self) -> bool:
        """Whether a rebuild is under way."""
        return self._running

    def start(self, command: Rebuild) -> None:
        """Sends the command and follows it to its end."""
        self._mine = True
        self._begin(tr("Waiting for the micro-batch in hand…"))
        desk = self._context.desk

        def work() -> Step | None:
            last = None
            for step in desk.follow(command):
                last = step
            return last

        self._context.door.ask(work, self._ended, self._failed, owner=self, lane="operation")

    def hear(self, service: str, what: object) -> None:
        """What the pipeline says on its way."""
        if service != Service.PIPELINE.value:
            return
        if isinstance(what, Step) and what.operation.split()[0] == OPERATION:
            self.show_step(what)
        elif isinstance(what, StateChange) and what.new in _GONE and not self._mine:
            self._finish()

    def show_step(self, step: Step) -> None:
        """How far it is; the last one ends what somebody else began."""
        if step.ended:
            if not self._mine:
                self._finish()
            return
        if not self._running:
            self._begin("")
        self.bar.setRange(0, max(step.total, 1))
        self.bar.setValue(step.done)
        title = tr(_TITLES.get(step.operation, "Rebuilding"))
        parts = [title]
        if step.total > 1:
            parts.append(tr("{0} of {1} records").format(number(step.done), number(step.total)))
        if step.detail:
            parts.append(step.detail)
        self.label.setText(": ".join(parts[:2]) + "".join(f" ({rest})" for rest in parts[2:]))

    def _begin(self, text: str) -> None:
        self._running = True
        self.label.setText(text)
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        self.show()
        self.busy.emit(True)

    def _finish(self) -> None:
        self._running = self._mine = False
        self.hide()
        self.busy.emit(False)

    def _ended(self, last: Step | None) -> None:
        self._finish()
        if last is not None and last.detail == "cancelled":
            self._context.toast("info", tr("Cancelled: all tables are as they were."))
        else:
            self._context.toast("good", tr("Rebuilt. New events are worked off now."))

    def _failed(self, error: LakehouseError) -> None:
        self._finish()
        self._context.toast("error", str(error))

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.label.setText(tr("Cancelling…"))
        send: Callable[[], None] = lambda: self._context.desk.send(  # noqa: E731 -- one expression
            Service.PIPELINE.value, CancelRebuild()
        )
        self._context.door.ask(
            send, lambda _none: None, self._not_cancelled, owner=self, lane="commands"
        )

    def _not_cancelled(self, error: LakehouseError) -> None:
        self.cancel.setEnabled(True)
        self._context.toast("error", str(error))
