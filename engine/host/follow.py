"""A long command to the pipeline, and its progress until it is over."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator

from engine.contracts.names import Service, State
from engine.contracts.protocol import ChildCommand, Fatal, Maintain, Rebuild, RestoreTable, Step
from engine.contracts.status import StateChange
from engine.errors import LakehouseError
from engine.supervisor.fleet import Notification
from engine.supervisor.supervisor import Supervisor

PATIENCE_S = 900.0
"""An operation that says nothing for so long has stopped."""

OPERATIONS: dict[type, str] = {Rebuild: "rebuild", RestoreTable: "restore", Maintain: "maintain"}
"""First word of the steps with which the pipeline answers each long command."""

AFTER = "A rebuild begins anew at the pipeline's next start; anything else, ask for again."

_UP = (State.READY, State.DEGRADED)

_followed: set[tuple[int, str]] = set()
"""Supervisors, by identity, and the operations that are being followed there."""
_following = threading.Lock()


class Refused(LakehouseError):
    """The request cannot be carried out now, or is none."""


def state_of(supervisor: Supervisor, service: str) -> State:
    """The state of a service by its name; Refused where there is none of that name."""
    states = {known.name: known.state for known in supervisor.snapshot()}
    if service not in states:
        raise Refused(f"There is no service {service}.", f"Services: {', '.join(states)}.")
    return states[service]


def send(supervisor: Supervisor, service: str, command: ChildCommand) -> None:
    """A command for a service that is up; Refused where it is not."""
    state = state_of(supervisor, service)
    if state not in _UP:
        raise Refused(
            f"The {service} is {state.value}.",
            "Wait until it is READY: the Services page and `rt-lakehouse status` show it.",
        )
    supervisor.send(service, command)


def follow(supervisor: Supervisor, command: ChildCommand) -> Iterator[Step]:
    """Sends a long command to the pipeline; yields its steps up to the one that ended it.

    That one's detail says ``complete``, or ``cancelled``. Raises Refused where the pipeline is
    not up, refuses, fails, ends meanwhile, or stops answering, and where the same operation is
    under way: its steps could not be told from this one's.
    """
    operation = OPERATIONS[type(command)]
    with _alone(supervisor, operation):
        yield from _follow(supervisor, command, operation)


@contextlib.contextmanager
def _alone(supervisor: Supervisor, operation: str) -> Iterator[None]:
    mine = (id(supervisor), operation)
    with _following:
        if mine in _followed:
            raise Refused(
                f"A {operation} is under way.", "Wait until it has ended, or cancel it first."
            )
        _followed.add(mine)
    try:
        yield
    finally:
        with _following:
            _followed.discard(mine)


def _follow(supervisor: Supervisor, command: ChildCommand, operation: str) -> Iterator[Step]:
    heard: queue.Queue[Notification] = queue.Queue()

    def listen(service: str, what: Notification) -> None:
        if service != Service.PIPELINE.value:
            return
        # Another operation may be running at the same time: compaction runs beside the stream.
        mine = isinstance(what, Step) and what.operation.split()[0] == operation
        if mine or isinstance(what, Fatal | StateChange):
            heard.put(what)

    unsubscribe = supervisor.subscribe(listen)
    try:
        send(supervisor, Service.PIPELINE.value, command)
        yield from _steps(heard)
    finally:
        unsubscribe()


def _steps(heard: queue.Queue[Notification]) -> Iterator[Step]:
    while True:
        try:
            what = heard.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise Refused(
                "The pipeline stopped answering.", "See its log: `rt-lakehouse logs pipeline`."
            ) from None
        if isinstance(what, StateChange):
            if what.new in _UP:
                continue
            raise Refused(f"The operation was cut off: the pipeline is {what.new.value}.", AFTER)
        if isinstance(what, Fatal):
            raise Refused(f"The operation stopped: {what.message}", AFTER)
        assert isinstance(what, Step)
        if what.failure:
            raise Refused(what.failure, "")
        yield what
        if what.ended:
            return
