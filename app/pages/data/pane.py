"""What the tabs of a table share: one question at a time, and a placeholder for no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.breath import breathe
from app.context import Context
from app.door import Ticket
from app.widgets.placeholder import Action, Placeholder
from app.words import tr
from engine.contracts.names import Table
from engine.errors import LakehouseError
from engine.readings.data import TableCard

T = TypeVar("T")
LANE = "data"


class Pane(QWidget):
    """A tab about one table. ``content`` is what it shows once an answer is there."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.context = context
        self.card: TableCard | None = None
        self._ticket: Ticket | None = None
        self._visible = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 12, 0, 0)
        self.column.setSpacing(8)
        self.placeholder = Placeholder()
        self.content = QStackedWidget()
        self.content.addWidget(self.placeholder)

    @property
    def table(self) -> Table | None:
        """The table it is about."""
        return self.card.table if self.card else None

    def show_card(self, card: TableCard | None) -> None:
        """Another table, or another version of it."""
        other = (card.table if card else None) != self.table
        newer = not other and card is not None and card != self.card
        self.card = card
        if other:
            self.cancel()  # an answer about the other table
            self.table_changed()
        elif newer:
            self.version_changed()

    def set_visible(self, visible: bool) -> None:
        """The tab was chosen, or left: only the one in front reads."""
        self._visible = visible
        if visible and self.card is not None:
            self.came_in_front()

    @property
    def in_front(self) -> bool:
        """Whether a person sees it."""
        return self._visible

    def table_changed(self) -> None:
        """Forget what is shown."""

    def version_changed(self) -> None:
        """The same table has newer commits."""

    def came_in_front(self) -> None:
        """Read what is missing."""

    def read(self, work: Callable[[], T], show: Callable[[T], None], lane: str = LANE) -> None:
        """Asks the engine; an earlier question of this tab is dropped.

        Where there is no answer, a button asks exactly this again.
        """
        self.cancel()

        def done(value: T) -> None:
            self._ticket = None
            self.content.setCurrentIndex(1)
            show(value)

        def again() -> None:
            self.wait()
            self.read(work, show, lane)

        def failed(error: LakehouseError) -> None:
            self._ticket = None
            self.placeholder.show_error(error, again)
            self.content.setCurrentIndex(0)

        self._ticket = self.context.door.ask(work, done, failed, owner=self, lane=lane)

    @property
    def reading(self) -> bool:
        """Whether an answer is on its way."""
        return self._ticket is not None

    def cancel(self) -> None:
        """Nobody wants the answer any more."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None

    def wait(self, text: str = "", action: Action | None = None) -> None:
        """Shows that something is being read."""
        self.placeholder.show_state("loading", text or tr("Loading…"), "", action)
        self.content.setCurrentIndex(0)

    def say_empty(self, title: str, text: str) -> None:
        """Shows why there is nothing."""
        self.placeholder.show_state("empty", title, text)
        self.content.setCurrentIndex(0)
