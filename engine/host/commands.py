"""What the running instance does when asked through the control port."""

from __future__ import annotations

import queue
from collections.abc import Iterator

from engine.contracts.names import Service, State
from engine.contracts.protocol import CHILD_COMMAND, Fatal, Rebuild, Step
from engine.errors import LakehouseError
from engine.host.control import Answer
from engine.host.monitor import Monitor
from engine.supervisor.fleet import Notification
from engine.supervisor.supervisor import Supervisor

PATIENCE_S = 900.0
"""A rebuild that says nothing for so long has stopped."""


class Refused(LakehouseError):
    """The request cannot be carried out now, or is none."""


class Commands:
    """Handler for ``ControlServer``."""

    def __init__(self, supervisor: Supervisor, monitor: Monitor) -> None:
        self._supervisor = supervisor
        self._monitor = monitor

    def __call__(self, request: Answer) -> Iterator[Answer]:
        """Carries out one request; yields its answers."""
        match request.get("op"):
            case "status":
                yield self._monitor.report().model_dump(mode="json")
            case "rebuild":
                yield from self._rebuild(request)
            case "send":
                yield self._send(request)
            case "restart" | "start" | "stop" as op:
                action = {
                    "restart": self._supervisor.restart,
                    "start": self._supervisor.start_service,
                    "stop": self._supervisor.stop_service,
                }[op]
                action(self._known(str(request.get("service"))))
                yield {"done": True}
            case other:
                raise Refused(f"The running lakehouse does not know the request {other!r}.", "")

    def _send(self, request: Answer) -> Answer:
        name = self._known(str(request.get("service")))
        try:
            command = CHILD_COMMAND.validate_python(request.get("command"))
        except ValueError:
            raise Refused("That is no command for a service.", "") from None
        states = {service.name: service.state for service in self._supervisor.snapshot()}
        if states[name] not in (State.READY, State.DEGRADED):
            raise Refused(
                f"The {name} is {states[name].value}.", "`rt-lakehouse status` shows when it is up."
            )
        self._supervisor.send(name, command)
        return {"done": True}

    def _known(self, name: str) -> str:
        names = [service.name for service in self._supervisor.snapshot()]
        if name not in names:
            raise Refused(f"There is no service {name}.", f"Services: {', '.join(names)}.")
        return name

    def _rebuild(self, request: Answer) -> Iterator[Answer]:
        command = Rebuild.model_validate({"tables": request.get("tables") or ("silver", "gold")})
        states = {s.name: s.state for s in self._supervisor.snapshot()}
        if states.get(Service.PIPELINE.value) not in (State.READY, State.DEGRADED):
            raise Refused(
                "The pipeline is not ready.", "Wait until `rt-lakehouse status` shows it READY."
            )
        heard: queue.Queue[Notification] = queue.Queue()

        def listen(service: str, what: Notification) -> None:
            if service == Service.PIPELINE.value and isinstance(what, Step | Fatal):
                heard.put(what)

        unsubscribe = self._supervisor.subscribe(listen)
        try:
            self._supervisor.send(Service.PIPELINE.value, command)
            yield from _steps(heard)
        finally:
            unsubscribe()


def _steps(heard: queue.Queue[Notification]) -> Iterator[Answer]:
    while True:
        try:
            what = heard.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise Refused(
                "The rebuild stopped answering.", "See `rt-lakehouse logs pipeline`."
            ) from None
        if isinstance(what, Fatal):
            raise Refused(
                f"The rebuild stopped: {what.message}",
                "It begins anew at the pipeline's next start.",
            )
        assert isinstance(what, Step)
        if what.detail == "complete":
            yield {"done": True}
            return
        yield what.model_dump(mode="json")
