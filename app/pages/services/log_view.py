"""The list of log lines: columns of time, level and text, with what was searched marked.

A QTableView of one column: a QListView lays out every row anew at each insertion, which takes 0.2 s
at 50,000 lines.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.models.log_model import LINE_ROLE, LogModel, clock_text
from app.theme import Theme
from app.words import tr
from engine.readings.log_lines import LogLevel, LogLine

Index = QModelIndex | QPersistentModelIndex
COLOURS = {
    LogLevel.DEBUG: "muted",
    LogLevel.INFO: "info",
    LogLevel.WARNING: "warning",
    LogLevel.ERROR: "bad",
}
CLOCK, LEVEL = 13, 9
"""Width of the columns, in characters."""
PAD = 8
ONE_LINE = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)


class LogView(QTableView):
    """``followed`` says whether the newest line is in sight and new ones come into sight."""

    followed = Signal(bool)

    def __init__(self, model: LogModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("logView")
        self.setAccessibleName(tr("Log lines"))
        self._lines = model
        self._follow = True
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(9)
        self.painter_ = LineDelegate(theme, font, self)
        self.setModel(model)
        self.setItemDelegate(self.painter_)
        self.horizontalHeader().hide()
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(self.painter_.height)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_up)
        # Not valueChanged: rows that come and go move the bar by themselves.
        bar.actionTriggered.connect(lambda _action: self._moved(bar.sliderPosition()))
        model.rowsInserted.connect(self._widen)
        model.modelReset.connect(self._widen)
        theme.changed.connect(self.viewport().update)

    def set_follow(self, follow: bool) -> None:
        """Goes to the newest line and stays there, or stays where it is."""
        self._follow = follow
        if follow:
            self.scrollToBottom()

    def mark(self, text: str) -> None:
        """Marks each occurrence of a text."""
        self.painter_.wanted = text.casefold()
        self.viewport().update()

    def go_to(self, row: int) -> None:
        """Selects a line and brings it to the middle."""
        index = self._lines.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)

    def selected_text(self) -> str:
        """The selected lines; all of them where none is selected."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return self._lines.text_of(rows or range(self._lines.rowCount()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 -- Qt's name
        """Copy, beside what a list does anyway."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.selected_text())
            return
        super().keyPressEvent(event)
        if event.key() == Qt.Key.Key_End:
            self.scrollToBottom()
        self._moved(self.verticalScrollBar().value())

    def _keep_up(self, _low: int, high: int) -> None:
        if self._follow:
            self.verticalScrollBar().setValue(high)

    def _moved(self, value: int) -> None:
        """By a person."""
        at_end = value >= self.verticalScrollBar().maximum()
        if at_end != self._follow:
            self._follow = at_end
            self.followed.emit(at_end)

    def _widen(self) -> None:
        width = max(self.painter_.width(self._lines.widest), self.viewport().width())
        if width != self.columnWidth(0):
            self.setColumnWidth(0, width)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 -- Qt's name
        """The selection reaches over the whole width."""
        super().resizeEvent(event)
        self._widen()


class LineDelegate(QStyledItemDelegate):
    """Paints a line without wrapping it."""

    def __init__(self, theme: Theme, font: QFont, view: LogView) -> None:
        super().__init__(view)
        self.wanted = ""
        self._theme = theme
        self._font = font
        metrics = QFontMetricsF(font)
        self._advance = metrics.horizontalAdvance("0" * 100) / 100
        self.height = int(metrics.height()) + 6
        """Of each line."""

    def width(self, characters: int) -> int:
        """Of a line with a text of so many characters."""
        return 2 * PAD + int((CLOCK + LEVEL + characters + 1) * self._advance)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Selection, marks, then time, level and text."""
        line: LogLine = index.data(LINE_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        colour = self._theme.qcolor
        painter.save()
        painter.setFont(self._font)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colour("selection"))
        width = self._advance
        x = float(rect.left() + PAD)
        text_x = x + (CLOCK + LEVEL) * width
        self._paint_marks(painter, rect, line.text, text_x, width)
        for at, words, name in (
            (x, clock_text(line), "muted"),
            (x + CLOCK * width, line.level.name, COLOURS[line.level]),
            (text_x, line.text.replace("\t", "    "), "text"),
        ):
            painter.setPen(colour(name))
            place = QRectF(at, rect.top(), max(rect.right() - at, 1.0), rect.height())
            painter.drawText(place, ONE_LINE, words)
        painter.restore()

    def _paint_marks(
        self, painter: QPainter, rect: QRect, text: str, left: float, width: float
    ) -> None:
        if not self.wanted:
            return
        mark = self._theme.qcolor("warning")
        mark.setAlphaF(0.4)
        shown = text.replace("\t", "    ").casefold()
        at = shown.find(self.wanted)
        while at >= 0:
            size = len(self.wanted) * width
            place = QRectF(left + at * width, rect.top() + 1, size, rect.height() - 2)
            painter.fillRect(place, mark)
            at = shown.find(self.wanted, at + len(self.wanted))
