"""The SQL page: tabs, the panel beside them, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSplitter, QTabBar, QTabWidget, QToolButton, QWidget

from app.breath import breathe
from app.context import Context
from app.icons import icon
from app.page import Page, PageCommand
from app.pages.sql.builder import QueryBuilder
from app.pages.sql.dialogs import ask_name
from app.pages.sql.side_panel import SidePanel
from app.pages.sql.tab import QueryTab
from app.pages.sql.tab_keeper import TabKeeper
from app.widgets.dialogs import confirm
from app.widgets.plain import plain_tip
from app.words import tr
from engine.contracts.query import Words
from engine.query.complete import Catalogue
from engine.query.library import Library
from engine.query.session import QuerySession
from engine.query.sources import table_columns

MOST_TABS = 10
"""Each tab has a worker process of its own."""
TABLES_EVERY_MS = 15_000
"""Tables are made at the first start, and get a column when the pack does."""
FIRST = """-- Ctrl+Enter runs the statement under the cursor.
SELECT window_start, events, orders, gmv_usd, conversion_rate
FROM gold_kpis
ORDER BY window_start DESC
LIMIT 120;
"""


class SqlPage(Page):
    """See above."""

    key, title, icon = "sql", "SQL", "terminal"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._library = Library(context.desk.paths.root)
        self._catalogue = Catalogue()
        self._words: Words | None = None
        self._shown = False
        self.side = SidePanel(context.theme)
        self.tabs = QTabWidget()
        self._build()
        self._connect()
        self._shortcuts()
        self._look = QTimer(self)
        self._look.setInterval(TABLES_EVERY_MS)
        self._look.timeout.connect(self._read_tables)
        open_tab = partial(self.new_tab, warm=False)
        self._keeper = TabKeeper(context, self._library, self.tabs, open_tab, FIRST)
        self.new_tab(FIRST)
        self._keeper.restore()

    def _build(self) -> None:
        self.build_button = QPushButton(tr("Build a query…"))
        self.build_button.setIcon(icon("build"))
        self.build_button.setToolTip(tr("Put a query together by clicks (Ctrl+B)"))
        self.side_button = QToolButton()
        self.side_button.setIcon(icon("column"))
        self.side_button.setCheckable(True)
        self.side_button.setChecked(True)
        self.side_button.setToolTip(tr("Show or hide tables, history and saved queries (Ctrl+\\)"))
        self.side_button.setAccessibleName(tr("Side panel"))
        self.header_row.addWidget(self.build_button)
        self.header_row.addWidget(self.side_button)
        self.tabs.setObjectName("sqlTabs")
        self.tabs.setAccessibleName(tr("Queries"))
        self.tabs.setMovable(True)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.add_button = QToolButton()
        self.add_button.setObjectName("flat")
        self.add_button.setIcon(icon("plus"))
        self.add_button.setToolTip(tr("New tab (Ctrl+T)"))
        self.add_button.setAccessibleName(tr("New tab"))
        self.tabs.setCornerWidget(self.add_button, Qt.Corner.TopRightCorner)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        self.split.addWidget(self.side)
        self.split.addWidget(self.tabs)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([268, 780])
        self.body.addWidget(self.split, 1)

    def _connect(self) -> None:
        self.build_button.clicked.connect(self.build_query)
        self.side_button.toggled.connect(self.side.setVisible)
        self.add_button.clicked.connect(self._empty_tab)
        self.side.name_picked.connect(self._insert)
        self.side.statement_picked.connect(self.open_statement)
        self.side.searched.connect(self._read_list)
        self.side.clear_asked.connect(self._clear_history)
        self.side.delete_asked.connect(self._delete_saved)
        self.side.refresh_asked.connect(self._read_tables)

    def _shortcuts(self) -> None:
        entries: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Ctrl+T", self._empty_tab),
            ("Ctrl+W", lambda: self.close_tab(self.tabs.currentIndex())),
            ("Ctrl+S", lambda: self.tab().save()),
            ("Ctrl+B", self.build_query),
            ("Ctrl+\\", self.side_button.toggle),
            ("F5", lambda: self.tab().run()),
            ("Ctrl+.", lambda: self.tab().cancel()),
        )
        for keys, run in entries:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def shown(self) -> None:
        """Tables and lists may have changed; the present tab gets its worker ready."""
        self._shown = True
        self._read_tables()
        self._read_list("history", "")
        self._read_list("saved", "")
        self._look.start()
        self.tab().runner.warm()
        if self._words is None:
            self._read_words()

    def hidden(self) -> None:
        """Statements go on; nothing else does."""
        self._shown = False
        self._keeper.keep_now()
        self._look.stop()

    def receive(self, argument: object) -> None:
        """A statement from another page: it is opened and run."""
        if isinstance(argument, str) and argument.strip():
            self.open_statement(argument, run=True)

    def commands(self) -> list[PageCommand]:
        """For the palette."""
        return [
            PageCommand(tr("Run the statement"), lambda: self.tab().run(), "Ctrl+Enter"),
            PageCommand(tr("Cancel the statement"), lambda: self.tab().cancel(), "Ctrl+."),
            PageCommand(tr("New tab"), self._empty_tab, "Ctrl+T"),
            PageCommand(tr("Build a query"), self.build_query, "Ctrl+B"),
            PageCommand(tr("Save the statement"), lambda: self.tab().save(), "Ctrl+S"),
            PageCommand(tr("Show the history"), lambda: self._show_side("history")),
            PageCommand(tr("Show saved queries"), lambda: self._show_side("saved")),
        ]

    def tab(self) -> QueryTab:
        """The tab in front; there is always one."""
        found = self.tabs.currentWidget()
        assert isinstance(found, QueryTab)
        return found

    def new_tab(self, text: str, warm: bool = True) -> QueryTab | None:
        """Opens a tab in front, its worker ready if ``warm``; None where there are too many."""
        taken = {tab.number for tab in self._all_tabs()}
        number = next((n for n in range(1, MOST_TABS + 1) if n not in taken), None)
        if number is None:
            message = tr("{0} tabs are open, and each has a process of its own. Close one first.")
            self.context.toast("warning", message.format(MOST_TABS))
            return None
        tab = QueryTab(self.context, self._library, lambda: self._catalogue, number)
        tab.save_asked.connect(self._save)
        tab.titled.connect(lambda _title: self._name(tab))
        tab.runner.noted.connect(self._refresh_history)
        # The page may go before it is told: what runs must not go on without anybody.
        tab.runner.destroyed.connect(tab.runner.closer())
        breathe()
        self.tabs.addTab(tab, "")
        self._add_close_button(tab)
        self._name(tab)
        breathe()
        tab.set_text(text)
        tab.editor.document().clearUndoRedoStacks()
        self.tabs.setCurrentWidget(tab)
        tab.editor.setFocus()
        if self._shown and warm:
            tab.runner.warm()
        self._keeper.watch(tab)
        return tab

    def _add_close_button(self, tab: QueryTab) -> None:
        button = QToolButton()
        button.setObjectName("tabClose")
        button.setIcon(icon("x", self.context.theme.colours.muted))
        button.setIconSize(QSize(12, 12))
        button.setFixedSize(20, 20)
        button.setToolTip(tr("Close this tab and end its process (Ctrl+W)"))
        button.setAccessibleName(tr("Close query {0}").format(tab.number))
        button.clicked.connect(lambda: self.close_tab(self.tabs.indexOf(tab)))
        right = QTabBar.ButtonPosition.RightSide
        self.tabs.tabBar().setTabButton(self.tabs.indexOf(tab), right, button)

    def close_tab(self, index: int) -> None:
        """Closes a tab and ends its worker; the last one is replaced by an empty one."""
        tab = self.tabs.widget(index)
        if not isinstance(tab, QueryTab):
            return
        tab.close_worker()
        self.tabs.removeTab(index)
        tab.deleteLater()
        self._keeper.changed()
        if not self.tabs.count():
            self.new_tab("")

    def open_statement(self, sql: str, run: bool = False) -> None:
        """Opens a statement: in the tab in front where that is empty, else in a new one."""
        tab: QueryTab | None = self.tab()
        if tab is None or tab.text().strip() or tab.runner.running:
            tab = self.new_tab("")
        if tab is not None:
            tab.set_text(sql)
            tab.editor.setFocus()
            if run:
                tab.run()

    def _empty_tab(self) -> None:
        self.new_tab("")

    def _insert(self, name: str) -> None:
        self.tab().editor.insert(name)

    def build_query(self) -> None:
        """Opens the query builder."""
        if not self._catalogue.tables:
            self.context.toast("info", tr("There are no tables yet. The pipeline makes them."))
            return
        builder = QueryBuilder(self.context.theme, self._catalogue.tables, self)
        builder.made.connect(self.open_statement)
        builder.finished.connect(builder.deleteLater)
        builder.open()

    def _all_tabs(self) -> list[QueryTab]:
        widgets = (self.tabs.widget(at) for at in range(self.tabs.count()))
        return [widget for widget in widgets if isinstance(widget, QueryTab)]

    def _name(self, tab: QueryTab) -> None:
        index = self.tabs.indexOf(tab)
        self.tabs.setTabText(index, tr("Query {0}").format(tab.number))
        self.tabs.setTabToolTip(index, plain_tip(tab.text()[:300]) or tr("An empty tab"))

    def _show_side(self, which: str) -> None:
        self.side_button.setChecked(True)
        self.side.show_list(which)

    def _read_tables(self) -> None:
        lake = self.context.desk.lake
        self.context.door.ask(
            lambda: table_columns(lake),
            self._take_tables,
            self.side.show_problem,
            owner=self,
        )

    def _take_tables(self, tables: dict[str, dict[str, str]]) -> None:
        self._catalogue = self._make_catalogue(tables)
        self.side.show_tables(tables)

    def _read_words(self) -> None:
        """DuckDB's own functions and keywords, once, from a worker that then ends."""
        session = QuerySession.of(self.context.desk.lake, self.context.desk.settings.query)

        def read() -> Words:
            try:
                return session.vocabulary()
            finally:
                session.close()

        self.context.door.ask(
            read, self._take_words, lambda _error: None, owner=self, lane="library"
        )

    def _take_words(self, words: Words) -> None:
        self._words = words
        self._catalogue = self._make_catalogue(self._catalogue.tables)

    def _make_catalogue(self, tables: Mapping[str, Mapping[str, str]]) -> Catalogue:
        if self._words is None:
            return Catalogue(tables)
        return Catalogue(tables, self._words.functions, self._words.keywords)

    def _refresh_history(self) -> None:
        if self.side.which.value() == "history":
            self._read_list("history", self.side.search.text().strip())

    def _read_list(self, which: str, search: str) -> None:
        library = self._library
        ask = self.context.door.ask
        if which == "history":
            ask(lambda: library.history(search), self.side.show_history, owner=self, lane="library")
        else:
            ask(lambda: library.saved(search), self.side.show_saved, owner=self, lane="library")

    def _save(self, sql: str) -> None:
        ask_name(self, "", lambda name: self._keep(name, sql))

    def _keep(self, name: str, sql: str) -> None:
        library = self._library

        def done(_nothing: None) -> None:
            self.context.toast("good", tr("Saved as {0}.").format(name))
            self._read_list("saved", "")

        self.context.door.ask(lambda: library.save(name, sql), done, owner=self, lane="library")

    def _clear_history(self) -> None:
        title = tr("Clear the history?")
        text = tr("Every statement that was run is forgotten. Saved queries stay.")
        if confirm(self, title, text, tr("Clear"), danger=True):
            library = self._library
            self.context.door.ask(
                library.clear_history,
                lambda _: self._read_list("history", ""),
                owner=self,
                lane="library",
            )

    def _delete_saved(self, name: str) -> None:
        title = tr("Delete {0}?").format(name)
        if confirm(self, title, tr("The saved query is forgotten."), tr("Delete"), danger=True):
            library = self._library
            self.context.door.ask(
                lambda: library.delete(name),
                lambda _: self._read_list("saved", ""),
                owner=self,
                lane="library",
            )
