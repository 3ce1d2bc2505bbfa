"""Table models of columns: what all share, and the one whose rows are already in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from app.widgets.plain import plain_tip

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True)
class ColumnSpec:
    """How a column is read from a row, written and aligned."""

    title: str
    value: Callable[[Any], Any]
    """From the row to what is sorted by."""
    text: Callable[[Any], str] = str
    """From that value to what is shown; None is shown as a dash."""
    right: bool = False
    tooltip: Callable[[Any], str] | None = None
    """From the row; shown as it is, whatever it looks like."""
    colour: Callable[[Any], str | None] | None = None
    """From the row to a hex colour of the text."""

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Of its head and its cells."""
        side = Qt.AlignmentFlag.AlignRight if self.right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def cell(self, row: Any, role: int) -> Any:
        """What a model answers for this column of a row."""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = self.value(row)
                return "–" if value is None else self.text(value)
            case Qt.ItemDataRole.TextAlignmentRole:
                return self.alignment
            case Qt.ItemDataRole.ToolTipRole:
                tip = self.tooltip(row) if self.tooltip else ""
                return plain_tip(tip) if tip else None
            case Qt.ItemDataRole.ForegroundRole:
                colour = self.colour(row) if self.colour else None
                return QColor(colour) if colour else None
            case _ if role == SORT_ROLE:
                return self.value(row)
            case _:
                return row if role == ROW_ROLE else None


class ColumnsModel(QAbstractTableModel):
    """The columns of a table model and their heads; rows are the subclass's."""

    def __init__(self, columns: Sequence[ColumnSpec], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        return None


class RowsModel(ColumnsModel):
    """Any objects as rows; ``show`` replaces them and keeps what is the same in place."""

    def __init__(self, columns: Sequence[ColumnSpec], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._rows: tuple[Any, ...] = ()

    def show(self, rows: Sequence[Any]) -> None:
        """Replaces the rows. With an equal count only their content changes: selections stay."""
        new = tuple(rows)
        if new == self._rows:
            return
        if len(new) == len(self._rows) and new:
            self._rows = new
            last = self.index(len(new) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def row(self, number: int) -> Any:
        """The object shown in that row."""
        return self._rows[number]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        return self.columns[index.column()].cell(self._rows[index.row()], role)
