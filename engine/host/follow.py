"""A long command to the pipeline, and its progress until it is over."""

from __future__ import annotations

import queue
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


class Refused(LakehouseError):
    """The request cannot be carried out now, or is none."""


def send(supervisor: Supervisor, service: str, command: ChildCommand) -> None:
    """A command for a service that is up; Refused where it is not."""
    states = {known.name: known.state for known in supervisor.snapshot()}
    if service not in states:
        raise Refused(f"There is no service {service}.", f"Services: {', '.join(states)}.")
    if states[service] not in _UP:
        raise Refused(
            f"The {service} is {states[service].value}.",
            "Wait until it is READY: the Services page and `rt-lakehouse status` show it.",
        )
    supervisor.send(service, command)


def follow(supervisor: Supervisor, command: ChildCommand) -> Iterator[Step]:
    """Sends a long command to the pipeline; yields its steps up to the one that ended it.

    That one's detail says ``complete``, or ``cancelled``. Raises Refused where the pipeline is
    not up, refuses, fails, ends meanwhile, or stops answering.
    """
    operation = OPERATIONS[type(command)]
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
