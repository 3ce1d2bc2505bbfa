"""The list below the cursor that offers what could stand there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.models.completion_model import CompletionModel
from app.pages.sql.editor import MOST_LEXED, SqlEditor, popup_place
from app.theme import Theme
from app.widgets.table import DataTable
from app.words import tr
from engine.query.complete import Candidate, Catalogue, complete

PAUSE_MS = 100
"""Without a key, before the list opens by itself: who types on does not wait for it."""
AT_LEAST = 2
"""Letters before the list opens by itself; Ctrl+Space opens it at any time."""
ROWS_SHOWN = 9
WIDTH = 420


class Completer(QObject):
    """Watches an editor; ``catalogue`` gives what there is to name at that moment."""

    def __init__(self, editor: SqlEditor, theme: Theme, catalogue: Callable[[], Catalogue]) -> None:
        super().__init__(editor)
        self._editor = editor
        self._catalogue = catalogue
        self._start = 0
        self.model = CompletionModel(theme, self)
        self.list = _list(editor)
        self.list.setModel(self.model)
        self.list.clicked.connect(lambda _index: self.accept())
        editor.completion_asked.connect(lambda: self.offer(by_itself=False))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self.offer(by_itself=True))
        editor.typed.connect(lambda _text: self._typed())
        editor.installEventFilter(self)

    @property
    def open(self) -> bool:
        """Whether the list is shown."""
        return self.list.isVisible()

    @property
    def _begun(self) -> bool:
        """Whether enough was typed for the list to open by itself."""
        word = self._editor.word()
        return len(word) >= AT_LEAST or word.startswith(".")

    def _typed(self) -> None:
        """An open list follows each key, or Enter would take what no longer fits."""
        if self.open:
            self.offer(by_itself=True)
        elif self._begun:
            self._pause.start()
        else:
            self._pause.stop()

    def offer(self, *, by_itself: bool) -> None:
        """Opens, brings up to date or closes the list."""
        self._pause.stop()
        near = self._editor.near()
        if by_itself and (not self._begun or len(near.text) > MOST_LEXED):
            self.list.hide()
            return
        found = complete(near.text, near.cursor, self._catalogue())
        if not found.candidates:
            self.list.hide()
            return
        self._start = near.position(found.start)
        self.model.show(found.candidates)
        self._place_list()
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.list.show()

    def accept(self) -> None:
        """Puts the chosen word in place of what was typed."""
        candidate = self.model.candidate(self.list.currentIndex().row())
        self.list.hide()
        if candidate is not None:
            self._editor.replace(self._start, _inserted(candidate))

    def _place_list(self) -> None:
        rows = min(self.model.rowCount(), ROWS_SHOWN)
        height = rows * self.list.verticalHeader().defaultSectionSize() + 4
        self.list.setGeometry(0, 0, WIDTH, height)
        self.list.setColumnWidth(0, WIDTH // 2)
        place = popup_place(self._editor)
        screen = self._editor.screen().availableGeometry()
        if place.y() + height > screen.bottom():
            place.setY(place.y() - height - self._editor.cursorRect().height() - 8)
        place.setX(min(place.x(), screen.right() - WIDTH))
        self.list.move(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt's name
        """While the list is open, it has the keys that choose."""
        if isinstance(event, QFocusEvent) and event.lostFocus():
            self._pause.stop()
            self.list.hide()
        if not self.open or not isinstance(event, QKeyEvent) or event.type() != event.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.list.hide()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and not event.modifiers():
            self.accept()
            return True
        if key in _STEPS:
            self._step(_STEPS[key])
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            self.list.hide()
        return super().eventFilter(watched, event)

    def _step(self, by: int) -> None:
        row = self.list.currentIndex().row() + by
        row = max(0, min(row, self.model.rowCount() - 1))
        self.list.setCurrentIndex(self.model.index(row, 0))


_STEPS = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -ROWS_SHOWN,
    Qt.Key.Key_PageDown: ROWS_SHOWN,
}


def _inserted(candidate: Candidate) -> str:
    return f"{candidate.text}(" if candidate.kind == "function" else candidate.text


def _list(editor: QWidget) -> DataTable:
    """A window of its own that never takes the focus."""
    made = DataTable(editor)
    made.setWindowFlags(Qt.WindowType.ToolTip)
    made.setObjectName("completions")
    made.setAccessibleName(tr("Completions"))
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.horizontalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(24)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made
