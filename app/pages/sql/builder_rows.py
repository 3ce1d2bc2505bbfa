"""Rows of the query builder: a measure, a condition; each can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon
from app.words import tr
from engine.query.build import AGGREGATES, OF_NUMBERS, WITHOUT_VALUE, Filter, Measure, operators
from engine.query.page import is_number

Columns = Mapping[str, str]


class BuilderRow(QWidget):
    """Boxes in a row, with a button that takes the row away."""

    changed = Signal()
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def close_row(self, what: str) -> None:
        """Adds the button at the end; ``what`` is the row's name for a screen reader."""
        button = QToolButton()
        button.setObjectName("flat")
        button.setIcon(icon("x"))
        button.setToolTip(tr("Remove"))
        button.setAccessibleName(tr("Remove {0}").format(what))
        button.clicked.connect(self.removed)
        self.row.addWidget(button)

    def box(self, name: str, options: list[str]) -> QComboBox:
        """A list to choose from."""
        made = QComboBox()
        made.addItems(options)
        made.setAccessibleName(name)
        made.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.row.addWidget(made, 1)
        return made


class MeasureRow(BuilderRow):
    """``sum`` of ``gmv_usd``."""

    def __init__(self, columns: Columns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self.function = self.box(tr("Function"), list(AGGREGATES))
        self.column = self.box(tr("Column of the function"), [])
        self.function.currentTextChanged.connect(self._fit)
        self.close_row(tr("this measure"))
        self._fit(self.function.currentText())

    def value(self) -> Measure:
        """The measure."""
        return Measure(self.function.currentText(), self.column.currentData() or "")

    def _fit(self, function: str) -> None:
        """Offers the columns that the function can be of; the choice stays where it can."""
        chosen = self.column.currentData()
        self.column.blockSignals(True)
        self.column.clear()
        if function == "count":
            self.column.addItem(tr("(all rows)"), "")
        for column, kind in self._columns.items():
            if is_number(kind) or function not in OF_NUMBERS:
                self.column.addItem(column, column)
        self.column.setCurrentIndex(max(self.column.findData(chosen), 0))
        self.column.blockSignals(False)
        self.changed.emit()


class FilterRow(BuilderRow):
    """``country`` = ``DE``."""

    def __init__(self, columns: Columns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self.column = self.box(tr("Column of the condition"), list(columns))
        self.operator = self.box(tr("Comparison"), [])
        self.text = QLineEdit()
        self.text.setAccessibleName(tr("Value of the condition"))
        self.text.setPlaceholderText(tr("value"))
        self.text.textChanged.connect(lambda _text: self.changed.emit())
        self.column.currentTextChanged.connect(self._offer)
        self.operator.currentTextChanged.connect(self._fit)
        self.row.addWidget(self.text, 1)
        self.close_row(tr("this condition"))
        self._offer(self.column.currentText())

    def value(self) -> Filter:
        """The condition."""
        return Filter(self.column.currentText(), self.operator.currentText(), self.text.text())

    def _offer(self, column: str) -> None:
        """The comparisons that make sense for the column."""
        chosen = self.operator.currentText()
        self.operator.blockSignals(True)
        self.operator.clear()
        self.operator.addItems(operators(self._columns.get(column, "")))
        self.operator.setCurrentIndex(max(self.operator.findText(chosen), 0))
        self.operator.blockSignals(False)
        self._fit(self.operator.currentText())
        self.changed.emit()

    def _fit(self, operator: str) -> None:
        hints = {"in": "DE, FR, US", "between": "1 and 10", "in the last": "15 minutes"}
        self.text.setEnabled(operator not in WITHOUT_VALUE)
        self.text.setPlaceholderText(hints.get(operator, tr("value")))


Row = TypeVar("Row", bound=BuilderRow)


class RowList(QWidget, Generic[Row]):
    """Rows of one kind below each other, and a button that adds one."""

    changed = Signal()

    def __init__(self, add: str, make: Callable[[], Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self.rows: list[Row] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.add_button = QPushButton(add)
        self.add_button.setObjectName("flat")
        self.add_button.setIcon(icon("plus"))
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self.add)
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        self._column.addLayout(foot)

    def add(self) -> Row:
        """One more row."""
        row = self._make()
        row.changed.connect(self.changed)
        row.removed.connect(lambda: self.take(row))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
        self.changed.emit()
        return row

    def take(self, row: Row) -> None:
        """Takes a row away."""
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.changed.emit()

    def clear(self) -> None:
        """Takes every row away."""
        for row in list(self.rows):
            self.take(row)
