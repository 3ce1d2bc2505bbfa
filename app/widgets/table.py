"""The look and the keys that all tables share."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.widgets.rows_model import ROW_ROLE, SORT_ROLE

NARROWEST_PX, WIDEST_PX = 72, 260
"""Of a column whose content is not known beforehand."""


class DataTable(QTableView):
    """Whole rows, no grid noise, sortable by header, Ctrl+C copies as tab-separated text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(48)

    def set_widths(self, *pixels: int) -> None:
        """Of the columns from the left; the last one takes what is left."""
        for column, width in enumerate(pixels):
            self.setColumnWidth(column, width)

    def fit_widths(self) -> None:
        """As the cells in view need it, and never so wide that one column hides the others."""
        self.resizeColumnsToContents()
        for column in range(self.model().columnCount()):
            width = min(max(self.columnWidth(column), NARROWEST_PX), WIDEST_PX)
            self.setColumnWidth(column, width)

    def show_model(self, model: QAbstractItemModel, sort_column: int | None = None) -> None:
        """Sets a model of rows in memory, sortable by a click on a header."""
        proxy = QSortFilterProxyModel(self)
        proxy.setSourceModel(model)
        proxy.setSortRole(SORT_ROLE)
        proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        proxy.setFilterKeyColumn(-1)
        self.setModel(proxy)
        self.setSortingEnabled(True)
        self.sortByColumn(-1 if sort_column is None else sort_column, Qt.SortOrder.AscendingOrder)

    def selected_rows(self) -> list[object]:
        """The row objects that are selected, from top to bottom (``RowsModel``)."""
        indexes = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return [index.data(ROW_ROLE) for index in indexes]

    def current_row(self) -> object | None:
        """The row object under the cursor."""
        index = self.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 -- Qt's name
        """Copy, beside what a table does anyway."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selection_text())
            return
        super().keyPressEvent(event)

    def selection_text(self) -> str:
        """Selected rows as tab-separated lines with a header."""
        model = self.model()
        if model is None:
            return ""
        columns = [c for c in range(model.columnCount()) if not self.isColumnHidden(c)]
        head = [str(model.headerData(c, Qt.Orientation.Horizontal) or "") for c in columns]
        lines = ["\t".join(head)]
        for index in sorted(self.selectionModel().selectedRows(), key=QModelIndex.row):
            lines.append("\t".join(str(index.siblingAtColumn(c).data() or "") for c in columns))
        return "\n".join(lines)
