"""A box to choose a version of a table: the newest, one of the recent ones, or by its number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.formats import utc_tooltip
from app.pages.data.history import operation_words, when
from app.words import tr
from engine.lake.commits import Commit


class VersionPicker(QComboBox):
    """``chosen`` carries the version, or None for the newest. A number can be typed."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # It would make 12 of a typed 1. The stubs do not know that None takes it away.
        self.setCompleter(None)  # type: ignore[arg-type]
        self.setMinimumWidth(260)
        self._version: int | None = None
        self._commits: tuple[Commit, ...] = ()
        self.activated.connect(self._picked)
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self.take_typed)  # Enter, Tab, or a click elsewhere
        self._fill()

    @property
    def version(self) -> int | None:
        """The chosen version; None is the newest."""
        return self._version

    def set_commits(self, commits: Sequence[Commit]) -> None:
        """The recent commits, newest first; the choice stays."""
        if tuple(commits) != self._commits:
            self._commits = tuple(commits)
            self._fill()

    def choose(self, version: int | None) -> None:
        """Chooses without a signal."""
        self._version = version
        self._write()

    def _fill(self) -> None:
        self.blockSignals(True)
        self.clear()
        self.addItem(tr("Newest"), None)
        for commit in self._commits:
            self.addItem(version_text(commit), commit.version)
            tip = utc_tooltip(commit.time)
            self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.blockSignals(False)
        self._write()

    def _write(self) -> None:
        """Shows the choice, also one that is not in the list."""
        at = self.findData(self._version)
        self.setCurrentIndex(max(at, -1))
        if at < 0:
            self.setEditText(tr("Version {0}").format(self._version))
        hint = tr("Choose a version, or type its number")
        of = self.itemData(at, Qt.ItemDataRole.ToolTipRole) if at > 0 else None
        self.setToolTip(f"{of}\n{hint}" if of else hint)

    def _picked(self, index: int) -> None:
        self._version = self.itemData(index)
        self.chosen.emit(self._version)

    def take_typed(self) -> None:
        """Takes the number that stands in the line; what is no number gives way to the choice."""
        found = re.search(r"\d+", self.currentText().split("·")[0])
        if found and int(found[0]) != self._version:
            self._version = int(found[0])
            self._write()
            self.chosen.emit(self._version)
        else:
            self._write()


def version_text(commit: Commit) -> str:
    """``86 · 12:31:05 · Rows merged in``, with the date where it is not today's."""
    return f"{commit.version} · {when(commit.time)} · {operation_words(commit)}"
