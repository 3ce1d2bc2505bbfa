"""One page of a table's rows, as Arrow gave them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.formats import DASH, local_time, utc_tooltip
from app.widgets.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex

SHORT = 160
"""Characters of a cell; all of it stands in the tooltip."""
LONG = 4_000


def cell_text(value: object) -> str:
    """A value in one line; times in the local zone."""
    match value:
        case None:
            return DASH
        case dt.datetime():
            return local_time(value, date=True)
        case bool():
            return "true" if value else "false"
        case float() | Decimal():
            return _decimal(float(value))
        case int():
            return f"{value:,}"
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def _decimal(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"


def cell_tooltip(value: object) -> str | None:
    """What the cell leaves out: UTC of a time, the rest of a long text."""
    if isinstance(value, dt.datetime):
        return utc_tooltip(value)
    if isinstance(value, str) and len(value) > SHORT:
        return plain_tip(value[:LONG])
    return None


class ArrowPageModel(QAbstractTableModel):
    """Columns and rows of one Arrow table, which is small: a page, or examples."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._right: list[bool] = []
        self._columns: list[list[Any]] = []
        self._rows = 0
        self._first = 0

    def show(self, table: pa.Table, first: int = 0) -> None:
        """Replaces what is shown; ``first`` is the number of the first row, for the row header."""
        self.beginResetModel()
        self._names = list(table.column_names)
        self._right = [_is_number(field.type) for field in table.schema]
        self._columns = [column.to_pylist() for column in table.columns]
        self._rows = table.num_rows
        self._first = first
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._names)

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return self._first + section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if section >= len(self._names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return self._alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        value = self._columns[index.column()][index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell_text(value)
            case Qt.ItemDataRole.ToolTipRole:
                return cell_tooltip(value)
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(index.column())
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        right = self._right[column]
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )
