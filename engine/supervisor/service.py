"""Carries out what the machine decides for one service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from engine.contracts.names import State
from engine.contracts.protocol import (
    ChildCommand,
    ChildMessage,
    Degraded,
    Fatal,
    Notice,
    Ready,
    Recovered,
)
from engine.contracts.status import ServiceSnapshot, StateChange
from engine.errors import LakehouseError, ProviderError
from engine.providers.base import RunTool
from engine.providers.choose import Choice
from engine.supervisor import events
from engine.supervisor.child import Hooks, RunningChild, Tools, start_child
from engine.supervisor.clock import within
from engine.supervisor.logs import Redactor, ServiceLog
from engine.supervisor.machine import Policy, ServiceState, step
from engine.supervisor.prober import probe_forever
from engine.supervisor.usage import Usage, UsageMeter

UP = (State.READY, State.DEGRADED)
RUNNING = (State.STARTING, *UP)
FATAL_GRACE_S = 5.0
"""A child that said `fatal` exits by itself; after this long it is made to."""


@dataclass(frozen=True)
class Surroundings:
    """What a service needs of the supervisor."""

    tools: Tools
    run_tool: RunTool
    log: ServiceLog
    redactor: Redactor
    jitter: Callable[[], float]
    """-1 … 1."""
    emit: Callable[[ChildMessage | StateChange], None]
    dependencies: Callable[[], Awaitable[None]]
    """Returns when everything this service depends on is up."""
    spawn_task: Callable[[Coroutine[object, object, None]], asyncio.Task[None]]


class Service:
    """One service; everything here happens on the supervisor's thread, snapshot() apart."""

    def __init__(self, name: str, choice: Choice, policy: Policy, around: Surroundings) -> None:
        self.name = name
        self.provider = choice.provider
        self.up = asyncio.Event()
        self.down = asyncio.Event()
        self.down.set()
        self.launches = 0
        self.usage = Usage()
        self.meter = UsageMeter()
        self._why = choice.why
        self.off = ""
        """Why it is not started with the others; empty where it is."""
        self._around = around
        self._clock = around.tools.clock
        self._state = ServiceState(policy=policy)
        self._child: RunningChild | None = None
        self._fatal: Fatal | None = None
        self._said_ready: asyncio.Future[str] | None = None
        self._launching: asyncio.Task[None] | None = None
        self._probing: asyncio.Task[None] | None = None
        self._backoff: asyncio.Task[None] | None = None
        self._ending = asyncio.Lock()

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._state.state

    @property
    def pid(self) -> int | None:
        """Of its process, while there is one."""
        child = self._child
        return child.pid if child else None

    def snapshot(self) -> ServiceSnapshot:
        """Safe from any thread: reads immutable values, each once."""
        state, since = self._state, self._state.ready_since
        pid = self.pid
        usage = self.usage if pid else Usage()
        return ServiceSnapshot(
            name=self.name,
            provider=self.provider.name,
            why=self.provider.why or self._why,
            state=state.state,
            pid=pid,
            port=self.provider.port,
            uptime_s=None if since is None else self._clock.monotonic() - since,
            restarts=state.restarts,
            rss_bytes=usage.rss_bytes,
            cpu_percent=usage.cpu_percent,
            detail=self._detail(state),
            last_lines=self._around.log.tail if state.state is State.FAILED else (),
        )

    def _detail(self, state: ServiceState) -> str:
        return state.detail or (self.off if state.state is State.STOPPED else "")

    def send(self, command: ChildCommand) -> bool:
        """To the child, if there is one that understands."""
        child = self._child
        if child is None or not child.launch.protocol or self.state not in RUNNING:
            return False
        child.send(command)
        return True

    def post(self, event: events.Event) -> None:
        """Tell the machine, do what it answers."""
        before = self._state
        self._state, commands = step(before, event)
        self._settle(before.state)
        if (before.state, before.detail) != (self._state.state, self._state.detail):
            self._announce(before.state)
        for command in commands:
            self._carry_out(command)

    def _settle(self, before: State) -> None:
        now = self.state
        for flag, states in ((self.up, (State.READY,)), (self.down, (State.STOPPED, State.FAILED))):
            if now in states:
                flag.set()
            else:
                flag.clear()
        if now is not before and now not in RUNNING:
            _cancel(self._launching)
            _cancel(self._probing)

    def _announce(self, old: State) -> None:
        new, detail = self._state.state, self._detail(self._state)
        if old is not new:
            self._around.log.write(f"[supervisor] {old.value} → {new.value} {detail}")
        change = StateChange(service=self.name, old=old, new=new, detail=detail)
        self._around.emit(change)

    def _carry_out(self, command: events.Command) -> None:
        spawn = self._around.spawn_task
        match command:
            case events.Launch():
                self._launching = spawn(self._launch())
            case events.Terminate():
                spawn(self._terminate())
            case events.KillGroup():
                spawn(self._kill_child())
            case events.ArmBackoff(seconds=seconds):
                self._backoff = spawn(self._wait_backoff(seconds))
            case events.CancelBackoff():
                _cancel(self._backoff)
            case _:
                raise AssertionError(f"unknown command {command}")

    def fail(self, reason: str, *, retry: bool = True) -> None:
        """What ran, or was starting, runs no longer or must not."""
        if self.state in RUNNING:
            now, jitter = self._clock.monotonic(), self._around.jitter()
            self.post(events.Failed(now, reason, retry, jitter))

    async def _launch(self) -> None:
        try:
            await self._kill_child()  # an old JVM that still runs would be a second writer
            await self._around.dependencies()
            detail = await within(self._clock, self.provider.start_timeout_s, self._bring_up())
        except TimeoutError:
            limit = self.provider.start_timeout_s
            self.fail(f"It was not ready within {limit:g} s. See its log.")
        except ProviderError as err:
            self.fail(str(err), retry=False)
        except (LakehouseError, OSError) as err:
            self.fail(str(err))
        except Exception as err:  # a provider's bug must become a state, not a silent STARTING
            self.fail(f"Starting it met a defect: {err!r}. Send a support bundle.", retry=False)
            raise
        else:
            self.post(events.Ready(self._clock.monotonic(), detail))
            self._start_probing()

    async def _bring_up(self) -> str:
        provider, around = self.provider, self._around
        self.launches += 1
        self._fatal = None
        await provider.prepare(around.run_tool)
        around.redactor.add(provider.secrets())
        launch = provider.command()
        if launch is None:
            return await provider.handshake()
        self._said_ready = asyncio.get_running_loop().create_future()
        hooks = Hooks(message=self._heard, exited=self._exited)
        self._child = await start_child(self.name, launch, around.tools, around.log, hooks)
        said = await self._said_ready if launch.protocol else ""
        return await provider.handshake() or said

    def _start_probing(self) -> None:
        provider = self.provider
        if provider.probe_interval_s is None:
            return
        work = probe_forever(provider, self._clock, provider.probe_interval_s, self)
        self._probing = self._around.spawn_task(work)

    def _heard(self, message: ChildMessage) -> None:
        self._around.emit(message)
        if isinstance(message, Notice | Fatal):
            self._around.log.write(f"[{message.kind}] {message.message}")
        if self.state not in RUNNING:
            return
        match message:
            case Ready(detail=detail):
                if self._said_ready is not None and not self._said_ready.done():
                    self._said_ready.set_result(detail)
            case Degraded(detail=detail):
                self.post(events.Degraded(detail))
            case Recovered(detail=detail):
                self.post(events.Recovered(detail))
            case Fatal():
                self._fatal = message
                self._around.spawn_task(self._end_after_fatal(self.pid))
            case _:
                pass  # numbers and notices change no state

    def _exited(self, how: str) -> None:
        fatal = self._fatal
        if fatal is None:
            self.fail(f"{how} See its log.")
        else:
            self.fail(fatal.message, retry=fatal.retry)

    async def _end_after_fatal(self, pid: int | None) -> None:
        await self._clock.sleep(FATAL_GRACE_S)
        if self._fatal is not None and self.pid == pid:
            self.fail(self._fatal.message, retry=self._fatal.retry)

    async def _wait_backoff(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        if self.state is State.BACKOFF:
            self.post(events.BackoffOver())

    async def _kill_child(self) -> None:
        async with self._ending:
            if self._child is not None:
                await self._child.kill()
                self._child = None

    async def _terminate(self) -> None:
        launching = self._launching
        if launching is not None:
            await asyncio.wait({launching})  # it was cancelled; a helper program may be ending
        try:
            async with self._ending:
                if self._child is not None:
                    await self._child.stop(self.provider.stop_grace_s)
                    self._child = None
        except LakehouseError as err:
            self.post(events.Failed(self._clock.monotonic(), str(err), retry=False))
        else:
            self.post(events.Stopped())


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None and task is not asyncio.current_task():
        task.cancel()
