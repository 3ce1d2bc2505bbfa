"""The services of one supervisor, as they relate to each other; on its thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace

from engine.contracts.alerts import AlertCleared, AlertRaised
from engine.contracts.names import State
from engine.contracts.protocol import ChildCommand, ChildMessage, Notice
from engine.contracts.status import StateChange
from engine.paths import DataPaths
from engine.providers.choose import Choice
from engine.supervisor import events
from engine.supervisor.child import Tools
from engine.supervisor.disk import DiskPlan
from engine.supervisor.logs import Redactor, ServiceLog
from engine.supervisor.machine import Policy
from engine.supervisor.order import levels
from engine.supervisor.service import RUNNING, Service, Surroundings
from engine.supervisor.tools import tool_runner

Notification = ChildMessage | StateChange | AlertRaised | AlertCleared
Emit = Callable[[str, Notification], None]
SpawnTask = Callable[[Coroutine[object, object, None]], asyncio.Task[None]]


@dataclass(frozen=True)
class ServiceSpec:
    """A service to keep alive."""

    name: str
    choice: Choice
    depends_on: tuple[str, ...] = ()
    off: str = ""
    """Why it is not started with the others; empty where it is."""


@dataclass(frozen=True)
class Crew:
    """What all services share."""

    paths: DataPaths
    tools: Tools
    redactor: Redactor
    policy: Policy
    jitter: Callable[[], float]
    emit: Emit
    spawn_task: SpawnTask


class Fleet:
    """Starts, stops and restarts services in the order their dependencies ask for."""

    def __init__(self, specs: Sequence[ServiceSpec], crew: Crew, disk: DiskPlan | None) -> None:
        self._crew = crew
        self._disk = disk
        self._held: set[str] = set()
        """Down because of the disk, and to be started when there is space."""
        self._seen: dict[tuple[str, str], tuple[int, int | None]] = {}
        """(service, dependency) → which launch and port of it the service was started on."""
        self._specs = {spec.name: spec for spec in specs}
        self._bereft: set[str] = set()
        """Given up while something they depend on was not up."""
        self._levels = levels({spec.name: spec.depends_on for spec in specs})
        self.services = {spec.name: self._service(spec) for spec in specs}

    def _service(self, spec: ServiceSpec) -> Service:
        crew, provider = self._crew, spec.choice.provider
        log = ServiceLog(crew.paths.logs / f"{spec.name}.log", crew.redactor, crew.tools.clock.wall)
        around = Surroundings(
            tools=crew.tools,
            run_tool=tool_runner(crew.tools.platform),
            log=log,
            redactor=crew.redactor,
            jitter=crew.jitter,
            emit=lambda what: self.emit(spec.name, what),
            dependencies=lambda: self._dependencies(spec),
            spawn_task=crew.spawn_task,
        )
        policy = crew.policy if provider.gives_up else replace(crew.policy, max_failures=None)
        service = Service(spec.name, spec.choice, policy, around)
        service.off = spec.off
        return service

    def emit(self, name: str, what: Notification) -> None:
        """Pass it on, and tell dependants of a service that is up again."""
        self._crew.emit(name, what)
        if not isinstance(what, StateChange):
            return
        if what.new is State.READY:
            self._tell_dependants(name)
            self._retry_the_bereft(name)
        elif what.new is State.FAILED and self._lacks_something(name):
            self._bereft.add(name)

    def _lacks_something(self, name: str) -> bool:
        needed = self._specs[name].depends_on
        return any(self.services[other].state is not State.READY for other in needed)

    def _retry_the_bereft(self, name: str) -> None:
        """What was given up while this service was away failed for that reason: try again."""
        for other, spec in self._specs.items():
            if (
                name in spec.depends_on
                and other in self._bereft
                and not self._lacks_something(other)
            ):
                self._bereft.discard(other)
                if self.services[other].state is State.FAILED:
                    self.start(other)

    def _tell_dependants(self, name: str) -> None:
        """Restart those that hold something of the service's last life."""
        service = self.services[name]
        for other, spec in self._specs.items():
            dependant = self.services[other]
            seen = self._seen.get((other, name))
            if name not in spec.depends_on or seen is None or dependant.state not in RUNNING:
                continue
            launches, port = seen
            again = dependant.provider.restart_with_dependency and launches != service.launches
            if again or port != service.provider.port:
                self._seen.pop((other, name))
                dependant.post(events.Restart())

    async def _dependencies(self, spec: ServiceSpec) -> None:
        needed = [self.services[name] for name in spec.depends_on]
        service = self.services[spec.name]
        for each in needed:
            self._seen.pop((spec.name, each.name), None)
        while missing := [each for each in needed if each.state is not State.READY]:
            service.post(events.Degraded(f"Waiting for {missing[0].name}."))
            await missing[0].up.wait()
        for each in needed:
            self._seen[spec.name, each.name] = (each.launches, each.provider.port)

    def start_all(self) -> None:
        """Everything that is not off at once; each waits for what it depends on."""
        for name, service in self.services.items():
            if not service.off:
                self.start(name)

    def switch(self, name: str, off: str) -> None:
        """Keeps one service off, and says why; or starts it, where the reason is empty."""
        self.services[name].off = off
        if off:
            self.stop(name)
        else:
            self.start_with_dependencies(name)

    def start(self, name: str) -> None:
        """One service, unless the disk is too full for it."""
        if self._disk is not None and name in self._disk.unwanted():
            self._held.add(name)
        else:
            self.services[name].post(events.Start())

    def restart(self, name: str) -> None:
        """One service, unless the disk is too full for it: then it stays as it is."""
        if self._disk is None or name not in self._disk.unwanted():
            self.services[name].post(events.Restart())

    def start_with_dependencies(self, name: str) -> None:
        """One service, after what it depends on and is down."""
        for dependency in self._specs[name].depends_on:
            if self.services[dependency].state in (State.STOPPED, State.FAILED):
                self.start_with_dependencies(dependency)
        self.start(name)

    def stop(self, name: str) -> None:
        """One service; returns before it is down."""
        self._held.discard(name)
        self.services[name].post(events.Stop())

    async def stop_all(self) -> None:
        """Dependants first; returns when the last process is gone."""
        for names in reversed(self._levels):
            for name in names:
                self.stop(name)
            await asyncio.gather(*(self.services[name].down.wait() for name in names))

    def send(self, name: str, command: ChildCommand) -> None:
        """To a child of ours; a Notice where there is none."""
        if not self.services[name].send(command):
            text = f"The {name} is not running, so '{command.kind}' did nothing. Start it first."
            self.emit(name, Notice(level="warning", message=text))

    def apply_disk_plan(self, plan: DiskPlan) -> None:
        """Stop what the disk is too full for, and start again what was stopped for that."""
        unwanted = plan.unwanted()
        for name in unwanted:
            service = self.services.get(name)
            if service is not None and service.state not in (State.STOPPED, State.FAILED):
                service.post(events.Stop())
                self._held.add(name)
        for name in self._held.difference(unwanted):
            self._held.discard(name)
            self.services[name].post(events.Start())
