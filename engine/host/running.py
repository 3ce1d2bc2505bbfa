"""Runs an instance from its lock to its end; what the CLI and the window share."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from engine.contracts.names import Service, State
from engine.contracts.status import StateChange
from engine.host import endpoints
from engine.host.alerts import alert_watch
from engine.host.asking import assistant_of
from engine.host.commands import Commands
from engine.host.compose import Instance, compose
from engine.host.control import ControlServer
from engine.host.folders import lake_path
from engine.host.monitor import Monitor, overall, usable
from engine.paths import DataPaths
from engine.platform import current_platform
from engine.supervisor.fleet import Notification
from engine.supervisor.instance import InstanceLock


class Running:
    """A context: inside it the supervisor runs in a thread of its own and everything is started."""

    def __init__(
        self,
        paths: DataPaths,
        demo: bool = True,
        listen: Callable[[str, Notification], None] = lambda _service, _what: None,
        show: Callable[[], None] | None = None,
    ) -> None:
        """``show`` brings the window to the front, where there is one; any thread may call it."""
        self._lock = InstanceLock(paths.create().lock_file, current_platform())
        self._lock.acquire()
        self._lake_lock: InstanceLock | None = None
        try:
            # Left by an instance that was killed: its ports may belong to somebody else by now.
            paths.endpoints_file.unlink(missing_ok=True)
            paths.control_file.unlink(missing_ok=True)
            self.instance: Instance = compose(paths, os.environ, demo)
            self._lake_lock = _lock_lake(self.instance)
            self.monitor = Monitor(self.instance.supervisor)
            self.alerts = alert_watch(self.instance, self.monitor)
            self.assistant = assistant_of(self.instance)
        except BaseException:
            self._release()
            raise
        self.ended = threading.Event()
        """Set by ``end`` or a signal: time to leave the context."""
        self._changed = threading.Condition()
        self._started = time.monotonic()
        self.instance.supervisor.subscribe(self._hear)
        self.instance.supervisor.subscribe(listen)
        self._show = show
        self._control: ControlServer | None = None

    def __enter__(self) -> Self:
        supervisor = self.instance.supervisor
        supervisor.run_in_thread()
        supervisor.start()
        try:
            commands = Commands(supervisor, self.monitor, self.assistant, self._show)
            self._control = ControlServer(self.instance.paths, commands)
            self.alerts.start()
        except BaseException:
            # Nobody would have it, and so nobody could end its services or open the folder again.
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def abandon(self) -> None:
        """Instead of entering it: nothing runs yet, and the folder can be opened again."""
        self.assistant.close()
        self._release()

    def _close(self) -> None:
        if self._control is not None:
            self._control.close()
        self.assistant.close()
        self.alerts.close()
        self.instance.supervisor.close()
        self.instance.supervisor.join()
        self.instance.paths.endpoints_file.unlink(missing_ok=True)
        self._release()

    def _release(self) -> None:
        if self._lake_lock is not None:
            self._lake_lock.release()
        self._lock.release()

    def _hear(self, service: str, what: Notification) -> None:
        if not isinstance(what, StateChange):
            return
        if service == Service.BROKER.value and what.new is State.READY:
            endpoints.write(self.instance)
        with self._changed:
            self._changed.notify_all()

    def end(self) -> None:
        """Asks whoever waits to leave."""
        self.ended.set()
        with self._changed:
            self._changed.notify_all()

    def end_on_signals(self) -> None:
        """TERM and INT end it in good order; main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT):
            # A handler must not take the condition's lock, which this very thread may hold.
            signal.signal(number, lambda *_: self.ended.set())

    def wait_ready(self) -> State:
        """READY once everything is; FAILED as soon as something gave up; STOPPED when ended."""
        while not self.ended.is_set():
            services = self.instance.supervisor.snapshot()
            if usable(services):
                return State.READY
            if overall(services) is State.FAILED:
                return State.FAILED
            with self._changed:
                self._changed.wait(0.2)
        return State.STOPPED

    def seconds(self) -> float:
        """Since the start."""
        return round(time.monotonic() - self._started, 1)


def _lock_lake(instance: Instance) -> InstanceLock | None:
    """A lake outside the data folder has one writer too: two data folders may name the same one."""
    lake = lake_path(instance.paths, instance.settings)
    if lake.is_relative_to(instance.paths.root):
        return None
    folder = lake / "_rt-lakehouse"
    folder.mkdir(parents=True, exist_ok=True)
    lock = InstanceLock(folder / "lock", current_platform())
    lock.acquire()
    return lock
