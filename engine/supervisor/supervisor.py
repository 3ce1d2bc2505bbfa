"""The supervisor's public face: threads, listeners, and the loops that watch disk and memory.

One thread runs everything and lives as long as the supervisor, because the kernel ends the
children when the thread that made them ends. It is the caller's thread (``run``, headless) or one
of its own (``run_in_thread``, under a window).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future

from engine.contracts.protocol import ChildCommand, Notice
from engine.contracts.status import ServiceSnapshot
from engine.paths import DataPaths
from engine.platform import Platform, current_platform
from engine.supervisor.child import Tools
from engine.supervisor.clock import Clock, SystemClock
from engine.supervisor.disk import DiskPlan
from engine.supervisor.fleet import Crew, Fleet, Notification, ServiceSpec
from engine.supervisor.logs import Redactor, ServiceLog
from engine.supervisor.machine import Policy
from engine.supervisor.reaper import Reaper
from engine.supervisor.usage import Usage

USAGE_INTERVAL_S = 2.0
Listener = Callable[[str, Notification], None]


class Supervisor:
    """Every method may be called from any thread; listeners are called on the supervisor's."""

    def __init__(
        self,
        specs: Sequence[ServiceSpec],
        paths: DataPaths,
        *,
        platform: Platform | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
        disk: DiskPlan | None = None,
        secrets: Sequence[str] = (),
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._run_dir = paths.run
        self._clock = clock or SystemClock()
        self._disk = disk
        platform = platform or current_platform()
        self._reaper = Reaper(platform, self._clock)
        redactor = Redactor(secrets)
        self._log = ServiceLog(paths.logs / "supervisor.log", redactor, self._clock.wall)
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._early: list[Callable[[], None]] = []
        self._gate = threading.Lock()
        self._closing = asyncio.Event()
        self._thread: threading.Thread | None = None
        crew = Crew(
            paths=paths,
            tools=Tools(platform, self._clock, self._reaper, paths.run),
            redactor=redactor,
            policy=policy or Policy(),
            jitter=lambda: 2 * draw() - 1,
            emit=self._emit,
            spawn_task=self._spawn,
        )
        self._fleet = Fleet(specs, crew, disk)

    def run(self, stop_signals: Sequence[signal.Signals] = ()) -> None:
        """Run in this thread until :meth:`close`, or one of the signals (main thread only)."""
        asyncio.run(self._main(stop_signals))

    def run_in_thread(self) -> None:
        """Run in a thread of its own; returns at once."""
        self._thread = threading.Thread(target=self.run, name="supervisor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop every service, then end :meth:`run`."""
        self._call(self._closing.set)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread after :meth:`close`; whether it has ended."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def start(self) -> None:
        """Start everything: in parallel, each once what it depends on is up."""
        self._call(self._fleet.start_all)

    def stop(self) -> Future[None]:
        """Stop everything, dependants first; done when the last process is gone."""
        future: Future[None] = Future()
        self._call(lambda: self._spawn(self._resolve(self._fleet.stop_all(), future)))
        return future

    def start_service(self, name: str) -> None:
        """Start one service and what it depends on; from FAILED this is Retry."""
        self._call(lambda: self._fleet.start_with_dependencies(name))

    def stop_service(self, name: str) -> None:
        """Stop one service."""
        self._call(lambda: self._fleet.stop(name))

    def restart(self, name: str) -> None:
        """Stop one service, then start it again."""
        self._call(lambda: self._fleet.restart(name))

    def switch(self, name: str, off: str) -> None:
        """Stop one service and say why it is off; or start it, where the reason is empty."""
        self._call(lambda: self._fleet.switch(name, off))

    def send(self, name: str, command: ChildCommand) -> None:
        """A command for a child of ours; a Notice says so where it cannot be delivered."""
        self._call(lambda: self._fleet.send(name, command))

    def tell(self, name: str, what: Notification) -> None:
        """Passes on to every listener what something beside the services has to say."""
        self._call(lambda: self._emit(name, what))

    def snapshot(self) -> tuple[ServiceSnapshot, ...]:
        """Every service, in the order given; takes no lock and never waits."""
        return tuple(service.snapshot() for service in self._fleet.services.values())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(service, what)`` for each notification; returns how to end that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    async def _main(self, stop_signals: Sequence[signal.Signals]) -> None:
        loop = asyncio.get_running_loop()
        for number in stop_signals:
            loop.add_signal_handler(number, self._closing.set)
        await self._reaper.end_files(self._run_dir)
        watchers = [self._spawn(self._watch_usage())]
        if self._disk is not None:
            watchers.append(self._spawn(self._watch_disk(self._disk)))
        with self._gate:
            self._loop = loop
            early, self._early = self._early, []
        for action in early:
            action()
        await self._closing.wait()
        for task in watchers:
            task.cancel()
        await self._fleet.stop_all()
        with self._gate:
            self._loop = None

    def _call(self, action: Callable[[], object]) -> None:
        with self._gate:  # held for a moment only, and never while anything else is waited for
            if self._loop is None:
                self._early.append(lambda: self._guarded(action))
            else:
                self._loop.call_soon_threadsafe(self._guarded, action)

    def _guarded(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as err:  # noqa: BLE001 -- a bug in one call must not end every service
            self._report(err)

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._report(error)

    async def _resolve(self, work: Coroutine[object, object, None], future: Future[None]) -> None:
        try:
            await work
        except BaseException as err:
            future.set_exception(err)
            raise
        future.set_result(None)

    def _report(self, error: BaseException) -> None:
        self._log.write(f"defect: {error!r}")
        self._emit("supervisor", Notice(level="error", message=str(error) or repr(error)))

    def _emit(self, name: str, what: Notification) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(name, what)
            except Exception as err:  # noqa: BLE001 -- a listener's fault must not stop a service
                self._log.write(f"a listener failed: {err!r}")

    async def _watch_usage(self) -> None:
        while True:
            for service in self._fleet.services.values():
                pid = service.pid
                # A child that is gone leaves nothing that the next one could be shown with.
                service.usage = (
                    Usage() if pid is None else await asyncio.to_thread(service.meter.read, pid)
                )
            await self._clock.sleep(USAGE_INTERVAL_S)

    async def _watch_disk(self, plan: DiskPlan) -> None:
        while True:
            notice = plan.guard.check()
            if notice is not None:
                self._emit("disk", notice)
                self._fleet.apply_disk_plan(plan)
            await self._clock.sleep(plan.guard.interval_s)
