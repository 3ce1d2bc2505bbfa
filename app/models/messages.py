"""Messages of the topic as rows; the newest can be put on top while the tail is followed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QObject

from app.formats import DASH, number, size, utc_tooltip
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.words import tr
from engine.topic.browse import Row

MOST_ROWS: Final = 1_000
"""Kept while the tail is followed; older ones leave at the bottom."""


class MessageModel(RowsModel):
    """Rows of ``engine.topic.browse``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), parent)

    def append(self, rows: Sequence[Row]) -> None:
        """Adds rows at the bottom."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows = (*self._rows, *rows)
            self.endInsertRows()

    def prepend(self, rows: Sequence[Row]) -> None:
        """Puts rows on top and lets the ones beyond MOST_ROWS go."""
        new = tuple(rows)[:MOST_ROWS]
        if not new:
            return
        self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
        self._rows = (*new, *self._rows)
        self.endInsertRows()
        if len(self._rows) > MOST_ROWS:
            self.beginRemoveRows(QModelIndex(), MOST_ROWS, len(self._rows) - 1)
            self._rows = self._rows[:MOST_ROWS]
            self.endRemoveRows()


def _columns() -> list[ColumnSpec]:
    return [
        ColumnSpec(tr("Time"), lambda row: row.time_ms, stamp, tooltip=_time_tip),
        ColumnSpec(tr("Part."), lambda row: row.partition, right=True, tooltip=_partition_tip),
        ColumnSpec(tr("Offset"), lambda row: row.offset, number, right=True),
        ColumnSpec(tr("Type"), lambda row: row.label),
        ColumnSpec(tr("Key"), lambda row: row.key, tooltip=lambda row: row.key),
        ColumnSpec(tr("Size"), lambda row: row.size, size, right=True),
        ColumnSpec(tr("Value"), lambda row: row.preview),
    ]


def moment(time_ms: int) -> dt.datetime | None:
    """The moment in UTC; None where no calendar has it."""
    try:
        return dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None


def stamp(time_ms: int) -> str:
    """``12:31:05.123`` in the local zone, with the date where it is not today's."""
    at = moment(time_ms)
    if at is None:
        return DASH
    local = at.astimezone()
    today = local.date() == dt.datetime.now(dt.UTC).astimezone().date()
    text = local.strftime("%H:%M:%S") + f".{local.microsecond // 1000:03d}"
    return text if today else f"{local:%Y-%m-%d} {text}"


def _time_tip(row: Row) -> str:
    return "" if row.time_ms is None else utc_tooltip(moment(row.time_ms))


def _partition_tip(row: Row) -> str:
    return tr("Partition {0}").format(row.partition)
