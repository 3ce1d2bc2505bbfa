"""Services: what runs, why, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QPushButton,
    QSplitter,
    QTabWidget,
    QWidget,
)

from app.context import Context
from app.formats import size
from app.page import Page, PageCommand
from app.pages.services.diagnostics import Diagnostics
from app.pages.services.log_pane import LogPane
from app.pages.services.service_card import ServiceCard
from app.statusline import sentence
from app.widgets.badge import StateBadge
from app.widgets.elided import ElidedLabel
from app.widgets.file_dialogs import ask_save
from app.widgets.placeholder import Placeholder
from app.widgets.scroll import Scroll
from app.words import tr
from engine.contracts.status import StatusReport
from engine.host.bundle import Bundle, bundle_name, write_bundle

EVERY_MS = 1_000
COLUMNS = 3
CARDS_AT_LEAST = 160
CHECK_EVERY_MS = 10 * 60 * 1_000
"""Disk and memory change by themselves; a look costs half a second of one core."""


class ServicesPage(Page):
    """``badge_changed`` carries how many findings of doctor want attention."""

    key = "services"
    title = "Services"
    icon = "server"
    badge_changed = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.cards: dict[str, ServiceCard] = {}
        self._saving = False
        self.overall = StateBadge()
        self.bundle = QPushButton(tr("Save support bundle…"))
        self.bundle.setObjectName("supportBundle")
        self.bundle.setToolTip(tr("A zip with logs, status and settings; secrets are removed"))
        self.bundle.clicked.connect(self.save_bundle)
        self.reason = ElidedLabel()
        self.reason.setObjectName("small")
        self.reason.setAccessibleName(tr("What is not as it should be"))
        self.header_row.insertWidget(1, self.overall)
        self.header_row.insertWidget(2, self.reason)
        self.header_row.addWidget(self.bundle)
        self._grid = QGridLayout()
        self.empty = Placeholder()
        self.logs = LogPane(context)
        self.diagnostics = Diagnostics(context)
        self.tabs = QTabWidget()
        self._build()
        self.diagnostics.counted.connect(self._show_count)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self._checks = QTimer(self)
        self._checks.setInterval(CHECK_EVERY_MS)
        self._checks.timeout.connect(self.diagnostics.check)

    def shown(self) -> None:
        """Begins to refresh; see ``prepared``."""
        self.refresh()
        self._timer.start()
        self.logs.start()
        self.prepared()

    def prepared(self) -> None:
        """Looks for faults the first time, and then now and again: the rail shows their count."""
        if not self._checks.isActive():
            self._checks.start()
            self.diagnostics.check()

    def hidden(self) -> None:
        """Ends to refresh; the checks go on, since the rail shows their count."""
        self._timer.stop()
        self.logs.stop()

    def receive(self, argument: object) -> None:
        """A service's name: its log is shown."""
        if isinstance(argument, str):
            self.show_log(argument)

    def refresh(self) -> None:
        """Reads the supervisor's snapshot, which never waits."""
        report = self.context.desk.snapshot()
        self.overall.show_state(report.state if report else None)
        self.reason.say(sentence(report) if report else "")
        if report is None or not report.services:
            self._show_empty()
            return
        self._show_cards(report)

    def show_log(self, service: str) -> None:
        """Brings a service's log to the front."""
        self.tabs.setCurrentWidget(self.logs)
        self.logs.choose(service)

    def commands(self) -> list[PageCommand]:
        """For the palette."""
        return [
            PageCommand(tr("Check this computer"), self._check_in_sight),
            PageCommand(tr("Save support bundle"), self.save_bundle),
        ]

    def save_bundle(self) -> None:
        """Asks where to, then writes it in the background."""
        if self._saving:
            return
        kinds = tr("Zip archive (*.zip)")
        ask_save(self, tr("Save support bundle"), bundle_name(), kinds, self._write_bundle)

    def _write_bundle(self, target: Path) -> None:
        if self._saving:
            return
        self._set_saving(True)
        paths, report = self.context.desk.paths, self.context.desk.snapshot()
        self.context.door.ask(
            lambda: write_bundle(target, paths, report),
            self._saved,
            self._not_saved,
            owner=self,
            lane="bundle",
        )

    def _build(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self._grid.addWidget(self.empty, 0, 0, 1, COLUMNS)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        inner = QWidget()
        inner.setLayout(self._grid)
        self._area = area = Scroll(inner)
        self.tabs.addTab(self.logs, tr("Log"))
        self.tabs.addTab(self.diagnostics, tr("Diagnostics"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(8)
        split.addWidget(area)
        split.addWidget(self.tabs)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        self.body.addWidget(split, 1)
        self._show_empty()

    def _show_empty(self) -> None:
        for card in self.cards.values():
            card.hide()
        self.empty.show_state(
            "empty", tr("Nothing runs"), tr("The services appear here as soon as they start.")
        )
        self.empty.show()

    def _show_cards(self, report: StatusReport) -> None:
        self.empty.hide()
        for place, snapshot in enumerate(report.services):
            card = self.cards.get(snapshot.name)
            if card is None:
                card = self.cards[snapshot.name] = self._card(snapshot.name)
                self._grid.addWidget(card, place // COLUMNS, place % COLUMNS)
            card.show_snapshot(snapshot)
            card.show()
        self._make_room()

    def _make_room(self) -> None:
        """The cards get the height they need, as far as the log keeps half of the page."""
        width = self._area.viewport().width()
        needed = self._grid.totalHeightForWidth(width) if self._grid.hasHeightForWidth() else 0
        self._area.setMinimumHeight(max(min(needed, self.height() // 2), CARDS_AT_LEAST))

    def _card(self, name: str) -> ServiceCard:
        card = ServiceCard(name)
        card.start_wanted.connect(lambda service: self._do("start", service)())
        card.stop_wanted.connect(lambda service: self._do("stop", service)())
        card.restart_wanted.connect(lambda service: self._do("restart", service)())
        card.log_wanted.connect(self.show_log)
        card.copied.connect(self._say_copied)
        return card

    def _do(self, what: str, service: str) -> Callable[[], None]:
        desk = self.context.desk
        action = {
            "start": desk.start_service,
            "stop": desk.stop_service,
            "restart": desk.restart_service,
        }[what]

        def ask() -> None:
            self.context.door.ask(
                lambda: action(service), lambda _: self.refresh(), owner=self, lane="services"
            )

        return ask

    def _check_in_sight(self) -> None:
        self.tabs.setCurrentWidget(self.diagnostics)
        self.diagnostics.check()

    def _show_count(self, count: int) -> None:
        text = tr("Diagnostics ({0})").format(count) if count else tr("Diagnostics")
        self.tabs.setTabText(self.tabs.indexOf(self.diagnostics), text)
        self.badge_changed.emit(count)

    def _say_copied(self, text: str) -> None:
        self.context.toast("info", tr("{0} is in the clipboard.").format(text))

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.bundle.setEnabled(not saving)
        text = tr("Saving the bundle…") if saving else tr("Save support bundle…")
        self.bundle.setText(text)

    def _saved(self, bundle: Bundle) -> None:
        self._set_saving(False)
        text = tr("The support bundle is saved: {0} ({1}). Look through it before you pass it on.")
        self.context.toast("good", text.format(bundle.path, size(bundle.bytes)))

    def _not_saved(self, error: Exception) -> None:
        self._set_saving(False)
        self.context.toast("error", str(error))
