"""The list of tables with their figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.formats import compact, number, size
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.words import tr
from engine.contracts.names import Table
from engine.readings.data import TableCard


class TableList(DataTable):
    """``chosen`` carries the card of the table that a person picked."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tables")
        self.setAccessibleName(tr("Tables"))
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.setMinimumWidth(344)
        self._wanted: Table | None = None
        self.cards = RowsModel(_columns(), self)
        self.setModel(self.cards)
        self.set_widths(140, 74, 78, 50)
        self.verticalHeader().setDefaultSectionSize(34)
        self.selectionModel().selectionChanged.connect(lambda *_: self._selected())

    def show_cards(self, cards: Sequence[TableCard]) -> None:
        """Newer figures; the choice stays, and at first it is the first table."""
        chosen = self._wanted or (cards[0].table if cards else None)
        self.cards.show(cards)
        self.clearSpans()
        for row, card in enumerate(cards):
            if card.damage is not None:  # one sentence in place of the figures
                self.setSpan(row, 1, 1, self.cards.columnCount() - 1)
        if chosen is not None and self.card() is None:
            self.choose(chosen)

    def choose(self, table: Table) -> None:
        """Chooses a table, at once or as soon as it is there."""
        self._wanted = table
        for row in range(self.cards.rowCount()):
            if self.cards.row(row).table is table:
                self.selectRow(row)

    def card(self) -> TableCard | None:
        """The chosen table as it is now."""
        rows = self.selectionModel().selectedRows()
        if not rows or rows[0].row() >= self.cards.rowCount():
            return None
        card: TableCard = self.cards.row(rows[0].row())
        return card

    def _selected(self) -> None:
        card = self.card()
        if card is not None:
            self._wanted = card.table
            self.chosen.emit(card)


def _columns() -> tuple[ColumnSpec, ...]:
    return (
        ColumnSpec(tr("Table"), lambda c: c.table.value, tooltip=lambda c: tr(c.purpose)),
        ColumnSpec(
            tr("Rows"),
            lambda c: tr("cannot be read") if c.damage else c.rows,
            lambda value: value if isinstance(value, str) else compact(value),
            right=True,
            tooltip=lambda c: c.damage.message if c.damage else number(c.rows),
        ),
        ColumnSpec(tr("Size"), lambda c: None if c.damage else c.bytes, size, right=True),
        ColumnSpec(
            tr("Files"),
            lambda c: None if c.damage else c.files,
            number,
            right=True,
            tooltip=lambda c: tr("Many small files: compaction helps") if c.many_small else "",
        ),
    )
