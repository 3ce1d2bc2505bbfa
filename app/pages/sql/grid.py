"""The result as a grid that stays smooth at millions of rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from app.models.result_model import ResultModel
from app.words import tr
from engine.query.page import is_number

WIDEST = 360
NARROWEST = 64
NARROWEST_NUMBER = 96
"""The first rows of a count are shorter than the last."""
MEASURED_ROWS = 60
"""Rows of the first page whose texts decide how wide a column begins."""


class ResultHeader(QHeaderView):
    """Names of the columns; a click asks for an order, without selecting a million cells."""

    picked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("resultHeader")
        self.setHighlightSections(False)
        self.setSortIndicatorShown(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setMinimumSectionSize(NARROWEST)
        self.setToolTip(tr("Click to sort, right-click for more"))
        self._pressed = -1

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 -- Qt's name
        """A press between two names begins to change a width."""
        super().mousePressEvent(event)
        resizing = self.cursor().shape() == Qt.CursorShape.SplitHCursor
        self._pressed = -1 if resizing else self.logicalIndexAt(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 -- Qt's name
        """A click is a press and a release on the same name."""
        super().mouseReleaseEvent(event)
        section = self.logicalIndexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and section == self._pressed >= 0:
            self.picked.emit(section)
        self._pressed = -1


class ResultGrid(QTableView):
    """Emits what a person wants done with the result."""

    sort_asked = Signal(int, bool)
    """Column (-1: the statement's own order) and whether descending."""
    stats_asked = Signal(int)
    copy_asked = Signal(bool)
    """With the names of the columns or without."""
    value_asked = Signal(int, int)

    def __init__(self, model: ResultModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("resultGrid")
        self.setAccessibleName(tr("Result"))
        self._head = ResultHeader(self)
        self.setHorizontalHeader(self._head)
        self.setModel(model)
        self._rows = model
        # Headers that show what is selected look at every row of the selection: minutes for all.
        apart = QItemSelectionModel(model, self)
        self._head.setSelectionModel(apart)
        side = self.verticalHeader()
        side.setSelectionModel(apart)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(26)
        side.setHighlightSections(False)
        side.setSectionsClickable(False)
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu_of_cell)
        self._head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._head.customContextMenuRequested.connect(self._menu_of_header)
        self._head.picked.connect(self._next_order)
        self.doubleClicked.connect(lambda index: self.value_asked.emit(index.row(), index.column()))

    def fit_columns(self) -> None:
        """As wide as their first values, within reason."""
        metrics = self.fontMetrics()
        rows = min(MEASURED_ROWS, self._rows.rowCount())
        for at, column in enumerate(self._rows.columns):
            texts = [self._rows.text(row, at) or "NULL" for row in range(rows)]
            longest = max(texts, key=len, default="")
            value = metrics.horizontalAdvance(longest[:80]) + 24
            name = metrics.horizontalAdvance(column.name) * 11 // 10 + 36
            least = NARROWEST_NUMBER if is_number(column.type) else NARROWEST
            self.setColumnWidth(at, max(least, min(max(value, name), WIDEST)))

    def show_order(self, column: int, descending: bool) -> None:
        """The arrow in the header; -1 takes it away."""
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._head.setSortIndicator(column, order)

    def block(self) -> tuple[tuple[int, int], tuple[int, ...]] | None:
        """First and last selected row, and the selected columns; None without a selection."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        if not ranges:
            return None
        top = min(one.top() for one in ranges)
        bottom = max(one.bottom() for one in ranges)
        columns = {at for one in ranges for at in range(one.left(), one.right() + 1)}
        return (top, bottom), tuple(sorted(columns))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 -- Qt's name
        """Copy and open, beside what a table does anyway."""
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit(False)
        elif event.key() == Qt.Key.Key_C and event.modifiers() == both:
            self.copy_asked.emit(True)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.value_asked.emit(self.currentIndex().row(), self.currentIndex().column())
        else:
            super().keyPressEvent(event)

    def _next_order(self, column: int) -> None:
        """Ascending, descending, the statement's own order."""
        head = self._head
        if head.sortIndicatorSection() != column:
            self.sort_asked.emit(column, False)
        elif head.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder:
            self.sort_asked.emit(column, True)
        else:
            self.sort_asked.emit(-1, False)

    def _menu_of_header(self, at: QPoint) -> None:
        column = self._head.logicalIndexAt(at)
        if column >= 0:
            self._popup(self.column_actions(column), self._head.mapToGlobal(at))

    def _menu_of_cell(self, at: QPoint) -> None:
        index = self.indexAt(at) if self.indexAt(at).isValid() else self.currentIndex()
        if index.isValid():
            actions = [*self._cell_actions(index), *self.column_actions(index.column())]
            self._popup(actions, self.viewport().mapToGlobal(at))

    def _popup(self, actions: list[QAction], at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in actions:
            action.setParent(menu)
        menu.addActions(actions)
        menu.popup(at)

    def _cell_actions(self, index: QModelIndex) -> list[QAction]:
        row, column = index.row(), index.column()
        return [
            self._action(tr("Copy\tCtrl+C"), lambda: self.copy_asked.emit(False)),
            self._action(tr("Copy with header\tCtrl+Shift+C"), lambda: self.copy_asked.emit(True)),
            self._action(tr("Show whole value\tEnter"), lambda: self.value_asked.emit(row, column)),
            self._separator(),
        ]

    def column_actions(self, column: int) -> list[QAction]:
        """What can be done with a column."""
        name = self._rows.columns[column].name
        shown = name if len(name) <= 30 else f"{name[:29]}…"
        return [
            self._action(
                tr("Sort by {0} ascending").format(shown),
                lambda: self.sort_asked.emit(column, False),
            ),
            self._action(
                tr("Sort by {0} descending").format(shown),
                lambda: self.sort_asked.emit(column, True),
            ),
            self._action(tr("Original order"), lambda: self.sort_asked.emit(-1, False)),
            self._separator(),
            self._action(
                tr("Statistics of {0}").format(shown), lambda: self.stats_asked.emit(column)
            ),
        ]

    def _action(self, text: str, run: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(lambda _checked=False: run())
        return action

    def _separator(self) -> QAction:
        action = QAction(self)
        action.setSeparator(True)
        return action
