"""The program's life: the window first, the engine behind it, and an orderly end."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.context import Context
from app.door import Door
from app.page import PageCommand
from app.registry import PAGES
from app.theme import Theme
from app.widgets.placeholder import Action, Kind
from app.window import MainWindow
from app.words import tr
from engine.errors import LakehouseError
from engine.host.lanes import Lanes
from engine.paths import DataPaths

if TYPE_CHECKING:
    from engine.host.desk import Desk

log = logging.getLogger(__name__)
LIFE = "life"
"""The lane in which the engine is opened and closed: one after the other."""


class Program(QObject):
    """Owns everything that lives as long as the process."""

    def __init__(self, app: QApplication, paths: DataPaths, demo: bool) -> None:
        super().__init__(app)
        self._app = app
        self._paths = paths
        self._demo = demo
        self._ending = False
        self._desk: Desk | None = None
        self.exit_code = 0
        self.lanes = Lanes()
        self.door = Door(self.lanes, self)
        self.theme = Theme(app)
        self.context = Context(self.door, _NotYet(), self.theme, self._say, self._go)  # type: ignore[arg-type]  # replaced once the engine is imported
        self.window = MainWindow(self.context)
        self.window.close_requested.connect(self.quit)
        self.window.extra_commands += [
            PageCommand(tr("Light theme"), lambda: self.theme.choose("light")),
            PageCommand(tr("Dark theme"), lambda: self.theme.choose("dark")),
            PageCommand(tr("Theme of the system"), lambda: self.theme.choose("system")),
            PageCommand(tr("Quit"), self.quit, "Ctrl+Q"),
        ]
        self.door.failed.connect(lambda text: self._say("error", text))

    def start(self) -> None:
        """Shows the window; the engine is imported and opened when it is on the screen."""
        self._placeholder("loading", tr("Starting"), tr("The services start behind this window."))
        self.window.show()
        QTimer.singleShot(0, self.open)

    def open(self) -> None:
        """Opens the engine in the background."""
        self.door.ask(self._open, self._opened, self._not_opened, owner=self, lane=LIFE)

    def _open(self) -> Desk:
        # A second of imports, on a thread of the engine: the window answers meanwhile.
        PAGES[0].load()
        desk: Desk = importlib.import_module("engine.host.desk").Desk(self._paths)
        self._desk = desk
        desk.open(self._demo, self.door.hear)
        return desk

    def _opened(self, desk: Desk) -> None:
        self.context.desk = desk
        if self._ending:
            return
        self.theme.choose(desk.settings.window.theme)
        self.window.open_pages("live")
        # The other pages' code too, so that the first look at one is not a pause.
        self.door.ask(_load_pages, lambda _: None, owner=self, lane="imports")

    def _not_opened(self, error: LakehouseError) -> None:
        if self._ending:
            return
        self._placeholder("error", error.message, error.remedy, (tr("Try again"), self._again))

    def _again(self) -> None:
        self._placeholder("loading", tr("Starting"), "")
        self.open()

    def quit(self) -> None:
        """Stops every service, then ends the program; a second call changes nothing."""
        if self._ending:
            return
        self._ending = True
        self.window.close_pages()
        self._placeholder(
            "loading", tr("Stopping"), tr("Every service finishes what it has in hand.")
        )
        self.door.ask(self._close, lambda _: self._end(), self._ended_badly, owner=self, lane=LIFE)

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()

    def _ended_badly(self, error: LakehouseError) -> None:
        log.error("while stopping: %s", error)
        self.exit_code = 1
        self._end()

    def _end(self) -> None:
        self.window.may_close = True
        self.window.close()
        self._app.exit(self.exit_code)

    def _placeholder(self, kind: Kind, title: str, text: str, action: Action | None = None) -> None:
        self.window.placeholder.show_state(kind, title, text, action)

    def _say(self, tone: str, text: str) -> None:
        self.window.toasts.say(tone, text)

    def _go(self, page: str, argument: object) -> None:
        self.window.show_page(page, argument)


def _load_pages() -> None:
    for entry in PAGES:
        entry.load()


class _NotYet:
    """Stands for the desk until the engine is imported."""

    def snapshot(self) -> None:
        return None
