"""What wants attention, what did, and when something does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QTabWidget, QWidget

from app.context import Context
from app.page import Page, PageCommand
from app.pages.alerts.open_list import OpenList
from app.pages.alerts.past_list import PastList
from app.pages.alerts.rules_list import RulesList
from app.refresh import Refresher
from app.words import tr
from engine.alerting.watch import AlertsNow, AlertWatch
from engine.contracts.alerts import AlertCleared, AlertRaised
from engine.errors import LakehouseError
from engine.readings.alerts import AlertsView, read_alerts

EVERY_S = 3.0
LANE = "alerts"
LOOK_AGAIN_MS = 5_000


class NotWatching(LakehouseError):
    """The lakehouse is not running yet, so nobody looks at the rules."""

    def __init__(self) -> None:
        super().__init__(
            "No rule is looked at: the lakehouse is not running.",
            "Wait until it has started; the Services page shows how far it is.",
        )


class AlertsPage(Page):
    """Three lists: open, past, rules. ``badge_changed`` carries how many alerts are open."""

    key = "alerts"
    title = "Alerts"
    icon = "bell"
    badge_changed = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.view: AlertsView | None = None
        self.test_button = QPushButton(tr("Send a test alert"))
        self.test_button.setObjectName("testAlert")
        self.test_button.setToolTip(
            tr("Raises an alert that says it is a test: written, listed, and shown on the desktop.")
        )
        self.test_button.clicked.connect(self.test)
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.open = OpenList()
        self.past = PastList(context)
        self.rules = RulesList()
        self.tabs = QTabWidget()
        self.tabs.setObjectName("alertTabs")
        self.tabs.addTab(self.open, tr("Open"))
        self.tabs.addTab(self.past, tr("Past"))
        self.tabs.addTab(self.rules, tr("Rules"))
        self.refresher = Refresher(
            context, self, self._read, self._show, EVERY_S, LANE, self._show_nothing
        )
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_AGAIN_MS)
        self._later.timeout.connect(self._count)
        self.header_row.addWidget(self.refresher.status)
        self.header_row.addWidget(self.test_button)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.tabs, 1)
        self._connect()

    def _connect(self) -> None:
        self.open.snoozed.connect(lambda key, s: self._do(lambda watch: watch.snooze(key, s)))
        self.open.woken.connect(lambda key: self._do(lambda watch: watch.wake(key)))
        self.rules.threshold_chosen.connect(
            lambda name, value: self._do(lambda watch: watch.set_threshold(name, value))
        )
        self.rules.switched.connect(
            lambda name, on: self._do(lambda watch: watch.set_enabled(name, on))
        )
        self.rules.reset_asked.connect(lambda name: self._do(lambda watch: watch.reset(name)))
        self.context.door.notified.connect(self._heard)

    def prepared(self) -> None:
        """See Page."""
        self._count()

    def shown(self) -> None:
        """See Page."""
        self.refresher.start()

    def hidden(self) -> None:
        """See Page."""
        self.refresher.stop()

    def commands(self) -> list[PageCommand]:
        """See Page."""
        return [PageCommand(tr("Send a test alert"), self.test)]

    def test(self) -> None:
        """Raises the test alert; the list shows it as any other."""
        self._do(lambda watch: watch.test())

    def _watch(self) -> AlertWatch | None:
        running = self.context.desk.running
        return None if running is None else running.alerts

    def _read(self) -> Callable[[], AlertsView]:
        watch, desk = self._watch(), self.context.desk

        def read() -> AlertsView:
            if watch is None:
                raise NotWatching
            return read_alerts(watch, desk.lake, dt.datetime.now(dt.UTC))

        return read

    def _do(self, act: Callable[[AlertWatch], None]) -> None:
        """Asks the watch for something, then shows what came of it."""
        watch = self._watch()

        def work() -> None:
            if watch is None:
                raise NotWatching
            act(watch)

        self.context.door.ask(work, lambda _: self._settle(), self._refused, owner=self, lane=LANE)

    def _settle(self) -> None:
        self.rules.show_saved()
        self.refresher.now()

    def _refused(self, error: LakehouseError) -> None:
        self.context.toast("error", str(error))
        self._settle()

    def _show(self, view: AlertsView) -> None:
        self.view = view
        self.notice.setText(view.notice)
        self.notice.setVisible(bool(view.notice))
        self.open.show_alerts(view.open, view.looked_s is not None)
        self.past.show_alerts(view.past)
        self.rules.show_rules(view.rules)
        count = len(view.open)
        self.badge_changed.emit(count)
        self.tabs.setTabText(0, tr("Open ({0})").format(count) if count else tr("Open"))

    def _heard(self, _service: str, what: object) -> None:
        if not isinstance(what, AlertRaised | AlertCleared):
            return
        if self.refresher.running:
            self.refresher.now()
        else:
            self._count()

    def _count(self) -> None:
        """For the rail, while nobody looks at the page."""
        watch = self._watch()
        if watch is not None:
            self.context.door.ask(watch.view, self._counted, owner=self, lane=LANE)

    def _counted(self, now: AlertsNow) -> None:
        self.badge_changed.emit(len(now.open))
        if now.looked_s is None:
            self._later.start()  # alerts that were open before the start come with the first look

    def _show_nothing(self, error: LakehouseError) -> None:
        for place in (self.open.placeholder, self.past.placeholder):
            place.show_error(error, self.refresher.now)
        self.rules.show_unread(error)
