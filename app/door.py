"""The one door between the engine and the screen.

Whatever may wait (a lake read, a command to a child) is asked for here: it runs on one of the
engine's worker threads, and its outcome is handed over on the GUI thread. What the supervisor
reports comes through the same door as ``notified``. No widget makes a thread or a lock of its own.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from shiboken6 import isValid

from engine.errors import LakehouseError
from engine.host.lanes import Lanes

log = logging.getLogger(__name__)
T = TypeVar("T")
Failed = Callable[[LakehouseError], None]


class Ticket:
    """One question; after ``cancel`` its answer is dropped.

    What it holds may be the last that holds a widget, and a widget must end on the GUI thread:
    ``deliver`` lets go of everything there, and the lane's thread of an empty ticket at most.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        owner: QObject,
        done: Callable[[Any], None],
        failed: Failed,
    ) -> None:
        self._held: tuple[Callable[[], Any], QObject, Callable[[Any], None], Failed] | None
        self._held = work, owner, done, failed
        self.cancelled = False

    def cancel(self) -> None:
        """Nobody wants the answer any more; work that has begun is finished for nothing."""
        self.cancelled = True

    def work(self) -> object:
        """Does it, on the lane's thread; an error is an outcome too. None once cancelled."""
        held = self._held
        return None if held is None or self.cancelled else _outcome(held[0])

    def deliver(self, outcome: object) -> None:
        """Calls the continuation; GUI thread only, once."""
        held, self._held = self._held, None
        if held is None:
            return
        _, owner, done, failed = held
        if self.cancelled or not isValid(owner):
            return
        if isinstance(outcome, LakehouseError):
            failed(outcome)
        else:
            done(outcome)


class Door(QObject):
    """Asks the engine and hands its answers to the GUI thread."""

    notified = Signal(str, object)
    """(service, message): a state change or a child's message, in the order they were sent."""

    failed = Signal(str)
    """A question without a ``failed`` of its own went wrong: a sentence for a toast."""

    _arrived: SignalInstance = Signal()  # type: ignore[assignment]  # a class attribute by Qt's rule

    def __init__(self, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self._inbox: deque[Callable[[], None]] = deque()
        self._arrived.connect(self._empty, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Failed | None = None,
        *,
        owner: QObject,
        lane: str = "reads",
    ) -> Ticket:
        """Runs ``work`` on the lane's thread; ``done`` or ``failed`` then run on the GUI thread.

        Questions of one lane are answered in order, one at a time. Neither continuation runs once
        ``owner`` was destroyed or the ticket was cancelled.
        """
        ticket = Ticket(work, owner, done, failed or self._say)
        self._lanes.run(lane, partial(self._answer, ticket))
        return ticket

    def _answer(self, ticket: Ticket) -> None:
        """On the lane's thread; a cancelled one is handed over too, to be let go of."""
        self._hand_over(partial(ticket.deliver, ticket.work()))

    def hear(self, service: str, what: object) -> None:
        """For the supervisor: any thread may call it."""
        self._hand_over(lambda: self.notified.emit(service, what))

    def _say(self, error: LakehouseError) -> None:
        self.failed.emit(str(error))

    def _hand_over(self, deliver: Callable[[], None]) -> None:
        self._inbox.append(deliver)
        if isValid(self):
            self._arrived.emit()

    def _empty(self) -> None:
        while self._inbox:
            self._inbox.popleft()()


def _outcome(work: Callable[[], object]) -> object:
    try:
        return work()
    except LakehouseError as error:
        return error
    except BaseException as error:
        log.exception("a question failed")
        return LakehouseError(
            f"Something unexpected went wrong: {type(error).__name__}: {error}.",
            "Try again; if it stays, save a support bundle on the Services page.",
        )
