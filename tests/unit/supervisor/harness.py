"""A fleet on fake time and fake processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path

from engine.contracts.names import State
from engine.contracts.status import StateChange
from engine.paths import DataPaths
from engine.providers.choose import Choice
from engine.supervisor.child import Tools
from engine.supervisor.disk import DiskPlan
from engine.supervisor.fleet import Crew, Fleet, Notification, ServiceSpec
from engine.supervisor.logs import Redactor
from engine.supervisor.machine import Policy
from engine.supervisor.reaper import Reaper
from tests.unit.supervisor.fakes import (
    READY,
    FakeChild,
    FakeClock,
    FakePlatform,
    FakeProvider,
    settle,
)

ONE: dict[str, tuple[str, ...]] = {"pipeline": ()}
THREE: dict[str, tuple[str, ...]] = {
    "broker": (),
    "pipeline": ("broker",),
    "generator": ("broker",),
}
"""Services, each with those it needs."""


class Harness:
    """What a test needs to play with a fleet."""

    def __init__(
        self,
        root: Path,
        services: dict[str, tuple[str, ...]],
        disk: DiskPlan | None = None,
        protocol: bool = True,
    ) -> None:
        self.clock = FakeClock()
        self.platform = FakePlatform()
        self.paths = DataPaths(root).create()
        self.heard: list[tuple[str, Notification]] = []
        self.defects: list[BaseException] = []
        self.providers = {name: FakeProvider(name, protocol=protocol) for name in services}
        tools = Tools(self.platform, self.clock, Reaper(self.platform, self.clock), self.paths.run)
        crew = Crew(
            paths=self.paths,
            tools=tools,
            redactor=Redactor(),
            policy=Policy(jitter=0.0),
            jitter=lambda: 0.0,
            emit=lambda name, what: self.heard.append((name, what)),
            spawn_task=self._spawn,
        )
        specs = [
            ServiceSpec(name, Choice(self.providers[name]), depends_on)
            for name, depends_on in services.items()
        ]
        self._tasks: set[asyncio.Task[None]] = set()
        self.fleet = Fleet(specs, crew, disk)

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.defects.append(error)

    def state(self, name: str) -> State:
        return self.fleet.services[name].state

    def detail(self, name: str) -> str:
        return self.fleet.services[name].snapshot().detail

    def child(self, name: str) -> FakeChild:
        """The newest child of the service."""
        return [c for c in self.platform.children if c.argv == (name,)][-1]

    async def up(self, *names: str) -> None:
        """Start everything; make each named one ready in turn."""
        self.fleet.start_all()
        for name in names:
            await settle()
            self.child(name).say(READY)
        await settle()

    def states_of(self, name: str) -> list[State]:
        changes = (w for n, w in self.heard if n == name and isinstance(w, StateChange))
        return [change.new for change in changes if change.old is not change.new]

    async def finish(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def play(
    root: Path,
    services: dict[str, tuple[str, ...]],
    scene: Callable[[Harness], Coroutine[object, object, None]],
    *,
    disk: DiskPlan | None = None,
    protocol: bool = True,
    defects: bool = False,
) -> Harness:
    """Run the scene; a defect nobody expected fails the test."""

    async def run() -> Harness:
        harness = Harness(root, services, disk, protocol)
        try:
            await scene(harness)
        finally:
            await harness.finish()
        return harness

    harness = asyncio.run(run())
    assert defects or not harness.defects, harness.defects
    return harness
