"""A desk for the Pipeline and Quality pages: a real lake; services say what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.contracts.names import State
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import ChildCommand, Step
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from engine.domain import load_pack
from engine.errors import LakehouseError
from engine.host.monitor import StreamRecord
from engine.lake import LakeReader
from engine.paths import resources_dir
from engine.settings import Settings

PACK = load_pack(resources_dir() / "domains" / "ecommerce")


@dataclass
class StandInMonitor:
    record: StreamRecord

    def stream(self, _seconds: float) -> StreamRecord:
        return self.record


@dataclass
class StandInRunning:
    monitor: StandInMonitor


@dataclass
class StandInDesk:
    root: Path
    states: dict[str, State] = field(default_factory=dict)
    running: StandInRunning | None = None
    steps: tuple[Step, ...] = ()
    refusal: LakehouseError | None = None
    sent: list[ChildCommand] = field(default_factory=list)
    pack: PackSpec = PACK
    settings: Settings = field(default_factory=Settings)

    @property
    def lake(self) -> LakeReader:
        return LakeReader(self.root)

    def snapshot(self) -> StatusReport:
        services = tuple(
            ServiceSnapshot(name=name, provider="p", why="", state=state, detail="It says why.")
            for name, state in self.states.items()
        )
        return StatusReport(state=State.READY, services=services, pipeline=PipelineStatus())

    def send(self, _service: str, command: ChildCommand) -> None:
        self.sent.append(command)
        if self.refusal is not None:
            raise self.refusal

    def follow(self, command: ChildCommand) -> Iterator[Step]:
        self.send("pipeline", command)
        yield from self.steps
