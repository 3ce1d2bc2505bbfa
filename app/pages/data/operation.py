"""A restore or a compaction that runs, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QToolButton, QWidget

from app.context import Context
from app.icons import icon
from app.widgets.plain import plain_label
from app.widgets.strip import Strip
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.names import Service
from engine.contracts.protocol import Maintain, RestoreTable, Step
from engine.errors import LakehouseError

TOGETHER = "Together: "
"""How the pipeline begins the line that sums up a compaction."""


class OperationStrip(Strip):
    """Hidden until something is started; keeps its outcome until it is closed."""

    busy = Signal(bool)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.running = False
        self.label = plain_label()
        self.label.setObjectName("outcome")
        self.label.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumWidth(320)
        self.bar.setAccessibleName(tr("Progress"))
        self.close_button = QToolButton()
        self.close_button.setObjectName("flat")
        self.close_button.setIcon(icon("x"))
        self.close_button.setAccessibleName(tr("Close this message"))
        self.close_button.setToolTip(tr("Close this message"))
        self.close_button.clicked.connect(self.hide)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.bar)
        self.row.addWidget(self.close_button)
        context.door.notified.connect(self._hear)

    def compact(self, done: Callable[[], None]) -> None:
        """Compaction and clean-up of every table; ``done`` is called when it went well."""
        self._start(Maintain(), tr("Merging small files…"), compacted, done)

    def restore(self, command: RestoreTable, done: Callable[[], None]) -> None:
        """Brings a table back."""
        text = tr("Restoring {0} to version {1}…").format(command.table.value, command.version)
        told = tr("{0} is restored to version {1}, by a new commit.").format(
            command.table.value, command.version
        )
        self._start(command, text, lambda _lines: told, done)

    def look(self, text: str) -> None:
        """Something is read before a question is asked; ``looked`` ends it."""
        self._show(text, "", running=True)
        self.bar.setRange(0, 0)

    def looked(self) -> None:
        """The question can be asked, or never will be."""
        self.running = False
        self.hide()
        self.busy.emit(False)

    def _start(
        self,
        command: Maintain | RestoreTable,
        text: str,
        outcome: Callable[[list[str]], str],
        done: Callable[[], None],
    ) -> None:
        self._show(text, "", running=True)
        self.bar.setRange(0, 0)
        desk = self._context.desk

        def work() -> list[str]:
            return [step.detail for step in desk.follow(command) if not step.ended]

        def ended(lines: list[str]) -> None:
            self._show(outcome(lines), "good", running=False)
            self.label.setToolTip("\n".join(line for line in lines if line))
            done()

        self._context.door.ask(work, ended, self._failed, owner=self, lane="data operation")

    def _hear(self, service: str, what: object) -> None:
        """Progress on the way."""
        if not self.running or service != Service.PIPELINE.value or not isinstance(what, Step):
            return
        if what.operation == "maintain" and not what.ended:
            if what.detail:
                self.label.setText(what.detail)
            self.bar.setRange(0, what.total)
            self.bar.setValue(what.done)
        elif what.operation == "restore gold":
            self.label.setText(tr("Computing gold from the restored silver…"))

    def _failed(self, error: LakehouseError) -> None:
        self._show(str(error).strip(), "bad", running=False)

    def _show(self, text: str, tone: str, *, running: bool) -> None:
        self.running = running
        self.label.setToolTip("")
        self.label.setText(text)
        set_tone(self.label, tone)
        self.bar.setVisible(running)
        self.close_button.setVisible(not running)
        self.show()
        self.busy.emit(running)


def compacted(lines: Sequence[str]) -> str:
    """The line that sums up; each table's own is in the tooltip."""
    total = next((line for line in lines if line.startswith(TOGETHER)), "")
    text = total.removeprefix(TOGETHER)
    return tr("Compaction is done: {0}.").format(text) if text else tr("Compaction is done.")
