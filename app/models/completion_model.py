"""Words that could stand at the cursor, with a picture of their kind and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.icons import icon
from app.theme import Theme
from app.words import tr
from engine.query.complete import Candidate

Index = QModelIndex | QPersistentModelIndex


class CompletionModel(QAbstractTableModel):
    """Two columns: the word, and its kind or type."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._candidates: tuple[Candidate, ...] = ()

    def show(self, candidates: Sequence[Candidate]) -> None:
        """Replaces all of them."""
        self.beginResetModel()
        self._candidates = tuple(candidates)
        self.endResetModel()

    def candidate(self, row: int) -> Candidate | None:
        """The one in a row; None where there is none."""
        return self._candidates[row] if 0 <= row < len(self._candidates) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else len(self._candidates)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 -- Qt's signature
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        candidate = self.candidate(index.row()) if index.isValid() else None
        if candidate is None:
            return None
        first = index.column() == 0
        if role == Qt.ItemDataRole.DisplayRole:
            return candidate.text if first else candidate.detail or tr(candidate.kind)
        if role == Qt.ItemDataRole.ForegroundRole and not first:
            return self._theme.qcolor("muted")
        if role == Qt.ItemDataRole.DecorationRole and first:
            return icon(candidate.kind, self._theme.colours.muted)
        return None
