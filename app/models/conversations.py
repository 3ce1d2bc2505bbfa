"""The kept conversations as a list; a second line says how long they are and how old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.formats import local_time
from app.words import tr
from engine.contracts.assistant import Conversation

Index = QModelIndex | QPersistentModelIndex
CONVERSATION_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
SECOND_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 2
ROW_PX: Final = 46


class ConversationsModel(QAbstractListModel):
    """``show`` replaces the list; what is the same stays in place, so that selections do too."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: tuple[Conversation, ...] = ()

    def show(self, conversations: Sequence[Conversation]) -> None:
        """The newest first."""
        new = tuple(conversations)
        if new == self._kept:
            return
        if [c.id for c in new] == [c.id for c in self._kept]:
            self._kept = new
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))
            return
        self.beginResetModel()
        self._kept = new
        self.endResetModel()

    def place(self, conversation: str | None) -> int:
        """The row of a conversation; -1 where it is not listed."""
        return next((at for at, kept in enumerate(self._kept) if kept.id == conversation), -1)

    def at(self, row: int) -> Conversation | None:
        """What a row shows."""
        return self._kept[row] if 0 <= row < len(self._kept) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._kept)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        kept = self._kept[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return kept.title
            case Qt.ItemDataRole.ToolTipRole:
                return f"{kept.title}\n{_second(kept)}"
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{kept.title}, {_second(kept)}"
            case _ if role == CONVERSATION_ROLE:
                return kept
            case _ if role == SECOND_ROLE:
                return _second(kept)
        return None


def _second(kept: Conversation) -> str:
    count = tr("1 question") if kept.turns == 1 else tr("{0} questions").format(kept.turns)
    last = kept.last_at.astimezone()
    today = last.date() == dt.datetime.now().astimezone().date()
    when = local_time(kept.last_at, seconds=False) if today else f"{last.day} {last:%b %Y}"
    return f"{count}  ·  {when}"


class ConversationDelegate(QStyledItemDelegate):
    """Title, and below it the second line, smaller and muted."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802
        """All rows are of one height."""
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The style draws what lies below the text."""
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        shown.text = ""
        area: QRect = shown.rect
        widget = shown.widget
        style = widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, widget)
        inner = area.adjusted(10, 5, -8, -5)
        half = inner.height() // 2
        palette: QPalette = shown.palette
        painter.save()
        lines = (
            (str(index.data() or ""), 13, QPalette.ColorRole.Text, 0),
            (str(index.data(SECOND_ROLE) or ""), 11, QPalette.ColorRole.PlaceholderText, half),
        )
        for text, pixels, colour, down in lines:
            font = QFont(painter.font())
            font.setPixelSize(pixels)
            painter.setFont(font)
            painter.setPen(palette.color(colour))
            line = QRect(inner.left(), inner.top() + down, inner.width(), half)
            cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), cut)
        painter.restore()
