"""The refused records as a list that is read page by page, with its filters."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.door import Ticket
from app.formats import local_time, number, utc_tooltip
from app.models.paged_rows import PAGE_ROWS, PagedRows
from app.pages.quality.saving import Saver
from app.pages.quality.words import reason_title
from app.widgets.placeholder import Placeholder
from app.widgets.rows_model import ROW_ROLE, ColumnSpec
from app.widgets.search import SearchField
from app.widgets.table import DataTable
from app.words import tr
from engine.errors import LakehouseError
from engine.readings.quarantine import RecordCount, RecordFilter, count_records, read_records

LANE = "quarantine"
MOST_WANTED = 3
"""Pages that came into view last: who drags the scroll bar wants none of those passed by."""


def _columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(
            tr("Arrived"),
            lambda row: row.arrived,
            _arrived,
            tooltip=lambda row: utc_tooltip(row.arrived),
        ),
        ColumnSpec(tr("Reason"), lambda row: reason_title(row.reason)),
        ColumnSpec(tr("What was wrong"), lambda row: row.detail, tooltip=lambda row: row.detail),
        ColumnSpec(tr("Part."), lambda row: row.partition, right=True),
        ColumnSpec(tr("Offset"), lambda row: row.offset, number, right=True),
        ColumnSpec(tr("Record"), lambda row: " ".join(row.start.split())),
    ]


def _arrived(moment: dt.datetime) -> str:
    """Without the date where it is today's."""
    today = moment.astimezone().date() == dt.datetime.now(dt.UTC).astimezone().date()
    return local_time(moment, date=not today)


WIDTHS = (80, 124, 160, 58, 68, 200)


class RecordList(QWidget):
    """Filters by a text here; reason and time come from outside (``narrow``)."""

    chosen = Signal(object)
    """The RefusedRecord under the cursor, or None."""
    cleared = Signal()
    """A person wants every filter gone."""
    newest_wanted = Signal()
    """A person wants what came since the list was read."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._filter = RecordFilter()
        self._count: RecordCount | None = None
        self._counting: Ticket | None = None
        self._reading: Ticket | None = None
        self._wanted: list[int] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read_next)
        self.saver = Saver(context, self)
        self.saver.progressed.connect(self._show_saving)
        self.saver.ended.connect(self._show_saved)
        self.model = PagedRows(_columns(), self)
        self.model.page_wanted.connect(self._want)
        self._build()
        self.nothing.show_state("loading", tr("Loading…"), "")

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._filters())
        self.table = DataTable()
        self.table.setObjectName("records")
        self.table.setAccessibleName(tr("Refused records"))
        self.table.setModel(self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.set_widths(*WIDTHS)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.model.modelReset.connect(lambda: self.chosen.emit(None))
        self.model.dataChanged.connect(self._page_came)
        self.nothing = Placeholder()
        self._stack = QStackedLayout()
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self.table)
        column.addLayout(self._stack, 1)

    def _filters(self) -> QHBoxLayout:
        self.search = SearchField(tr("Find in records"))
        self.search.setMinimumWidth(140)
        self.search.searched.connect(lambda text: self.narrow(text=text))
        self.found = QLabel()
        self.found.setObjectName("muted")
        self.newer = QPushButton()
        self.newer.setObjectName("flat")
        self.newer.clicked.connect(self.newest_wanted)
        self.newer.hide()
        self.clear = QToolButton()
        self.clear.setObjectName("clearFilters")
        self.clear.setToolTip(tr("Show the records of every reason and of the whole window"))
        self.clear.clicked.connect(self._clear)
        self.clear.hide()
        self.save = QPushButton(tr("Save as JSON lines…"))
        self.save.setObjectName("saveRecords")
        self.save.clicked.connect(self._ask_save)
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.search, self.clear):
            row.addWidget(widget)
        row.addStretch(1)
        for label in (self.newer, self.found):
            row.addWidget(label)
        row.addWidget(self.save)
        return row

    @property
    def wanted(self) -> RecordFilter:
        """The filter in use."""
        return self._filter

    def narrow(
        self,
        *,
        reason: str | None = None,
        text: str | None = None,
        span: tuple[dt.datetime, dt.datetime | None] | None = None,
    ) -> None:
        """Changes what is given, and reads the list anew where that makes a difference."""
        before = self._filter
        since, until = (before.since, before.until) if span is None else span
        self._filter = RecordFilter(
            reason=before.reason if reason is None else reason,
            since=since,
            until=until,
            text=before.text if text is None else text,
        )
        if self._filter != before:
            self._show_chip()
            self.load()

    def load(self) -> None:
        """Reads the list at the table's newest version."""
        if self._counting is not None:
            self._counting.cancel()
        wanted, lake = self._filter, self._context.desk.lake
        self._counting = self._context.door.ask(
            lambda: count_records(lake, wanted),
            self._show_count,
            self._show_error,
            owner=self,
            lane=LANE,
        )

    @property
    def listed(self) -> int:
        """How many records the list has."""
        return self._count.records if self._count else 0

    def show_more(self, more: int) -> None:
        """How many records came since the list was read."""
        self.newer.setText(tr("{0} more: show").format(number(more)))
        self.newer.setVisible(more > 0)

    def _show_count(self, count: RecordCount) -> None:
        self._counting = None
        self._count = count
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._wanted.clear()
        self.newer.hide()
        self.found.setText(tr("{0} records").format(number(count.records)))
        self.save.setEnabled(count.records > 0 or self.saver.running)
        self.model.reset(count.records)
        self._stack.setCurrentIndex(1 if count.records else 0)
        if not count.records:
            self._show_empty()

    def _show_empty(self) -> None:
        if self._filter.text or self._filter.reason or self._filter.until:
            text = tr("No refused record of this window fits the filters.")
            action = (tr("Clear filters"), self._clear)
            self.nothing.show_state("empty", tr("Nothing found"), text, action)
        else:
            text = tr("Every record that arrived in this window was valid, late or a repeat.")
            self.nothing.show_state("empty", tr("Nothing was refused"), text)

    def _show_error(self, error: LakehouseError) -> None:
        self._counting = None
        again = (tr("Try again"), self.load)
        self.nothing.show_state("error", error.message, error.remedy, again)
        self._stack.setCurrentIndex(0)

    def _show_chip(self) -> None:
        """What is filtered by besides the text, with the way back."""
        parts = [reason_title(self._filter.reason)] if self._filter.reason else []
        if self._filter.since is not None and self._filter.until is not None:
            low, high = local_time(self._filter.since), local_time(self._filter.until)
            parts.append(f"{low} – {high}")
        self.clear.setText(", ".join(parts) + "  ✕")
        self.clear.setAccessibleName(tr("Clear the filter {0}").format(", ".join(parts)))
        self.clear.setVisible(bool(parts))

    def _clear(self) -> None:
        self.search.clear()
        self.cleared.emit()
        self.narrow(reason="", text="")

    # Pages

    def _want(self, page: int) -> None:
        self._wanted.append(page)
        for passed in self._wanted[:-MOST_WANTED]:
            self.model.forget(passed)
        del self._wanted[:-MOST_WANTED]
        self._soon.start()

    def _read_next(self) -> None:
        if self._reading is not None or not self._wanted or self._count is None:
            return
        page = self._wanted.pop()
        wanted, lake, version = self._filter, self._context.desk.lake, self._count.version

        def failed(error: LakehouseError) -> None:
            self._reading = None
            self.model.forget(page)
            self._show_error(error)

        def done(rows: object) -> None:
            self._reading = None
            assert isinstance(rows, tuple)
            self.model.put_page(page, rows)
            self._read_next()

        self._reading = self._context.door.ask(
            lambda: read_records(lake, wanted, version, page * PAGE_ROWS, PAGE_ROWS),
            done,
            failed,
            owner=self,
            lane=LANE,
        )

    def _choose(self, current: QModelIndex) -> None:
        self.chosen.emit(current.data(ROW_ROLE) if current.isValid() else None)

    def _page_came(self, first: QModelIndex, last: QModelIndex) -> None:
        """The row under the cursor may have been waited for."""
        current = self.table.currentIndex()
        if current.isValid() and first.row() <= current.row() <= last.row():
            self._choose(current)

    # Saving

    def _ask_save(self) -> None:
        if self.saver.running:
            self.saver.cancel()
            return
        menu = QMenu(self)
        plain = menu.addAction(tr("As they came, to mend and send again"))
        plain.triggered.connect(lambda: self.saver.ask(self._filter, reasons=False))
        told = menu.addAction(tr("With reason and place"))
        told.triggered.connect(lambda: self.saver.ask(self._filter, reasons=True))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.save.mapToGlobal(self.save.rect().bottomLeft()))

    def _show_saving(self, saved: int) -> None:
        self.save.setText(tr("Cancel ({0} saved)").format(number(saved)))

    def _show_saved(self) -> None:
        self.save.setText(tr("Save as JSON lines…"))
