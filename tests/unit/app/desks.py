"""A desk whose snapshot the test writes, and that remembers what it was asked."""

from __future__ import annotations

from types import SimpleNamespace

from app.context import Context
from engine.contracts.names import State
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from engine.host.desk import Desk
from engine.host.monitor import overall
from engine.paths import DataPaths
from engine.settings import load_settings


def service(name: str, state: State = State.READY, **more: object) -> ServiceSnapshot:
    """One service at one moment."""
    values = {"provider": "kafka", "why": "", **more}
    return ServiceSnapshot.model_validate({"name": name, "state": state, **values})


def report_of(*services: ServiceSnapshot, lag: int | None = None) -> StatusReport:
    """A report of these services."""
    stream = PipelineStatus(kafka_lag=lag)
    return StatusReport(state=overall(services), services=services, pipeline=stream)


class ScriptedDesk(Desk):
    """``report`` is what ``snapshot`` gives; ``asked`` what the buttons did."""

    def __init__(self, paths: DataPaths) -> None:
        super().__init__(paths)
        self.settings = load_settings({}, paths.root)
        self.report: StatusReport | None = None
        self.asked: list[tuple[str, str]] = []

    def snapshot(self) -> StatusReport | None:
        return self.report

    def start_service(self, name: str) -> None:
        self.asked.append(("start", name))

    def stop_service(self, name: str) -> None:
        self.asked.append(("stop", name))

    def restart_service(self, name: str) -> None:
        self.asked.append(("restart", name))


def sit_at_a_desk(context: Context) -> ScriptedDesk:
    """A scripted desk in the place of the context's, with a pack that has no incidents."""
    made = ScriptedDesk(context.desk.paths)
    made.pack = SimpleNamespace(generator={})  # type: ignore[assignment]  # all that is asked of it
    context.desk = made
    return made
