"""The page: tables at the left; columns, rows, history and comparison of one at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.context import Context
from app.formats import local_time, number, size, utc_tooltip
from app.icons import icon
from app.page import Page, PageCommand
from app.pages.data.compare import ComparePane
from app.pages.data.history import HistoryPane
from app.pages.data.operation import OperationStrip
from app.pages.data.pane import LANE, Pane
from app.pages.data.rows import RowsPane
from app.pages.data.schema import SchemaPane
from app.pages.data.tables import TableList
from app.refresh import Refresher
from app.widgets.card import Card
from app.widgets.dialogs import confirm
from app.widgets.placeholder import Placeholder
from app.words import tr
from engine.contracts.names import Service, State, Table
from engine.contracts.protocol import RestoreTable
from engine.errors import LakehouseError
from engine.readings.data import TableCard, table_cards
from engine.readings.restore import RestorePreview, preview_restore


class DataPage(Page):
    """What is in the lake, now and before."""

    key = "data"
    title = "Data"
    icon = "table"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._cards: tuple[TableCard, ...] = ()
        self.refresher = Refresher(
            context, self, self._read, self._show, self._every_s, failed=self._show_nothing
        )
        self.compact_button = QPushButton(tr("Compact now"))
        self.compact_button.setObjectName("compact")
        self.compact_button.setIcon(icon("compress"))
        self.compact_button.clicked.connect(self.compact)
        self.crowded = QLabel()
        self.crowded.setObjectName("small")
        self.header_row.addWidget(self.refresher.status)
        self.header_row.addWidget(self.crowded)
        self.header_row.addWidget(self.compact_button)
        self.operation = OperationStrip(context)
        self.operation.busy.connect(lambda _busy: self._allow())
        self.list = TableList()
        self.list.chosen.connect(self._choose)
        self.name = QLabel()
        self.name.setObjectName("heading")
        self.facts = QLabel()
        self.facts.setObjectName("muted")
        self.facts.setWordWrap(True)
        self.schema = SchemaPane(context)
        self.rows = RowsPane(context)
        self.history = HistoryPane(context)
        self.compare = ComparePane(context)
        self.history.looked_at.connect(self.look_at)
        self.history.compared.connect(self._compare_with_current)
        self.history.restored.connect(self.ask_restore)
        self.tabs = QTabWidget()
        self._lay_out()
        self._allow()

    def _lay_out(self) -> None:
        self.tabs.setObjectName("tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for pane, text in zip(self._panes(), _tab_names(), strict=True):
            self.tabs.addTab(pane, text)
        self.tabs.currentChanged.connect(lambda _index: self._tell_front())
        detail = Card()
        detail.body.addWidget(self.name)
        detail.body.addWidget(self.facts)
        detail.body.addWidget(self.tabs, 1)
        self.empty = Placeholder()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(left)
        self.splitter.addWidget(detail)
        self.splitter.setStretchFactor(0, 0)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([344, 876])
        self.splitter.hide()
        self.body.addWidget(self.operation)
        self.body.addWidget(self.empty, 1)
        self.body.addWidget(self.splitter, 1)

    def _panes(self) -> tuple[Pane, ...]:
        return (self.schema, self.rows, self.history, self.compare)

    def shown(self) -> None:
        self.refresher.start()
        self._tell_front()

    def hidden(self) -> None:
        self.refresher.stop()
        for pane in self._panes():
            pane.set_visible(False)

    def receive(self, argument: object) -> None:
        """A table, or its name: shows it."""
        name = argument.value if isinstance(argument, Table) else str(argument)
        if name in {table.value for table in Table}:
            self.list.choose(Table(name))

    def commands(self) -> list[PageCommand]:
        return [
            PageCommand(tr("Compact tables now"), self.compact),
            *(
                PageCommand(text, lambda at=at: self._go_to(at))  # type: ignore[misc]  # bound early
                for at, text in enumerate(_tab_names())
            ),
        ]

    # Reading

    def _show_nothing(self, error: LakehouseError) -> None:
        self.empty.show_error(error, self.refresher.now)

    def _every_s(self) -> float:
        return max(2.0, self.context.desk.settings.auto_refresh_interval)

    def _read(self) -> Callable[[], tuple[TableCard, ...]]:
        lake = self.context.desk.lake
        return lambda: table_cards(lake)

    def _show(self, cards: tuple[TableCard, ...]) -> None:
        self._cards = cards
        self.list.show_cards(cards)
        self.splitter.setVisible(bool(cards))
        self.empty.setVisible(not cards)
        if not cards:
            text = tr("The pipeline makes them at its first start, which takes a minute.")
            self.empty.show_state("empty", tr("There are no tables yet"), text)
        self._tell(self.list.card())
        self._allow()

    def _choose(self, card: object) -> None:
        self._tell(card if isinstance(card, TableCard) else None)

    def _tell(self, card: TableCard | None) -> None:
        self.name.setText(card.table.value if card else "")
        self.facts.setText(facts_words(card) if card else "")
        self.facts.setToolTip(utc_tooltip(card.committed_at) if card else "")
        for pane in self._panes():
            pane.show_card(card)

    def _tell_front(self) -> None:
        front = self.tabs.currentWidget()
        for pane in self._panes():
            pane.set_visible(pane is front and self.isVisible())

    # Intents

    def _go_to(self, tab: int) -> None:
        self.tabs.setCurrentIndex(tab)
        self.tabs.currentWidget().setFocus()

    def look_at(self, version: int) -> None:
        """The rows of a version."""
        self.tabs.setCurrentWidget(self.rows)
        self.rows.show_version(version)

    def _compare_with_current(self, version: int) -> None:
        self.tabs.setCurrentWidget(self.compare)
        self.compare.compare_with_current(version)

    def ask_restore(self, version: int) -> None:
        """Looks at what would change; then asks."""
        card, lake = self.list.card(), self.context.desk.lake
        if card is None or self.operation.running:
            return
        table = card.table
        self.context.door.ask(
            lambda: preview_restore(lake, table, version),
            self._confirm_restore,
            lambda error: self.context.toast("error", str(error)),
            owner=self,
            lane=LANE,
        )

    def _confirm_restore(self, preview: RestorePreview) -> None:
        title = tr("Restore {0} to version {1}?").format(preview.table.value, preview.version)
        when = local_time(preview.at, date=True) if preview.at else ""
        lines = [tr("Version of {0}.").format(when)] if when else []
        text = "\n\n".join([*lines, preview.figures(), preview.consequences])
        if confirm(self, title, text, tr("Restore"), danger=True):
            command = RestoreTable(table=preview.table, version=preview.version)
            self.operation.restore(command, self.refresher.now)

    def compact(self) -> None:
        """Merges small files and deletes expired ones, in every table."""
        if self.compact_button.isEnabled():
            self.operation.compact(self.refresher.now)

    def _allow(self) -> None:
        """Buttons work where the pipeline can take a command."""
        report = self.context.desk.snapshot()
        states = {s.name: s.state for s in report.services} if report else {}
        up = states.get(Service.PIPELINE.value) in (State.READY, State.DEGRADED)
        free = up and not self.operation.running
        self.compact_button.setEnabled(free)
        self.compact_button.setToolTip(_compact_hint(up, self._cards))
        self.crowded.setText(_crowded_words(self._cards))
        self.history.allow_restore(free)


def _tab_names() -> tuple[str, ...]:
    return (tr("Schema"), tr("Rows"), tr("History"), tr("Compare"))


def _crowded(cards: Sequence[TableCard]) -> list[str]:
    return [card.table.value for card in cards if card.many_small]


def _crowded_words(cards: Sequence[TableCard]) -> str:
    """Why to compact, beside the button; nothing where there is no need."""
    crowded = _crowded(cards)
    if len(crowded) == 1:
        return tr("Many small files in {0}").format(crowded[0])
    return tr("Many small files in {0} tables").format(len(crowded)) if crowded else ""


def _compact_hint(up: bool, cards: Sequence[TableCard]) -> str:
    if not up:
        return tr("The pipeline must be running: it is the one writer of the tables.")
    if crowded := _crowded(cards):
        return tr("Many small files slow reading: {0}").format(", ".join(crowded))
    return tr("Merges small files and deletes replaced ones past their time")


def facts_words(card: TableCard) -> str:
    """A table in one line."""
    files = tr("1 file") if card.files == 1 else tr("{0} files").format(number(card.files))
    parts = [
        tr(card.purpose),
        tr("{0} rows").format(number(card.rows)),
        tr("{0} in {1}").format(size(card.bytes), files),
        tr("version {0}").format(number(card.version)),
    ]
    if card.committed_at is not None:
        parts.append(tr("last commit {0}").format(local_time(card.committed_at)))
    text = " · ".join(parts)
    return text + (tr(" · many small files, compaction helps") if card.many_small else "")
