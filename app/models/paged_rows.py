"""A table model over rows that are fetched page by page, as they come into view.

The model knows how many rows there are and asks for pages it lacks; whoever owns it answers with
``put_page``. A bounded number of pages is kept, those not shown for longest are dropped first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal

from app.widgets.rows_model import ColumnsModel, ColumnSpec, Index

PAGE_ROWS = 100
PAGES_KEPT = 50
LOADING = "…"


class PagedRows(ColumnsModel):
    """Until a page is there its rows show ``…``."""

    page_wanted = Signal(int)
    """Number of a page, from 0, that came into view and is not here; once until it is put."""

    def __init__(self, columns: Sequence[ColumnSpec], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self._count = 0
        self._pages: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._asked: set[int] = set()

    def reset(self, count: int) -> None:
        """Another result of so many rows; nothing of it is here yet."""
        self.beginResetModel()
        self._count = count
        self._pages.clear()
        self._asked.clear()
        self.endResetModel()

    def put_page(self, page: int, rows: Sequence[Any]) -> None:
        """The rows of a page; a page beyond the end is left out."""
        first = page * PAGE_ROWS
        if first >= self._count:
            return
        self._asked.discard(page)
        self._pages[page] = tuple(rows)
        self._pages.move_to_end(page)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        last = min(first + PAGE_ROWS, self._count) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def forget(self, page: int) -> None:
        """A page that could not be had: it is asked for again when it is next looked at."""
        self._asked.discard(page)

    def row(self, number: int) -> Any | None:
        """The object in that row, or None where its page is not here; asks for the page."""
        page, place = divmod(number, PAGE_ROWS)
        rows = self._pages.get(page)
        if rows is None:
            if page not in self._asked:
                self._asked.add(page)
                self.page_wanted.emit(page)
            return None
        self._pages.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.alignment
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row(index.row())
            return LOADING if row is None else column.cell(row, role)
        # Only what is drawn asks for a page: a tooltip or a colour of no row is none.
        row = self._here(index.row())
        return None if row is None else column.cell(row, role)

    def _here(self, number: int) -> Any | None:
        page, place = divmod(number, PAGE_ROWS)
        rows = self._pages.get(page, ())
        return rows[place] if place < len(rows) else None
