"""Lines of a log as a list model: filtered by level, searched, bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from app.formats import local_time, utc_tooltip
from app.widgets.rows_model import Index
from engine.readings.log_lines import LogLevel, LogLine

LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
MOST = 50_000
"""Lines kept: some 10 MB, and a filter or a search over them takes some 10 ms."""
SPARE = 2_000
"""Taken off at once, so that not each new line moves all others."""
WIDEST = 2_000
"""Characters of a line that one can scroll to; a copy has them all."""


class LogModel(QAbstractListModel):
    """``replace``, ``append`` and ``prepend`` take what ``LogTail`` gives."""

    def __init__(self, parent: QObject | None = None, most: int = MOST) -> None:
        super().__init__(parent)
        self._most = most
        self._all: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._level = LogLevel.DEBUG
        self.widest = 0
        """Characters of the longest line seen, at most ``WIDEST``."""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return as_text(line)
            case Qt.ItemDataRole.ToolTipRole:
                return utc_tooltip(line.time) or None
            case _:
                return line if role == LINE_ROLE else None

    @property
    def total(self) -> int:
        """Lines kept, those that the filter hides included."""
        return len(self._all)

    def replace(self, lines: Sequence[LogLine]) -> None:
        """Other lines."""
        self.beginResetModel()
        self._all = list(lines[-self._most :])
        self._shown = self._filtered(self._all)
        self.widest = 0
        self._measure(self._all)
        self.endResetModel()

    def append(self, lines: Sequence[LogLine]) -> bool:
        """Newer lines; whether old ones had to go for them."""
        self._measure(lines)
        self._all.extend(lines)
        shown = self._filtered(lines)
        if shown:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(shown) - 1)
            self._shown.extend(shown)
            self.endInsertRows()
        if len(self._all) <= self._most:
            return False
        self._drop(len(self._all) - self._most + min(SPARE, self._most // 2))
        return True

    def prepend(self, lines: Sequence[LogLine]) -> None:
        """Older lines, as many as there is room for."""
        room = self._most - len(self._all)
        taken = list(lines[max(len(lines) - room, 0) :]) if room > 0 else []
        self._measure(taken)
        self._all[:0] = taken
        shown = self._filtered(taken)
        if shown:
            self.beginInsertRows(QModelIndex(), 0, len(shown) - 1)
            self._shown[:0] = shown
            self.endInsertRows()

    @property
    def full(self) -> bool:
        """Whether there is no room for older lines."""
        return len(self._all) >= self._most

    def set_level(self, level: LogLevel) -> None:
        """Hides what is less bad."""
        if level != self._level:
            self.beginResetModel()
            self._level = level
            self._shown = self._filtered(self._all)
            self.endResetModel()

    def find(self, text: str) -> list[int]:
        """Rows that contain it, whatever the case; empty for an empty text."""
        wanted = text.casefold()
        if not wanted:
            return []
        return [row for row, line in enumerate(self._shown) if wanted in line.text.casefold()]

    def text_of(self, rows: Sequence[int]) -> str:
        """Lines as they are copied."""
        return "\n".join(as_text(self._shown[row]) for row in rows)

    def _filtered(self, lines: Sequence[LogLine]) -> list[LogLine]:
        level = self._level
        return [line for line in lines if line.level >= level]

    def _measure(self, lines: Sequence[LogLine]) -> None:
        longest = max((len(line.text) for line in lines), default=0)
        self.widest = max(self.widest, min(longest, WIDEST))

    def _drop(self, count: int) -> None:
        gone = len(self._filtered(self._all[:count]))
        del self._all[:count]
        if gone:
            self.beginRemoveRows(QModelIndex(), 0, gone - 1)
            del self._shown[:gone]
            self.endRemoveRows()


def clock_text(line: LogLine) -> str:
    """The line's local time with milliseconds; blanks where it has none."""
    if line.time is None:
        return " " * 12
    return f"{local_time(line.time)}.{line.time.microsecond // 1000:03d}"


def as_text(line: LogLine) -> str:
    """One line as it is read aloud and copied."""
    return f"{clock_text(line)} {line.level.name:<7} {line.text}"
