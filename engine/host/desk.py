"""What the window asks of the engine: one running lakehouse, opened and closed in the background.

Every method but ``snapshot`` may block and is called through the door (``app.door``).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator

from engine.assistant import warming
from engine.assistant.assistant import LakeAssistant
from engine.contracts.knowledge import Knowledge
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import ChildCommand, Step
from engine.contracts.status import StatusReport
from engine.host import follow as pipeline
from engine.host.asking import assistant_of
from engine.host.running import Running
from engine.lake import LakeReader
from engine.paths import DataPaths
from engine.settings import Settings, load_settings
from engine.settings.secrets import secret_store
from engine.supervisor.fleet import Notification


class Desk:
    """All of its fields are there once ``open`` has returned."""

    settings: Settings
    pack: PackSpec
    lake: LakeReader
    knowledge: Knowledge
    assistant: LakeAssistant
    """The window's own: what is asked by commands neither waits for it nor is cancelled by it."""

    def __init__(self, paths: DataPaths) -> None:
        self.paths = paths
        self.running: Running | None = None

    def open(
        self,
        demo: bool,
        listen: Callable[[str, Notification], None],
        show: Callable[[], None] | None = None,
    ) -> None:
        """Takes the data folder and starts every service; returns long before they are up.

        ``show`` is called, on any thread, when somebody starts the program a second time.

        Raises LakehouseError: another instance has the folder, bad settings, no provider.
        """
        running = Running(self.paths, demo=demo, listen=listen, show=show)
        instance = running.instance
        self.settings, self.pack, self.lake = instance.settings, instance.pack.spec, instance.lake
        self.knowledge = instance.knowledge
        try:
            self.assistant = assistant_of(instance)
        except BaseException:
            running.abandon()
            raise
        self.running = running.__enter__()

    def close(self) -> None:
        """Stops every service in order; returns when no process is left."""
        running, self.running = self.running, None
        if running is not None:
            self.assistant.close()
            running.__exit__(None, None, None)

    def warm(self) -> None:
        """Does ahead what the assistant's first question would wait for; takes seconds."""
        self.assistant.warm()
        warming.warm(self.pack, dt.datetime.now(dt.UTC))

    def snapshot(self) -> StatusReport | None:
        """State of services and stream; cheap. None while nothing is open."""
        running = self.running
        return None if running is None else running.monitor.report()

    def send(self, service: str, command: ChildCommand) -> None:
        """A command for a service; Refused where it is not up."""
        pipeline.send(self._open().instance.supervisor, service, command)

    def follow(self, command: ChildCommand) -> Iterator[Step]:
        """A long command to the pipeline and its progress; the last step says ``complete``."""
        return pipeline.follow(self._open().instance.supervisor, command)

    def start_service(self, name: str) -> None:
        """Starts one service and what it depends on; from FAILED this is Retry."""
        self._open().instance.supervisor.start_service(name)

    def stop_service(self, name: str) -> None:
        """Stops one service."""
        self._open().instance.supervisor.stop_service(name)

    def restart_service(self, name: str) -> None:
        """Stops one service, then starts it again."""
        self._open().instance.supervisor.restart(name)

    def reload_settings(self) -> Settings:
        """Reads the settings anew: for what takes effect at once, and for services' next starts."""
        self.settings = load_settings(os.environ, self.paths.root, secret_store(self.paths))
        if self.running is not None:
            self.running.instance.configure(self.settings)
        return self.settings

    def switch_demo(self) -> None:
        """Starts or stops the demo events as the settings say now."""
        if self.running is not None:
            self.running.instance.switch_demo(self.settings)

    def _open(self) -> Running:
        if self.running is None:
            raise pipeline.Refused("The lakehouse is not running.", "Wait until it has started.")
        return self.running
