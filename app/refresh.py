"""Reads again and again while a page is visible, and says how fresh what is shown is."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.context import Context
from app.door import Ticket
from app.formats import ago, local_time
from app.widgets.elided import ElidedLabel
from app.widgets.tone import set_tone
from app.words import tr
from engine.errors import LakehouseError

T = TypeVar("T")
STALE_AFTER = 5
"""So many missed refreshes make what is shown stale; ten seconds at least."""


class Freshness(ElidedLabel):
    """One line: ``Updated 2 s ago``, ``Loading…``, ``Stale …`` or what went wrong.

    ``told`` is emitted when it says something else than before.
    """

    told = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("small")
        self.setAccessibleName(tr("Freshness of what is shown"))
        self.more = ""

    def tell(self, text: str, tone: str = "", more: str = "") -> None:
        """Shows a line; ``tone`` is empty, ``warning`` or ``bad``, ``more`` what can be done."""
        before = self.text()
        self.say(text, more)
        self.more = more
        set_tone(self, tone)
        if text != before:
            self.told.emit()

    @property
    def troubled(self) -> bool:
        """Whether what is shown is old, or cannot be read."""
        return bool(self.property("tone"))


class Refresher(QObject):
    """Never overlaps itself: the next read begins ``every_s`` after the last one was shown.

    Where ``every_s`` is a setting it is given as a question, and asked again after each read.
    """

    def __init__(
        self,
        context: Context,
        owner: QWidget,
        read: Callable[[], Callable[[], Any]],
        show: Callable[[Any], None],
        every_s: float | Callable[[], float],
        lane: str = "reads",
        failed: Callable[[LakehouseError], None] | None = None,
    ) -> None:
        """``failed`` hears of a read that went wrong while nothing was shown yet."""
        super().__init__(owner)
        self._nothing_to_show = failed
        self._context = context
        self._owner = owner
        self._read = read
        self._show = show
        self._lane = lane
        self._every_s = every_s if callable(every_s) else lambda: every_s
        self._running = False
        self._ticket: Ticket | None = None
        self._shown_at: float | None = None
        self._shown_on = dt.datetime.now(dt.UTC)
        self._error: LakehouseError | None = None
        self.status = Freshness(owner)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._ask)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self.describe)

    @property
    def running(self) -> bool:
        """Whether it reads by itself."""
        return self._running

    def start(self) -> None:
        """Reads now and then again and again."""
        if not self._running:
            self._running = True
            self._clock.start()
            self._ask()

    def stop(self) -> None:
        """An answer that is on its way is still shown."""
        self._running = False
        self._next.stop()
        self._clock.stop()
        self.describe()

    def now(self) -> None:
        """Reads at once; an answer that is on its way is dropped, since a choice has changed."""
        if self._ticket is not None:
            self._ticket.cancel()
            self._ticket = None
        self._next.stop()
        self._ask()

    def describe(self) -> None:
        """Brings the line up to date."""
        if self._error is not None:
            self.status.tell(self._error.message, "bad", self._error.remedy)
        elif self._shown_at is None:
            self.status.tell(tr("Loading…"))
        else:
            self._describe_age(time.monotonic() - self._shown_at)

    def _describe_age(self, age: float) -> None:
        if not self._running:
            # The time of day: nobody counts an age on, and it would soon be wrong.
            self.status.tell(tr("Paused: as of {0}").format(local_time(self._shown_on)))
        elif age > max(10.0, STALE_AFTER * self._every_s()):
            text = tr("Stale: last updated {0}").format(ago(age))
            hint = tr("The lake does not answer at present. The Services page shows why.")
            self.status.tell(text, "warning", hint)
        else:
            self.status.tell(tr("Updated {0}").format(ago(age)))

    def _ask(self) -> None:
        if self._ticket is not None:
            return
        work = self._read()
        self._ticket = self._context.door.ask(
            work, self._done, self._failed, owner=self, lane=self._lane
        )
        self.describe()

    def _done(self, value: object) -> None:
        self._ticket, self._error, self._shown_at = None, None, time.monotonic()
        self._shown_on = dt.datetime.now(dt.UTC)
        try:
            self._show(value)
        finally:
            self._again()  # a fault in one picture must not hold the next ones up

    def _failed(self, error: LakehouseError) -> None:
        self._ticket, self._error = None, error
        try:
            if self._nothing_to_show is not None and self._shown_at is None:
                self._nothing_to_show(error)
        finally:
            self._again()

    def _again(self) -> None:
        self.describe()
        if self._running:
            self._next.start(int(self._every_s() * 1000))
