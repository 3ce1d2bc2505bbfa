"""What the running instance does when asked through the control port."""

from __future__ import annotations

from collections.abc import Iterator

from engine.contracts.protocol import CHILD_COMMAND, Rebuild
from engine.host.control import Answer
from engine.host.follow import Refused, follow, send
from engine.host.monitor import Monitor
from engine.supervisor.supervisor import Supervisor


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
        send(self._supervisor, name, command)
        return {"done": True}

    def _known(self, name: str) -> str:
        names = [service.name for service in self._supervisor.snapshot()]
        if name not in names:
            raise Refused(f"There is no service {name}.", f"Services: {', '.join(names)}.")
        return name

    def _rebuild(self, request: Answer) -> Iterator[Answer]:
        command = Rebuild.model_validate({"tables": request.get("tables") or ("silver", "gold")})
        for step in follow(self._supervisor, command):
            yield {"done": True} if step.detail == "complete" else step.model_dump(mode="json")
