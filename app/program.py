"""The program's life: the window first, the engine behind it, and an orderly end."""

from __future__ import annotations

import importlib
import logging
from types import ModuleType
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QApplication

from app.context import Context
from app.door import Door
from app.garbage import Collector
from app.page import PageCommand
from app.registry import PAGES
from app.theme import Choice, Theme
from app.widgets.front import bring_forward
from app.widgets.placeholder import Action, Kind
from app.window import MainWindow
from app.words import tr
from engine.contracts.names import State
from engine.errors import LakehouseError
from engine.host.lanes import Lanes
from engine.host.window_state import WindowState, change_window, load_window
from engine.paths import DataPaths

if TYPE_CHECKING:
    from app.stopping import StoppingOverlay
    from app.tray import Tray
    from engine.host.desk import Desk

log = logging.getLogger(__name__)
LIFE = "life"
"""The lane in which the engine is opened and closed: one after the other."""

IMPORTS = "imports"
WARM_LOOK_MS, WARM_LOOKS = 5_000, 12
"""The assistant is made ready when the services are up, which its imports would hold up; after a
minute anyhow, since a broker elsewhere may stay away."""

WATCHFUL = ("services", "alerts")
"""Pages that show a count in the rail before anybody looked at them."""


class Program(QObject):
    """Owns everything that lives as long as the process."""

    show_asked: SignalInstance = Signal()  # type: ignore[assignment]  # a class attribute by Qt's rule
    """The program was started a second time; emitted by a thread of the engine."""

    def __init__(self, app: QApplication, paths: DataPaths, demo: bool) -> None:
        super().__init__(app)
        self._app = app
        self._paths = paths
        self._ending = False
        self._desk: Desk | None = None
        self._overlay: StoppingOverlay | None = None
        self.tray: Tray | None = None
        self.exit_code = 0
        self._state: WindowState = load_window(paths)
        self._demo = demo
        self._collector = Collector(self)
        self.lanes = Lanes()
        self.door = Door(self.lanes, self)
        self.theme = Theme(app)
        not_yet: Desk = _NotYet(paths)  # type: ignore[assignment]  # until the engine is imported
        self.context = Context(self.door, not_yet, self.theme, self._say, self._go)
        self.window = MainWindow(self.context)
        self.window.close_requested.connect(self.quit)
        self.window.quit_requested.connect(self.quit)
        self.window.about_requested.connect(self._about)
        if self._state.geometry:
            self.window.restoreGeometry(QByteArray.fromBase64(self._state.geometry.encode()))
        self.window.extra_commands += self._commands()
        self.door.failed.connect(lambda text: self._say("error", text))
        self.show_asked.connect(self._bring_forward, Qt.ConnectionType.QueuedConnection)

    def _commands(self) -> list[PageCommand]:
        return [
            PageCommand(tr("Light theme"), lambda: self._choose_theme("light")),
            PageCommand(tr("Dark theme"), lambda: self._choose_theme("dark")),
            PageCommand(tr("Theme of the system"), lambda: self._choose_theme("system")),
            PageCommand(tr("About and licences"), self._about, "F1"),
            PageCommand(tr("Quit"), self.quit, "Ctrl+Q"),
        ]

    # ------------------------------------------------------------------------------- the start

    def start(self) -> None:
        """Shows the window; the engine is imported and opened when it is on the screen."""
        self._placeholder("loading", tr("Starting"), tr("The services start behind this window."))
        self.window.show()
        QTimer.singleShot(0, self.open if self._state.welcomed else self._welcome)

    def _welcome(self) -> None:
        self.door.ask(
            lambda: importlib.import_module("app.welcome"), self._ask, owner=self, lane=LIFE
        )

    def _ask(self, module: ModuleType) -> None:
        welcome = module.Welcome(self.context, self.window)
        welcome.chosen.connect(self.open)
        welcome.rejected.connect(self.quit)
        welcome.open()

    def open(self) -> None:
        """Opens the engine in the background."""
        self.door.ask(self._open, self._opened, self._not_opened, owner=self, lane=LIFE)

    def _open(self) -> Desk:
        # A second of imports, on a thread of the engine: the window answers meanwhile.
        PAGES[0].load()
        desk: Desk = importlib.import_module("engine.host.desk").Desk(self._paths)
        self._desk = desk
        if self._state.demo is not None:
            importlib.import_module("engine.host.first_run").take_over_demo(self._paths)
        desk.open(self._demo, self.door.hear, self.show_asked.emit)
        return desk

    def _opened(self, desk: Desk) -> None:
        self.context.desk = desk
        if self._ending:
            return
        self.theme.choose(desk.settings.window.theme)
        self.window.open_pages(self._state.last_page)
        self._make_tray()
        importlib.import_module("app.session_secrets").ask_for_secrets(self.context, self.window)
        # The other pages' code too, so that the first look at one is not a pause.
        self.door.ask(_load_pages, self._watch, owner=self, lane=IMPORTS)

    def _watch(self, _loaded: None) -> None:
        for place, key in enumerate(WATCHFUL, 1):
            QTimer.singleShot(1500 * place, lambda key=key: self.window.prepare(key))
        self._warm_later(WARM_LOOKS)

    def _warm_later(self, looks: int) -> None:
        QTimer.singleShot(WARM_LOOK_MS, self, lambda: self._warm(looks - 1))

    def _warm(self, looks: int) -> None:
        """The first question shall wait for no imports."""
        desk = self._desk
        if desk is None or self._ending:
            return
        report = desk.snapshot()
        if looks > 0 and (report is None or report.state is not State.READY):
            self._warm_later(looks)
            return
        # What came with the imports stays too: looking at it would hold the window up.
        self.door.ask(desk.warm, lambda _: self._collector.settle(), owner=self, lane=IMPORTS)

    def _make_tray(self) -> None:
        tray = importlib.import_module("app.tray")
        self.tray = tray.Tray(self.context, self)
        behaviour = tray.CloseBehaviour(self.context, self.window, self.tray)
        behaviour.quit_requested.connect(self.quit)
        self.window.close_requested.disconnect(self.quit)
        self.window.close_requested.connect(behaviour.close)
        assert self.tray is not None
        self.tray.show()

    def _not_opened(self, error: LakehouseError) -> None:
        if not self._ending:
            self._placeholder("error", error.message, error.remedy, (tr("Try again"), self._again))

    def _again(self) -> None:
        self._placeholder("loading", tr("Starting"), "")
        self.open()

    # --------------------------------------------------------------------------------- the end

    def quit(self) -> None:
        """Stops every service, then ends the program; a second call changes nothing."""
        if self._ending:
            return
        self._ending = True
        self._remember()
        self._overlay = importlib.import_module("app.stopping").StoppingOverlay(
            self.context, self.window
        )
        self._overlay.begin()
        self.window.close_pages()
        self._placeholder("loading", tr("Stopping"), "")
        self.door.ask(self._close, lambda _: self._end(), self._ended_badly, owner=self, lane=LIFE)

    def _remember(self) -> None:
        if not self._state.welcomed and self._desk is None:
            return  # left at the first question: it is asked again
        page = self.window.current.key if self.window.current else self._state.last_page
        place = bytes(self.window.saveGeometry().toBase64().data()).decode()
        paths = self._paths
        self.door.ask(
            lambda: change_window(paths, last_page=page, geometry=place),
            lambda _: None,
            lambda error: log.warning("the window's place was not kept: %s", error),
            owner=self,
            lane=LIFE,
        )

    def _close(self) -> None:
        if self._desk is not None:
            self._desk.close()

    def _ended_badly(self, error: LakehouseError) -> None:
        log.error("while stopping: %s", error)
        self.exit_code = 1
        self._end()

    def _end(self) -> None:
        if self.tray is not None:
            self.tray.hide()
        if self._overlay is not None:
            self._overlay.hide()
        self.window.may_close = True
        self.window.close()
        self._app.exit(self.exit_code)

    # -------------------------------------------------------------------------- what pages use

    def _bring_forward(self) -> None:
        bring_forward(self.window)

    def _choose_theme(self, choice: Choice) -> None:
        self.theme.choose(choice)
        if self._desk is not None:
            self.door.ask(
                lambda: _keep_theme(self._paths, choice),
                lambda _: None,
                owner=self,
                lane="settings",
            )

    def _about(self) -> None:
        if self._desk is not None:
            importlib.import_module("app.about").AboutDialog(self.context, self.window).open()

    def _placeholder(self, kind: Kind, title: str, text: str, action: Action | None = None) -> None:
        self.window.placeholder.show_state(kind, title, text, action)

    def _say(self, tone: str, text: str) -> None:
        self.window.toasts.say(tone, text)

    def _go(self, page: str, argument: object) -> None:
        self.window.show_page(page, argument)


def _load_pages() -> None:
    for entry in PAGES:
        entry.load()


def _keep_theme(paths: DataPaths, choice: Choice) -> None:
    importlib.import_module("engine.settings.save").save_settings(paths, {"window.theme": choice})


class _NotYet:
    """Stands for the desk until the engine is imported."""

    def __init__(self, paths: DataPaths) -> None:
        self.paths = paths

    def snapshot(self) -> None:
        return None
