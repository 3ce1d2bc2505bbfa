"""The settings of one group, on a card."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.pages.settings.row import SettingRow
from app.pages.settings.texts import matches
from app.widgets.card import Card
from app.words import tr
from engine.settings.describe import SettingInfo


class GroupCard(Card):
    """A row a setting, and what else belongs to the group."""

    changed = Signal(str, object)

    def __init__(
        self, group: str, infos: Sequence[SettingInfo], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr(group), parent)
        self.group = group
        self.setObjectName("card")
        self.body.setSpacing(0)
        self.extras: list[QWidget] = []
        self.rows = {info.path: SettingRow(info) for info in infos}
        for row in self.rows.values():
            row.changed.connect(self.changed)
            self.body.addWidget(row)

    def add_extra(self, widget: QWidget, place: int | None = None) -> None:
        """Something that is no setting; hidden while a search shows single rows."""
        self.extras.append(widget)
        self.body.insertWidget(self.body.count() if place is None else place, widget)

    def filter(self, words: str, *, advanced: bool) -> int:
        """Shows what matches, or without words all but the advanced ones; how many rows."""
        shown = 0
        for row in self.rows.values():
            wanted = matches(row.info, words) if words else advanced or not row.info.advanced
            row.setVisible(wanted)
            shown += wanted
        for extra in self.extras:
            extra.setVisible(not words)
        return shown
