"""What the running instance does when asked through the control port."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import ValidationError

from engine.contracts.assistant import Assistant
from engine.contracts.names import Service
from engine.contracts.protocol import (
    CHILD_COMMAND,
    CancelRebuild,
    ChildCommand,
    Maintain,
    Rebuild,
    RestoreTable,
)
from engine.host.asking import serve_question
from engine.host.control import Answer
from engine.host.follow import Refused, follow, send, state_of
from engine.host.monitor import Monitor
from engine.supervisor.supervisor import Supervisor


class Commands:
    """Handler for ``ControlServer``."""

    def __init__(
        self,
        supervisor: Supervisor,
        monitor: Monitor,
        assistant: Assistant | None = None,
        show: Callable[[], None] | None = None,
    ) -> None:
        self._supervisor = supervisor
        self._monitor = monitor
        self._assistant = assistant
        self._show = show

    def __call__(self, request: Answer) -> Iterator[Answer]:
        """Carries out one request; yields its answers."""
        match request.get("op"):
            case "status":
                yield self._monitor.report().model_dump(mode="json")
            case "show":
                yield self._bring_forward()
            case "ask" if self._assistant is not None:
                yield from serve_question(self._assistant, request)
            case "rebuild" | "restore-table" | "maintain" as op:
                yield from self._long(_long_command(op, request))
            case "cancel":
                send(self._supervisor, Service.PIPELINE.value, CancelRebuild())
                yield {"done": True}
            case "send":
                yield self._send(request)
            case "restart" | "start" | "stop" as op:
                action = {
                    "restart": self._supervisor.restart,
                    "start": self._supervisor.start_service,
                    "stop": self._supervisor.stop_service,
                }[op]
                service = str(request.get("service"))
                state_of(self._supervisor, service)
                action(service)
                yield {"done": True}
            case other:
                raise Refused(f"The running lakehouse does not know the request {other!r}.", "")

    def _bring_forward(self) -> Answer:
        if self._show is None:
            raise Refused("The running lakehouse has no window.", "See `rt-lakehouse status`.")
        self._show()
        return {"done": True}

    def _send(self, request: Answer) -> Answer:
        try:
            command = CHILD_COMMAND.validate_python(request.get("command"))
        except ValueError:
            raise Refused("That is no command for a service.", "") from None
        send(self._supervisor, str(request.get("service")), command)
        return {"done": True}

    def _long(self, command: ChildCommand) -> Iterator[Answer]:
        """Each step, then ``done`` with how it ended."""
        for step in follow(self._supervisor, command):
            yield (
                {"done": True, "outcome": step.detail}
                if step.ended
                else step.model_dump(mode="json")
            )


def _long_command(op: str, request: Answer) -> ChildCommand:
    kinds: dict[str, type[Rebuild | RestoreTable | Maintain]] = {
        "rebuild": Rebuild,
        "restore-table": RestoreTable,
        "maintain": Maintain,
    }
    fields = {name: value for name, value in request.items() if name != "op" and value is not None}
    try:
        return kinds[op].model_validate(fields)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Refused(f"The request {op} cannot be carried out: {reason}.", "") from None
