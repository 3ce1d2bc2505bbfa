"""What stands in the tabs, kept from one day to the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QTabWidget

from app.context import Context
from app.pages.sql.tab import QueryTab
from engine.query.library import Library, Tabs

KEEP_AFTER_MS = 1_000
"""After the last key; a crash costs a second of typing."""


class TabKeeper(QObject):
    """Opens the tabs of the last time, then follows what becomes of them."""

    def __init__(
        self,
        context: Context,
        library: Library,
        tabs: QTabWidget,
        open_tab: Callable[[str], QueryTab | None],
        first: str,
    ) -> None:
        """``first`` is what the one tab of a new page says; ``open_tab`` opens one in front."""
        super().__init__(tabs)
        self._context = context
        self._library = library
        self._tabs = tabs
        self._open_tab = open_tab
        self._first = first
        self._kept = Tabs()
        self._following = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self._keep)

    def restore(self) -> None:
        """Asks for what was kept; where that cannot be read, the history says so in its place."""
        self._context.door.ask(
            self._library.tabs,
            self._restore,
            lambda _error: self._follow(),
            owner=self,
            lane="library",
        )

    def keep_now(self) -> None:
        """The page is left, or the program ends: a change of the last second is kept too."""
        if self._timer.isActive():
            self._timer.stop()
            self._keep()

    def watch(self, tab: QueryTab) -> None:
        """A tab was opened."""
        tab.editor.textChanged.connect(self.changed)
        self.changed()

    def changed(self) -> None:
        """Something is to be kept soon."""
        if self._following:
            self._timer.start()

    def _restore(self, kept: Tabs) -> None:
        """What is open already stays in front, unless nobody has touched it."""
        self._kept = kept
        texts = list(kept.texts) if any(text.strip() for text in kept.texts) else []
        (tab, *others) = self._all()
        untouched = not others and tab.text() == self._first
        if untouched and texts:
            tab.set_text(texts.pop(0))
            tab.editor.document().clearUndoRedoStacks()
        self._next(texts, kept.front if untouched else None)

    def _next(self, texts: list[str], front: int | None) -> None:
        """One tab a turn of the event loop: each is some milliseconds of work."""
        present = self._tabs.currentWidget()
        if texts and self._open_tab(texts.pop(0)) is not None:
            self._tabs.setCurrentWidget(present)
            QTimer.singleShot(0, self, lambda: self._next(texts, front))
            return
        if front is not None:
            self._tabs.setCurrentIndex(front)
        self._follow()

    def _follow(self) -> None:
        self._tabs.currentChanged.connect(lambda _index: self.changed())
        self._tabs.tabBar().tabMoved.connect(lambda _from, _to: self.changed())
        self._following = True

    def _keep(self) -> None:
        library, texts = self._library, tuple(tab.text() for tab in self._all())
        now = Tabs(texts, max(self._tabs.currentIndex(), 0))
        if now != self._kept:
            self._kept = now
            self._context.door.ask(
                lambda: library.keep_tabs(now), lambda _: None, owner=self, lane="library"
            )

    def _all(self) -> list[QueryTab]:
        widgets = (self._tabs.widget(at) for at in range(self._tabs.count()))
        return [widget for widget in widgets if isinstance(widget, QueryTab)]
