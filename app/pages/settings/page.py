"""Every setting of the program, made from the settings tree; a change is saved as it is made."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QHBoxLayout,
    QListWidget,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.page import Page
from app.pages.settings.bars import Bar, restart_sentence, secrets_sentence
from app.pages.settings.demo import DemoPanel
from app.pages.settings.editors import LineEditor
from app.pages.settings.group import GroupCard
from app.pages.settings.pending import PendingRestarts
from app.pages.settings.row import SettingRow
from app.pages.settings.tryouts import Tryout, broker_sentence, models_sentence
from app.theme import Choice
from app.widgets.placeholder import Placeholder
from app.widgets.scroll import Scroll
from app.widgets.search import SearchField
from app.words import tr
from engine.contracts.names import Service, State
from engine.contracts.status import StateChange
from engine.errors import LakehouseError
from engine.readings import settings as engine
from engine.readings.generator import IncidentChoice, incidents
from engine.readings.models import ModelsAnswer
from engine.settings.explain import InvalidSetting

LANE = "settings"
DEMO = "Demo data"
"""The group in which the demo events are led."""
THEME, MODEL, KAFKA = "window.theme", "assistant.model_name", "kafka.bootstrap_servers"
GROUPS_WIDTH = 160


class SettingsPage(Page):
    """Groups at the left, the chosen group's settings beside them, a search over all."""

    key = "settings"
    title = "Settings"
    icon = "sliders"

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.cards: dict[str, GroupCard] = {}
        self.pending = PendingRestarts()
        self._wanted = ""
        self._to_play: IncidentChoice | None = None
        self._reading: engine.SettingsReading | None = None
        self.ready = False
        self._build_header()
        self._build_bars()
        self._build_body()
        context.door.notified.connect(self._hear)

    # building

    def _build_header(self) -> None:
        self.advanced = QCheckBox(tr("Show advanced settings"))
        self.advanced.setObjectName("advanced")
        self.advanced.toggled.connect(lambda _on: self._filter())
        self.search = SearchField(tr("Search settings"))
        self.search.setObjectName("settingsSearch")
        self.search.setFixedWidth(240)
        self.search.searched.connect(lambda _text: self._filter())
        self.header_row.addWidget(self.advanced)
        self.header_row.addWidget(self.search)

    def _build_bars(self) -> None:
        self.restart_bar = Bar("restart", tr("Restart now"))
        self.restart_bar.acted.connect(self.restart)
        self.secrets_bar = Bar("secrets", tr("Move to the keyring"))
        self.secrets_bar.acted.connect(self._move_secrets)
        self.body.addWidget(self.secrets_bar)
        self.body.addWidget(self.restart_bar)

    def _build_body(self) -> None:
        self.groups = QListWidget()
        self.groups.setObjectName("groups")
        self.groups.setAccessibleName(tr("Groups of settings"))
        self.groups.setFixedWidth(GROUPS_WIDTH)
        self.groups.currentRowChanged.connect(self._group_chosen)
        column = QWidget()
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self.area = Scroll(column)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.groups)
        row.addWidget(self.area, 1)
        self.placeholder = Placeholder()
        self.nothing = Placeholder()
        row.addWidget(self.nothing, 1)
        self.nothing.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.placeholder)
        self.stack.addWidget(content)
        self.body.addWidget(self.stack, 1)

    def _make_next_card(self) -> None:
        """One card a turn of the event loop: all at once would hold the window up."""
        infos = self._reading.settings if self._reading else ()
        groups = [g for g in dict.fromkeys(info.group for info in infos) if g not in self.cards]
        if groups:
            card = GroupCard(groups[0], [info for info in infos if info.group == groups[0]])
            card.hide()
            card.changed.connect(self.save)
            self.cards[card.group] = card
            self._column.insertWidget(self._column.count() - 1, card)
            QTimer.singleShot(0, self, self._make_next_card)
            return
        self._add_extras()
        self.groups.addItems([tr(group) for group in self.cards])
        self.groups.setCurrentRow(0)
        self.ready = True
        if self._reading:
            self._show(self._reading)
        self._go()

    def _add_extras(self) -> None:
        desk = self.context.desk
        self.demo = DemoPanel(self.context, incidents(desk.pack))
        self.cards[DEMO].add_extra(self.demo, 0)
        self.kafka_test = Tryout(
            self.context,
            tr("Test connection"),
            lambda: engine.try_external_kafka(desk),
            broker_sentence,
        )
        self.kafka_test.button.setObjectName("testKafka")
        self.cards["Kafka"].add_extra(self.kafka_test)
        self.model_test = Tryout(
            self.context,
            tr("Test"),
            lambda: engine.try_model_service(desk),
            self._models_found,
        )
        self.model_test.button.setObjectName("testModels")
        self.model_test.button.setAccessibleName(tr("Test the model service"))
        self.cards["Assistant"].add_extra(self.model_test)

    # reading and saving

    def shown(self) -> None:
        """Reads the settings: the file may have been edited elsewhere."""
        self._read()

    def _read(self) -> None:
        if not self.ready:
            self.placeholder.show_state("loading", tr("Reading the settings"), "")
        paths = self.context.desk.paths
        self.context.door.ask(
            lambda: engine.read_settings(paths),
            self._show,
            self._not_read,
            owner=self,
            lane=LANE,
        )

    def _not_read(self, error: LakehouseError) -> None:
        self._to_play = None  # nobody expects it later, when the settings are read after all
        action = (tr("Try again"), self._read)
        self.placeholder.show_state("error", error.message, error.remedy, action)
        self.stack.setCurrentIndex(0)

    def _show(self, reading: engine.SettingsReading, saved: str = "") -> None:
        begun, self._reading = self._reading is not None, reading
        if not self.ready:
            if not begun:
                self._make_next_card()
            return
        for info in reading.settings:
            self.row(info.path).show_info(info, reading.keyring, saved=info.path == saved)
        self._allow_tests()
        named = [self.row(path).info for path in reading.in_file]
        titles = [f"{tr(info.group)}: {tr(info.title)}" for info in named]
        self.secrets_bar.say(secrets_sentence(titles, reading.keyring), can_act=reading.keyring)
        self._show_pending()
        self.demo.refresh()
        self.stack.setCurrentIndex(1)
        self._filter()

    def row(self, path: str) -> SettingRow:
        """The row of a setting, by its dotted name."""
        return next(card.rows[path] for card in self.cards.values() if path in card.rows)

    def save(self, path: str, value: object) -> None:
        """Saves one change; an error is shown at its field."""
        desk = self.context.desk
        self.context.door.ask(
            lambda: engine.change_settings(desk, {path: value}),
            lambda reading: self._saved(path, reading),
            lambda error: self._not_saved(path, error),
            owner=self,
            lane=LANE,
        )

    def _saved(self, path: str, reading: engine.SettingsReading) -> None:
        before = self.row(path).info
        after = next(info for info in reading.settings if info.path == path)
        self.pending.note(before, after)
        if self.demo.state is State.STOPPED:
            # They go by it when they are started, which a change of theirs must not do by itself.
            self.pending.started(Service.GENERATOR.value)
        self._show(reading, saved=path)
        if path == THEME:
            self.context.theme.choose(cast(Choice, after.value))

    def _not_saved(self, path: str, error: LakehouseError) -> None:
        place = error.path if isinstance(error, InvalidSetting) else path
        known = any(place in card.rows for card in self.cards.values())
        self.row(place if known else path).show_error(error)

    def _allow_tests(self) -> None:
        """Only what is given can be tested."""
        hint = tr("Enter the address of an external Kafka to test it.")
        self.kafka_test.allow(allowed=self.row(KAFKA).info.is_set, hint=hint)

    def _models_found(self, answer: ModelsAnswer) -> str:
        editor = self.row(MODEL).editor
        assert isinstance(editor, LineEditor)
        completer = QCompleter(list(answer.names), editor.line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        editor.line.setCompleter(completer)
        return models_sentence(answer)

    def _move_secrets(self) -> None:
        desk = self.context.desk
        self.context.door.ask(
            lambda: engine.move_secrets_to_keyring(desk), self._show, owner=self, lane=LANE
        )

    # restarts

    def restart(self) -> None:
        """Restarts the services that changes wait for."""
        desk, names = self.context.desk, self.pending.services

        def work() -> None:
            for name in names:
                desk.restart_service(name)

        self.restart_bar.button.setEnabled(False)
        self.context.door.ask(work, self._restarting, self._not_restarted, owner=self, lane=LANE)

    def _restarting(self, _: None) -> None:
        self.restart_bar.button.setEnabled(True)
        self.context.toast("info", tr("Restarting. The status line shows when it is ready."))

    def _not_restarted(self, error: LakehouseError) -> None:
        self.restart_bar.button.setEnabled(True)
        self.context.toast("error", str(error))

    def _hear(self, service: str, what: object) -> None:
        if isinstance(what, StateChange) and what.new is State.STARTING:
            self.pending.started(service)
            self._show_pending()

    def _show_pending(self) -> None:
        text = restart_sentence(self.pending)
        self.restart_bar.say(text, can_act=bool(self.pending.waiting))

    # finding

    def _group_chosen(self, _row: int) -> None:
        if self.search.text():
            self.search.clear()
        self._filter()
        self.area.verticalScrollBar().setValue(0)

    def _filter(self) -> None:
        words = self.search.text().strip()
        chosen = self._chosen()
        found = 0
        for group, card in self.cards.items():
            rows = card.filter(words, advanced=self.advanced.isChecked())
            visible = bool(rows) and (bool(words) or group == chosen)
            card.setVisible(visible)
            found += visible
        self.area.setVisible(bool(found))
        self.nothing.setVisible(not found)
        if not found and self.ready:
            text = tr("Search for another word, or clear the search.")
            self.nothing.show_state("empty", tr("No setting matches"), text)

    def _chosen(self) -> str:
        row = self.groups.currentRow()
        return list(self.cards)[row] if 0 <= row < len(self.cards) else ""

    def receive(self, argument: object) -> None:
        """A group's name: shows that group. An incident: plays it, where it is seen to play."""
        self._to_play = argument if isinstance(argument, IncidentChoice) else None
        self._wanted = DEMO if self._to_play else str(argument)
        if self.ready:
            self._go()

    def _go(self) -> None:
        """To what another page or the palette asked for, once there is something to show."""
        if self._wanted in self.cards:
            self.groups.setCurrentRow(list(self.cards).index(self._wanted))
        choice, self._to_play = self._to_play, None
        if choice is not None:
            self.demo.play(choice)
