"""Open alerts as cards: what, since when, the figures, and a snooze."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.formats import ago, local_time, utc_tooltip
from app.pages.alerts.looks import WORDS, tone
from app.widgets.badge import Badge
from app.widgets.placeholder import Placeholder
from app.widgets.scroll import ScrollColumn
from app.words import tr
from engine.alerting.model import Key
from engine.readings.alerts import OpenAlertView

SNOOZES: tuple[tuple[str, float | None], ...] = (
    ("15 minutes", 900.0),
    ("1 hour", 3600.0),
    ("Until it is cleared", None),
)


class OpenList(QStackedWidget):
    """``snoozed`` carries (key, seconds or None for until cleared); ``woken`` the key."""

    snoozed = Signal(object, object)
    woken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.setObjectName("openAlerts")
        self.placeholder = Placeholder()
        self.addWidget(self.placeholder)
        self._cards: dict[str, OpenCard] = {}
        area = ScrollColumn()
        self._column = area.column
        self.addWidget(area)

    def show_alerts(self, alerts: tuple[OpenAlertView, ...], watched: bool) -> None:
        """Newest first; a card that stays keeps its place and the keyboard's focus."""
        wanted = {alert.alert_id: alert for alert in alerts}
        for name in [name for name in self._cards if name not in wanted]:
            card = self._cards.pop(name)
            self._column.removeWidget(card)
            card.deleteLater()
        for place, alert in enumerate(alerts):
            card = self._cards.get(alert.alert_id) or self._add(alert)
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
            card.show_alert(alert)
        if not alerts:
            self._show_calm(watched)
        self.setCurrentIndex(1 if alerts else 0)

    def _add(self, alert: OpenAlertView) -> OpenCard:
        card = OpenCard(alert.key, self.snoozed.emit, self.woken.emit)
        self._cards[alert.alert_id] = card
        return card

    def _show_calm(self, watched: bool) -> None:
        if watched:
            text = tr("Every rule is looked at every five seconds. What is unusual shows up here.")
            self.placeholder.show_state("empty", tr("No open alerts"), text)
        else:
            text = tr("The rules are looked at as soon as the tables can be read.")
            self.placeholder.show_state("loading", tr("Not looked yet"), text)


class OpenCard(QFrame):
    """One open alert."""

    def __init__(
        self,
        key: Key,
        snooze: Callable[[object, object], None],
        wake: Callable[[object], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.badge = Badge()
        self.badge.setFixedWidth(80)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = QLabel()
        self.title.setObjectName("heading")
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts = QLabel()
        self.facts.setObjectName("small")
        self.quiet = QLabel()
        self.quiet.setObjectName("small")
        self.snooze = QPushButton(tr("Snooze"))
        self.snooze.setObjectName("snooze")
        self.snooze.setMenu(self._menu(key, snooze))
        self.wake = QPushButton(tr("Wake"))
        self.wake.setObjectName("wake")
        self.wake.clicked.connect(lambda: wake(key))
        for button in (self.snooze, self.wake):
            button.setMinimumWidth(104)
        self._lay_out()

    def _menu(self, key: Key, snooze: Callable[[object, object], None]) -> QMenu:
        menu = QMenu(self)
        for text, seconds in SNOOZES:
            action = QAction(tr(text), menu)
            action.triggered.connect(lambda _checked, s=seconds: snooze(key, s))
            menu.addAction(action)
        return menu

    def _lay_out(self) -> None:
        text = QVBoxLayout()
        text.setSpacing(4)
        for label in (self.title, self.message, self.facts):
            text.addWidget(label)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.snooze)
        right.addWidget(self.wake)
        right.addWidget(self.quiet)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.badge, 0, top)
        row.addLayout(text, 1)
        row.addLayout(right)
        row.setAlignment(right, top)

    def show_alert(self, alert: OpenAlertView) -> None:
        """Fills it in; cheap, called at each refresh."""
        self.badge.show_text(tr(WORDS.get(alert.severity, alert.severity)), tone(alert.severity))
        self.title.setText(alert.title)
        self.message.setText(alert.message)
        self.facts.setText(" · ".join(_facts(alert)))
        self.facts.setToolTip(utc_tooltip(alert.raised))
        self._show_snooze(alert)
        self.setAccessibleName(f"{self.badge.text()}: {alert.title}. {alert.message}")

    def _show_snooze(self, alert: OpenAlertView) -> None:
        text = ""
        if alert.snoozed_until_cleared:
            text = tr("Quiet until it is cleared")
        elif alert.snoozed_until is not None:
            text = tr("Quiet until {0}").format(local_time(alert.snoozed_until, seconds=False))
        self.quiet.setText(text)
        self.quiet.setToolTip(utc_tooltip(alert.snoozed_until) if text else "")
        self.quiet.setVisible(bool(text))
        self.wake.setVisible(bool(text))
        self.snooze.setVisible(not text)
        self.snooze.setAccessibleName(tr("Snooze {0}").format(alert.title))
        self.wake.setAccessibleName(tr("End the snooze of {0}").format(alert.title))


def _facts(alert: OpenAlertView) -> list[str]:
    age = (dt.datetime.now(dt.UTC) - alert.raised).total_seconds()
    facts = [tr("Since {0} ({1})").format(local_time(alert.raised), ago(max(age, 0.0)))]
    if alert.value != "–":
        facts.append(tr("value {0}, limit {1}").format(alert.value, alert.threshold))
    if alert.now != "–":
        facts.append(tr("now {0}").format(alert.now))
    return facts
