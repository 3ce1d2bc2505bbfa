"""The rows of a query's result, of which only those on screen are here.

The view asks for any row at any time and must never wait: what is not here is shown as a dash of
dots and asked for once scrolling pauses for a moment. The newest wish comes first, and wishes that
scrolling has left behind are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor

from app.widgets.plain import plain_tip
from app.words import tr
from engine.contracts.query import ResultColumn
from engine.errors import LakehouseError
from engine.query.page import MOMENT, Page, is_number

Index = QModelIndex | QPersistentModelIndex
Answer = Callable[[Page], None]
Refusal = Callable[[LakehouseError], None]
Fetch = Callable[[int, int, Answer, Refusal], None]
"""Offset, rows, and what is called later with the page or the error; never at once."""

PAGE_ROWS: Final = 256
CELLS_KEPT: Final = 400_000
"""Cells of all pages that are kept: some tens of MB of text."""
PAGES_KEPT: Final = 6
"""However wide the rows are, a few screens full are kept."""
PAUSE_MS: Final = 20
"""Dragging the scroll bar passes thousands of pages; only where it rests is one wanted."""
WISHES: Final = 3
"""Pages that one screen can touch, and one more."""
WAITING: Final = "…"
NULL: Final = "NULL"


class ResultModel(QAbstractTableModel):
    """``fetch`` gets pages; ``show`` begins a new result."""

    failed = Signal(object)
    """A page could not be had: a LakehouseError."""

    def __init__(self, fetch: Fetch, muted: Callable[[], QColor], parent: QObject | None = None):
        super().__init__(parent)
        self._fetch = fetch
        self._muted = muted
        self._columns: tuple[ResultColumn, ...] = ()
        self._numbers: tuple[bool, ...] = ()
        self._rows = 0
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._wishes: OrderedDict[int, None] = OrderedDict()
        self._asked: int | None = None
        self._generation = 0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """The result's columns."""
        return self._columns

    def show(self, columns: Sequence[ResultColumn], rows: int, first: Page) -> None:
        """Another result; ``first`` are its first rows."""
        self.beginResetModel()
        self._forget()
        self._columns = tuple(columns)
        self._numbers = tuple(is_number(column.type) for column in columns)
        self._rows = rows
        if first.rows:
            self._pages[0] = first
        self.endResetModel()

    def clear(self) -> None:
        """No result."""
        self.show((), 0, Page(0, 0, ()))

    def turn(self) -> None:
        """The same rows in another order: every page is asked for again."""
        self._forget()
        if self._rows and self._columns:
            last = self.index(self._rows - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def text(self, row: int, column: int) -> str | None:
        """What is shown of a value; None where it is NULL or not here."""
        page = self._pages.get(row // PAGE_ROWS)
        return None if page is None else page.columns[column][row % PAGE_ROWS]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._columns)

    def headerData(  # noqa: N802 -- Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return f"{section + 1:,}" if role == Qt.ItemDataRole.DisplayRole else None
        if section >= len(self._columns):
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(f"{column.name}\n{column.type}")
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role not in _ROLES:
            return None
        number, row = divmod(index.row(), PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            self._wish(number)
            return WAITING if role == Qt.ItemDataRole.DisplayRole else None
        value = page.columns[index.column()][row]
        if role == Qt.ItemDataRole.DisplayRole:
            return NULL if value is None else value.replace("\n", " ")
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._muted() if value is None else None
        return self._tooltip(value, self._columns[index.column()].type)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self._numbers[column] else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _tooltip(self, value: str | None, kind: str) -> str | None:
        if value is None or self._numbers == ():
            return None
        if kind == MOMENT:
            return _utc(value)
        return plain_tip(value) if len(value) > 24 else None

    def _wish(self, number: int) -> None:
        self._wishes[number] = None
        self._wishes.move_to_end(number)
        while len(self._wishes) > WISHES:
            self._wishes.popitem(last=False)
        if self._asked is None and not self._pause.isActive():
            self._pause.start()

    def _ask(self) -> None:
        if self._asked is not None or not self._wishes:
            return
        number, _ = self._wishes.popitem()
        self._asked = number
        generation = self._generation
        self._fetch(
            number * PAGE_ROWS,
            PAGE_ROWS,
            lambda page: self._take(generation, number, page),
            lambda error: self._lose(generation, error),
        )

    def _take(self, generation: int, number: int, page: Page) -> None:
        if generation != self._generation:
            return
        self._asked = None
        self._pages[number] = page
        kept = max(PAGES_KEPT, CELLS_KEPT // (PAGE_ROWS * max(len(self._columns), 1)))
        while len(self._pages) > kept:
            self._pages.popitem(last=False)
        first = number * PAGE_ROWS
        last = min(first + page.rows, self._rows) - 1
        if last >= first:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))
        self._ask()

    def _lose(self, generation: int, error: LakehouseError) -> None:
        if generation == self._generation:
            self._asked = None
            self._wishes.clear()
            self.failed.emit(error)

    def _forget(self) -> None:
        """Pages and wishes of another result, or of another order; late answers are dropped."""
        self._generation += 1
        self._pages.clear()
        self._wishes.clear()
        self._asked = None
        self._pause.stop()


_ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ForegroundRole,
    Qt.ItemDataRole.ToolTipRole,
)


def _utc(value: str) -> str | None:
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None
    return tr("{0} UTC").format(moment.replace(tzinfo=None).isoformat(" "))
