"""Reasons ranked, as a list of bars; choosing one filters the records."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.breath import breathe
from app.formats import compact, local_time, number, percent, utc_tooltip
from app.pages.quality.words import reason_title, remedy
from app.theme import Theme
from app.widgets.rows_model import ROW_ROLE, ColumnSpec, RowsModel
from app.words import tr
from engine.readings.quality import ReasonCount

ROW = 28
PAD = 8


def _tooltip(row: ReasonCount) -> str:
    newest = tr("Newest at {0} ({1})").format(local_time(row.newest), utc_tooltip(row.newest))
    return f"{number(row.records)} · {newest}\n{remedy(row.reason)}"


_COLUMNS = (
    ColumnSpec(
        "Reason",
        lambda row: f"{reason_title(row.reason)}, {number(row.records)}, {percent(row.share)}",
        tooltip=_tooltip,
    ),
)


class ReasonBars(QListView):
    """The most frequent first. A click on the chosen one, or Escape, chooses none."""

    chosen = Signal(str)
    """A reason's code; empty where none is chosen."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.setObjectName("reasons")
        self.setAccessibleName(tr("Reasons, the most frequent first"))
        self._rows = RowsModel(_COLUMNS, self)
        self._chosen = ""
        self.setModel(self._rows)
        self.setItemDelegate(_Bars(theme, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._toggle)
        self.activated.connect(self._toggle)
        theme.changed.connect(self.viewport().update)

    def show_reasons(self, reasons: Sequence[ReasonCount]) -> None:
        """Another ranking; the choice stays, also where its reason is not in it."""
        self._rows.show(tuple(reasons))
        self._mark()

    @property
    def choice(self) -> str:
        """The chosen reason's code, or nothing."""
        return self._chosen

    def choose(self, reason: str) -> None:
        """Chooses as a person would."""
        self._chosen = reason
        self._mark()
        self.chosen.emit(reason)

    def _toggle(self, index: QModelIndex) -> None:
        reason = index.data(ROW_ROLE).reason
        self.choose("" if reason == self._chosen else reason)

    def _mark(self) -> None:
        for place in range(self._rows.rowCount()):
            if self._rows.row(place).reason == self._chosen:
                self.setCurrentIndex(self._rows.index(place, 0))
                return
        self.clearSelection()


class _Bars(QStyledItemDelegate):
    """A name, a figure, a share, and behind them a bar as long as the share of the first."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(  # noqa: N802 -- Qt's name
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(160, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: ReasonCount = index.data(ROW_ROLE)
        most: ReasonCount = index.model().index(0, 0).data(ROW_ROLE)
        box = QRectF(option.rect).adjusted(4, 2, -4, -2)
        state: QStyle.StateFlag = option.state
        colours = self._theme.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QColor(colours.accent))
            painter.setBrush(QColor(colours.selection))
            painter.drawRoundedRect(box, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = self._theme.qcolor("bad")
        bar.setAlpha(70)
        painter.setBrush(bar)
        length = max(3.0, box.width() * row.records / most.records)
        painter.drawRoundedRect(QRectF(box.left(), box.top(), length, box.height()), 4, 4)
        font = QFont(option.font)
        painter.setFont(font)
        inside = box.adjusted(PAD, 0, -PAD, 0)
        painter.setPen(QColor(colours.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        figures = f"{compact(row.records)}   {percent(row.share, 0)}"
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, figures)
        metrics = QFontMetricsF(font)
        room = inside.width() - metrics.horizontalAdvance(figures) - PAD
        title = metrics.elidedText(reason_title(row.reason), Qt.TextElideMode.ElideRight, room)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()
