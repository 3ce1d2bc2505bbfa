"""A query put together by clicks; the statement that results stands below, word for word."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.pages.sql.builder_rows import FilterRow, MeasureRow, RowList
from app.pages.sql.highlighter import SqlHighlighter
from app.theme import Theme
from app.words import tr
from engine.query.build import BUCKETS, CannotBuild, Field, Order, Query, build, outputs
from engine.query.page import is_time

LIKELY = "gold_kpis"
"""The table that most questions are about."""
Tables = Mapping[str, Mapping[str, str]]


class QueryBuilder(QDialog):
    """``made`` carries the statement and whether it is run at once."""

    made = Signal(str, bool)

    def __init__(self, theme: Theme, tables: Tables, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables = tables
        self.setObjectName("queryBuilder")
        self.setWindowTitle(tr("Build a query"))
        self.resize(860, 620)
        self.table = QComboBox()
        self.table.addItems(list(tables))
        self.table.setCurrentIndex(max(self.table.findText(LIKELY), 0))
        self.table.setAccessibleName(tr("Table"))
        self.fields = QListView()
        self.fields.setAccessibleName(tr("Columns"))
        self.fields.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._field_items = QStandardItemModel(self)
        self.fields.setModel(self._field_items)
        self.bucket = QComboBox()
        self.bucket.addItems([tr("as they are"), *(f"by {bucket}" for bucket in BUCKETS)])
        self.bucket.setAccessibleName(tr("Times"))
        self.measures = RowList(tr("Add a measure"), lambda: MeasureRow(self._columns()))
        self.filters = RowList(tr("Add a condition"), lambda: FilterRow(self._columns()))
        self.order = QComboBox()
        self.order.setAccessibleName(tr("Order by"))
        self.descending = QCheckBox(tr("largest first"))
        self.limit = QSpinBox()
        self.limit.setRange(0, 5_000_000)
        self.limit.setValue(1000)
        self.limit.setGroupSeparatorShown(True)
        self.limit.setSpecialValueText(tr("all rows"))
        self.limit.setAccessibleName(tr("Rows at most"))
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setAccessibleName(tr("The statement"))
        self.preview.setMaximumHeight(150)
        self._colours = SqlHighlighter(self.preview.document(), theme)
        self.problem = QLabel()
        self.problem.setProperty("tone", "bad")
        self.problem.setWordWrap(True)
        self._build()
        self._connect()
        self._choose_table()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        left = QVBoxLayout()
        left.setSpacing(6)
        places: tuple[tuple[str, QWidget], ...] = (
            (tr("Table"), self.table),
            (tr("Columns"), self.fields),
            (tr("Times"), self.bucket),
        )
        for title, widget in places:
            left.addWidget(_heading(title, widget))
            left.addWidget(widget)
        grid.addLayout(left, 0, 0)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(_heading(tr("Measures"), self.measures))
        right.addWidget(self.measures)
        right.addSpacing(8)
        right.addWidget(_heading(tr("Conditions (all of them hold)"), self.filters))
        right.addWidget(self.filters)
        right.addStretch(1)
        right.addWidget(_heading(tr("Order and length"), self.order))
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self.order)
        last.addWidget(self.descending)
        last.addWidget(self.limit)
        last.addStretch(1)
        right.addLayout(last)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 4)
        layout.addLayout(grid, 1)
        layout.addWidget(self.preview)
        layout.addWidget(self.problem)
        self._add_buttons(layout)

    def _add_buttons(self, layout: QVBoxLayout) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.insert_button = buttons.addButton(
            tr("Open in a tab"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.run_button = buttons.addButton(
            tr("Open and run"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self.run_button.setObjectName("primary")
        self.run_button.setDefault(True)
        self.insert_button.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.insert_button.clicked.connect(lambda: self._finish(run=False))
        self.run_button.clicked.connect(lambda: self._finish(run=True))
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _connect(self) -> None:
        self.table.currentIndexChanged.connect(lambda _index: self._choose_table())
        self._field_items.itemChanged.connect(lambda _item: self._show())
        self.bucket.currentIndexChanged.connect(lambda _index: self._show())
        self.measures.changed.connect(self._show)
        self.filters.changed.connect(self._show)
        self.order.activated.connect(lambda _index: self._show())
        self.descending.toggled.connect(lambda _on: self._show())
        self.limit.valueChanged.connect(lambda _value: self._show())

    def query(self) -> Query:
        """What is chosen at present."""
        bucket = BUCKETS[self.bucket.currentIndex() - 1] if self.bucket.currentIndex() else ""
        columns = self._columns()
        chosen = [column for column in columns if self._checked(column)]
        order = self.order.currentData()
        return Query(
            table=self.table.currentText(),
            fields=tuple(Field(c, bucket if is_time(columns[c]) else "") for c in chosen),
            measures=tuple(row.value() for row in self.measures.rows),
            filters=tuple(row.value() for row in self.filters.rows),
            order=(Order(order, self.descending.isChecked()),) if order else (),
            limit=self.limit.value() or None,
        )

    def check(self, column: str, on: bool = True) -> None:
        """Chooses a column."""
        for item in self._field_items.findItems(column):
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _checked(self, column: str) -> bool:
        items = self._field_items.findItems(column)
        return bool(items) and items[0].checkState() == Qt.CheckState.Checked

    def _columns(self) -> Mapping[str, str]:
        return self._tables.get(self.table.currentText(), {})

    def _choose_table(self) -> None:
        self._field_items.clear()
        for column, kind in self._columns().items():
            item = QStandardItem(column)
            item.setCheckable(True)
            item.setToolTip(kind)
            self._field_items.appendRow(item)
        self.measures.clear()
        self.filters.clear()
        self._show()

    def _show(self) -> None:
        """The statement as it is now, or what is missing."""
        self._fill_order()
        query = self.query()
        try:
            text, problem = build(query, self._columns()), ""
        except CannotBuild as error:
            text, problem = "", str(error)
        self.bucket.setEnabled(any(is_time(self._columns()[f.column]) for f in query.fields))
        self.preview.setPlainText(text)
        self.problem.setText(problem)
        for button in (self.insert_button, self.run_button):
            button.setEnabled(not problem)

    def _fill_order(self) -> None:
        """What the result can be ordered by; the choice stays where it still can be made."""
        chosen = self.order.currentData()
        self.order.blockSignals(True)
        self.order.clear()
        query = self.query()
        self.order.addItem(tr("(no order)"), "")
        for column in outputs(query, self._columns()):
            self.order.addItem(column, column)
        self.order.setCurrentIndex(max(self.order.findData(chosen), 0))
        self.order.blockSignals(False)

    def _finish(self, *, run: bool) -> None:
        self.made.emit(self.preview.toPlainText(), run)
        self.accept()


def _heading(text: str, buddy: QWidget) -> QLabel:
    label = QLabel(text)
    label.setObjectName("cardTitle")
    label.setBuddy(buddy)
    return label
