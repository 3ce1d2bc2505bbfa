"""The command palette (Ctrl+K): type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from app.page import PageCommand
from app.words import tr

WIDTH, HEIGHT = 560, 380


def ranked(commands: Sequence[PageCommand], typed: str) -> list[PageCommand]:
    """Commands in whose title all letters stand in order; best first.

    A title that holds the text as it was typed comes before one that holds its letters only, and
    an early match before a late one.
    """
    wanted = typed.casefold().strip()
    if not wanted:
        return list(commands)
    found = []
    for place, command in enumerate(commands):
        title = command.title.casefold()
        at = title.find(wanted)
        if at >= 0:
            found.append(((0, at, place), command))
        elif _in_order(wanted.replace(" ", ""), title):
            found.append(((1, 0, place), command))
    return [command for _, command in sorted(found, key=lambda pair: pair[0])]


def _in_order(letters: str, title: str) -> bool:
    rest = iter(title)
    return all(letter in rest for letter in letters)


class Palette(QFrame):
    """Floats over its parent; gone with Escape, a click elsewhere, or a choice."""

    def __init__(self, commands: Callable[[], Sequence[PageCommand]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._over = parent
        self._commands = commands
        self._all: Sequence[PageCommand] = ()
        self._found: list[PageCommand] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Go to a page or run a command"))
        self.field.setAccessibleName(tr("Command"))
        self.list = QListView()
        self.list.setAccessibleName(tr("Commands found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._model = QStringListModel(self)
        self.list.setModel(self._model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        self.field.textChanged.connect(self._search)
        self.field.returnPressed.connect(self._run)
        self.list.clicked.connect(lambda _index: self._run())
        self.field.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Shows it with every command."""
        self.setGeometry((self._over.width() - WIDTH) // 2, 72, WIDTH, HEIGHT)
        self._all = self._commands()
        self.field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """Arrows move in the list while the field keeps the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8}
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() in steps:
                self._move(steps[Qt.Key(event.key())])
                return True
        return super().eventFilter(watched, event)

    def _search(self, typed: str) -> None:
        self._found = ranked(self._all, typed)
        rows = [f"{c.title}    {c.shortcut}" if c.shortcut else c.title for c in self._found]
        self._model.setStringList(rows)
        if rows:
            self.list.setCurrentIndex(self._model.index(0))

    def _move(self, step: int) -> None:
        row = max(0, min(len(self._found) - 1, self.list.currentIndex().row() + step))
        self.list.setCurrentIndex(self._model.index(row))

    def _run(self) -> None:
        row = self.list.currentIndex().row()
        self.hide()
        if 0 <= row < len(self._found):
            self._found[row].run()
