"""The left side: tables to insert names from, what was run, what was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.formats import local_time, number, utc_tooltip
from app.icons import icon
from app.theme import Theme
from app.widgets.placeholder import Placeholder
from app.widgets.plain import plain_label, plain_tip
from app.widgets.rows_model import ROW_ROLE, ColumnSpec, RowsModel
from app.widgets.search import SearchField
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.words import tr
from engine.errors import LakehouseError
from engine.query.build import name
from engine.query.library import Run, Saved

NAME_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class SidePanel(QWidget):
    """Emits what a person picked."""

    name_picked = Signal(str)
    """A table or column to insert."""
    statement_picked = Signal(str)
    """A statement to open."""
    searched = Signal(str, str)
    """Which list (``history`` or ``saved``) and the text."""
    clear_asked = Signal()
    delete_asked = Signal(str)
    refresh_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.setMinimumWidth(232)
        self._theme = theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.which = Segmented(
            [(tr("Tables"), "tables"), (tr("History"), "history"), (tr("Saved"), "saved")]
        )
        self.which.setAccessibleName(tr("Side panel"))
        self.which.chosen.connect(lambda value: self.show_list(str(value)))
        self.search = SearchField(tr("Search"))
        self.search.searched.connect(self._search)
        layout.addWidget(self.which)
        layout.addWidget(self.search)
        self.problem = plain_label()
        self.problem.setObjectName("small")
        self.problem.setProperty("tone", "bad")
        self.problem.setWordWrap(True)
        self._error: LakehouseError | None = None
        layout.addWidget(self.problem)
        self.tables = TableTree(theme)
        self.tables.name_picked.connect(self.name_picked)
        self.history = _list(tr("Statements that were run"), _history_columns(theme))
        self.saved = _list(tr("Saved queries"), _saved_columns())
        self.placeholder = Placeholder()
        self.stack = QStackedWidget()
        for widget in (self.tables, self.history, self.saved, self.placeholder):
            self.stack.addWidget(widget)
        for view in (self.history, self.saved):
            view.activated.connect(self._open)
        layout.addWidget(self.stack, 1)
        layout.addLayout(self._buttons())
        self.show_list("tables")

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.clear_button = QPushButton(tr("Clear history…"))
        self.clear_button.clicked.connect(self.clear_asked)
        self.delete_button = QPushButton(tr("Delete…"))
        self.delete_button.clicked.connect(self._delete)
        self.refresh_button = QPushButton(tr("Refresh"))
        self.refresh_button.clicked.connect(self.refresh_asked)
        for button in (self.clear_button, self.delete_button, self.refresh_button):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def show_list(self, which: str) -> None:
        """``tables``, ``history`` or ``saved``."""
        self.which.choose(which)
        self.clear_button.setVisible(which == "history")
        self.delete_button.setVisible(which == "saved")
        self.refresh_button.setVisible(which == "tables")
        self._search(self.search.text().strip())
        self._front()

    def show_tables(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        """The lake's tables with their columns and types."""
        self._error = None
        self.tables.show_tables(tables)
        self._front()

    def show_problem(self, error: LakehouseError) -> None:
        """The tables cannot be read now; those known before stay."""
        self._error = error
        self._front()

    def show_history(self, runs: Sequence[Run]) -> None:
        """The newest first."""
        _rows(self.history).show(runs)
        self.clear_button.setEnabled(bool(runs))
        self._front()

    def show_saved(self, saved: Sequence[Saved]) -> None:
        """By name."""
        _rows(self.saved).show(saved)
        self.delete_button.setEnabled(bool(saved))
        self._front()

    def _front(self) -> None:
        which = self.which.value()
        found, title, text = {
            "tables": (self.tables, tr("No tables"), tr("The pipeline makes them at its start.")),
            "history": (self.history, tr("Nothing here"), tr("What you run is listed here.")),
            "saved": (self.saved, tr("Nothing here"), tr("Ctrl+S saves a statement by name.")),
        }[str(which)]
        error = self._error if which == "tables" else None
        known = found.model().rowCount() > 0
        self.problem.setText(str(error or ""))
        self.problem.setVisible(error is not None and known)
        if known:
            self.stack.setCurrentWidget(found)
            return
        if error is not None:
            self.placeholder.show_error(error, self.refresh_asked.emit)
            self.stack.setCurrentWidget(self.placeholder)
            return
        if self.search.text().strip():
            title, text = tr("Nothing found"), tr("Search for something else.")
        self.placeholder.show_state("empty", title, text)
        self.stack.setCurrentWidget(self.placeholder)

    def _search(self, text: str) -> None:
        which = str(self.which.value())
        if which == "tables":
            self.tables.filter(text)
            self._front()
        else:
            self.searched.emit(which, text)

    def _open(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Run | Saved):
            self.statement_picked.emit(row.sql)

    def _delete(self) -> None:
        row = self.saved.current_row()
        if isinstance(row, Saved):
            self.delete_asked.emit(row.name)


class TableTree(QTreeView):
    """Tables with their columns; a double click, or Enter, inserts the name."""

    name_picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: dict[str, dict[str, str]] = {}
        self._items = QStandardItemModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._items)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self._proxy)
        self.setObjectName("tableTree")
        self.setAccessibleName(tr("Tables and columns"))
        self.setToolTip(tr("Double-click inserts the name"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(14)
        self.activated.connect(self._pick)
        theme.changed.connect(self._fill)

    def show_tables(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        """Replaces the tree where something is different; open tables stay open."""
        new = {table: dict(columns) for table, columns in tables.items()}
        if new != self._shown:
            self._shown = new
            self._fill()

    def filter(self, text: str) -> None:
        """Shows tables and columns whose name contains the text."""
        self._proxy.setFilterFixedString(text)
        if text:
            self.expandAll()

    def _fill(self) -> None:
        opened = {
            str(self._proxy.index(row, 0).data(NAME_ROLE))
            for row in range(self._proxy.rowCount())
            if self.isExpanded(self._proxy.index(row, 0))
        }
        self._items.clear()
        self._items.setColumnCount(2)
        muted = self._theme.colours.muted
        for table, columns in self._shown.items():
            item = _item(table, table, tr("{0} columns").format(len(columns)))
            item.setIcon(icon("table", self._theme.colours.accent))
            for column, kind in columns.items():
                child, described = (
                    _item(column, column, kind),
                    QStandardItem(kind.lower().removesuffix("tz")),
                )
                child.setIcon(icon("column", muted))
                described.setForeground(self._theme.qcolor("muted"))
                item.appendRow([child, described])
            self._items.appendRow([item, QStandardItem()])
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for row in range(self._proxy.rowCount()):
            index = self._proxy.index(row, 0)
            self.setExpanded(index, str(index.data(NAME_ROLE)) in opened)

    def _pick(self, index: QModelIndex) -> None:
        picked = index.siblingAtColumn(0).data(NAME_ROLE)
        if picked:
            self.name_picked.emit(name(str(picked)))


def _item(text: str, picked: str, hint: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(picked, NAME_ROLE)
    item.setToolTip(plain_tip(f"{text}\n{hint}"))
    return item


def _list(title: str, columns: Sequence[ColumnSpec]) -> DataTable:
    view = DataTable()
    view.setModel(RowsModel(columns, view))
    view.setAccessibleName(title)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.horizontalHeader().hide()
    view.horizontalHeader().setStretchLastSection(False)
    view.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    if len(columns) > 1:
        view.setColumnWidth(1, 88)
    return view


def _rows(view: DataTable) -> RowsModel:
    model = view.model()
    assert isinstance(model, RowsModel)
    return model


def _history_columns(theme: Theme) -> list[ColumnSpec]:
    return [
        ColumnSpec(
            tr("Statement"),
            lambda run: run.sql,
            _one_line,
            tooltip=_about_run,
            colour=lambda run: theme.colours.bad if run.error else None,
        ),
        ColumnSpec(
            tr("When"),
            lambda run: run.at,
            _when,
            right=True,
            tooltip=lambda run: utc_tooltip(run.at),
            colour=lambda _run: theme.colours.muted,
        ),
    ]


def _saved_columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Name"), lambda saved: saved.name, tooltip=lambda saved: saved.sql[:1000])
    ]


def _one_line(sql: str) -> str:
    return " ".join(sql[:200].split())


def _when(at: datetime) -> str:
    """The time today, the day before."""
    today = at.astimezone().date() == datetime.now().astimezone().date()
    return local_time(at, seconds=False) if today else local_time(at, date=True)[:10]


def _about_run(run: Run) -> str:
    end = run.error or tr("{0} rows in {1} ms").format(number(run.rows), number(run.elapsed_ms))
    return f"{run.sql[:1000]}\n\n{end}"
