"""The main window: rail, pages, status line, palette, messages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QHideEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.context import Context
from app.icons import icon
from app.page import Page, PageCommand
from app.palette import Palette
from app.rail import Rail
from app.registry import PAGES
from app.statusline import StatusLine
from app.widgets.placeholder import Placeholder
from app.widgets.toast import Toasts
from app.words import tr
from engine.contracts.protocol import Notice

STATUS_MS = 500
PREPARE_AGAIN_MS = 500
NARROW_BELOW = 1100


class MainWindow(QMainWindow):
    """Shows a placeholder until ``open_pages``; pages are made when they are first shown."""

    close_requested = Signal()
    """Somebody closed the window; what that means is decided elsewhere."""

    quit_requested = Signal()
    about_requested = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._entries = {entry.key: entry for entry in PAGES}
        self._pages: dict[str, Page] = {}
        self._current: Page | None = None
        self._open = False
        self._making = False
        self._in_sight = False
        self.extra_commands: list[PageCommand] = []
        self.may_close = False
        self.setWindowTitle("RT-Lakehouse")
        self.setWindowIcon(icon("app", context.theme.colours.accent))
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._build()
        self._shortcuts()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(STATUS_MS)
        context.door.notified.connect(self._hear)

    def _build(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        self.rail = Rail(PAGES, self._context.theme)
        self.rail.chosen.connect(self.show_page)
        self.rail.about.connect(self.about_requested)
        self.rail.setEnabled(False)
        self.stack = QStackedWidget()
        self.placeholder = Placeholder()
        self.stack.addWidget(self.placeholder)
        row.addWidget(self.rail)
        row.addWidget(self.stack, 1)
        column.addLayout(row, 1)
        self.status = StatusLine()
        column.addWidget(self.status)
        self.setCentralWidget(centre)
        self.toasts = Toasts(centre)
        self.palette_box = Palette(self.commands, centre)

    def _shortcuts(self) -> None:
        for entry in PAGES:
            self._shortcut(entry.shortcut, self._to(entry.key))
        self._shortcut("Ctrl+K", self.palette_box.open)
        self._shortcut("F1", self.about_requested.emit)
        self._shortcut("Ctrl+Q", self.quit_requested.emit)

    def _shortcut(self, keys: str, run: Callable[[], None]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(run)

    @property
    def current(self) -> Page | None:
        """The page that is shown."""
        return self._current

    def open_pages(self, first: str) -> None:
        """From now on pages can be shown: the engine is open."""
        self._open = True
        self.rail.setEnabled(True)
        self.show_page(first if first in self._entries else "live")

    def prepare(self, key: str) -> None:
        """Makes a page that watches something before anybody looks at it."""
        if not self._open:
            return
        if self._making:  # one at a time: the other one's maker would wait for this one
            QTimer.singleShot(PREPARE_AGAIN_MS, self, lambda: self.prepare(key))
            return
        self._page(key).prepared()

    def close_pages(self) -> None:
        """Back to the placeholder, for the way to the end."""
        if self._current is not None:
            self._leave(self._current)
            self._current = None
        self._open = False
        self.rail.setEnabled(False)
        self.stack.setCurrentWidget(self.placeholder)

    def show_page(self, key: str, argument: object = None) -> None:
        """Shows a page, and hands it an argument where one is given."""
        if not self._open:
            return
        page = self._page(key)
        if page is not self._current:
            if self._current is not None:
                self._leave(self._current)
            self._current = page
            self.stack.setCurrentWidget(page)
            self.rail.show_chosen(key)
            if self._in_sight:
                page.shown()
        if argument is not None:
            page.receive(argument)

    def _page(self, key: str) -> Page:
        page = self._pages.get(key)
        if page is None:
            self._making = True  # the loop gets turns meanwhile (app.breath)
            try:
                page = self._pages[key] = self._entries[key].make(self._context)
            finally:
                self._making = False
            self.stack.addWidget(page)
            count = getattr(page, "badge_changed", None)
            if count is not None:
                count.connect(lambda number: self.rail.set_count(key, number))
        return page

    def _leave(self, page: Page) -> None:
        if self._in_sight:
            page.hidden()

    def _look(self) -> None:
        """Nobody sees the page of a window that is minimised or kept in the tray."""
        in_sight = self.isVisible() and not self.isMinimized()
        if in_sight == self._in_sight:
            return
        self._in_sight = in_sight
        if self._current is not None:
            (self._current.shown if in_sight else self._current.hidden)()

    def _hear(self, _service: str, message: object) -> None:
        if isinstance(message, Notice):
            self._context.toast(message.level, message.message)

    def commands(self) -> list[PageCommand]:
        """Everything the palette offers."""
        found = [
            PageCommand(
                tr("Go to {0}").format(tr(entry.title)),
                self._to(entry.key),
                entry.shortcut,
            )
            for entry in PAGES
        ]
        pages = [self._current] if self._current else []
        pages += [page for page in self._pages.values() if page is not self._current]
        for page in pages:
            found += [
                PageCommand(f"{tr(page.title)}: {c.title}", self._on(page, c), c.shortcut)
                for c in page.commands()
            ]
        return found + self._standing() + self._offers() + self.extra_commands

    def _standing(self) -> list[PageCommand]:
        """Commands of pages that depend on what runs, not on whether the page is made."""
        return [
            PageCommand(f"{tr(entry.title)}: {c.title}", c.run, c.shortcut)
            for entry in PAGES
            if self._open
            for c in entry.standing(self._context)
        ]

    def _offers(self) -> list[PageCommand]:
        """Commands of pages that are not made yet."""
        return [
            PageCommand(f"{tr(entry.title)}: {tr(title)}", self._made_for(entry.key, tr(title)))
            for entry in PAGES
            if self._open and entry.key not in self._pages
            for title in entry.offers
        ]

    def _made_for(self, key: str, title: str) -> Callable[[], None]:
        def run() -> None:
            self.show_page(key)
            offered = self._current.commands() if self._current else []
            for command in offered:
                if command.title == title:
                    command.run()
                    return

        return run

    def _to(self, key: str) -> Callable[[], None]:
        return lambda: self.show_page(key)

    def _on(self, page: Page, command: PageCommand) -> Callable[[], None]:
        def run() -> None:
            self.show_page(page.key)
            command.run()

        return run

    def _tick(self) -> None:
        if self.isVisible():
            self.status.show_report(self._context.desk.snapshot())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """A narrow window keeps the icons only."""
        super().resizeEvent(event)
        self.rail.set_wide(self.width() >= NARROW_BELOW)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 -- Qt's name
        """A minimised window does not refresh."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._look()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 -- Qt's name
        """Back from the tray it refreshes again."""
        super().showEvent(event)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 -- Qt's name
        """Nor does one that is kept in the tray."""
        super().hideEvent(event)
        self._look()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 -- Qt's name
        """Asks; only ``may_close`` lets the window go."""
        if self.may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()
