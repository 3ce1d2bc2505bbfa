"""The panel of kept conversations: search, open, export, delete."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListView, QMenu, QToolButton, QWidget

from app.icons import icon
from app.models.conversations import ConversationDelegate, ConversationsModel
from app.theme import Theme
from app.widgets.searched import SearchedList
from app.words import tr
from engine.contracts.assistant import Conversation


class History(SearchedList):
    """Emits what a person wants; shows what it is given."""

    opened = Signal(str)
    searched = Signal(str)
    delete_asked = Signal(object)
    """A Conversation."""
    export_asked = Signal(object)
    """A Conversation."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("Search conversations"), parent)
        self._theme = theme
        self._current: str | None = None
        self.model = ConversationsModel(self)
        self.search.setPlaceholderText(tr("Search"))
        self.search.searched.connect(self.searched)
        self.list = QListView()
        self.list.setAccessibleName(tr("Kept conversations"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(ConversationDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.clicked.connect(self._open)
        self.list.activated.connect(self._open)
        self.export = _tool(tr("Export the conversation as Markdown"))
        self.delete = _tool(tr("Delete the conversation (Del)"))
        self.export.clicked.connect(lambda: self._ask(self.export_asked))
        self.delete.clicked.connect(lambda: self._ask(self.delete_asked))
        self.bar.setSpacing(4)
        self.bar.addWidget(self.export)
        self.bar.addWidget(self.delete)
        self.hold(self.list)
        self.setMinimumWidth(180)
        key = QShortcut(QKeySequence.StandardKey.Delete, self.list)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(lambda: self._ask(self.delete_asked))
        self.list.selectionModel().currentChanged.connect(lambda *_: self._allow())
        theme.changed.connect(self._recolour)
        self._recolour()
        self.show_list((), "")

    def show_list(self, kept: tuple[Conversation, ...], search: str) -> None:
        """The newest first; ``search`` is what they were looked for by."""
        self.model.show(kept)
        self.show_filled(bool(kept))
        title = tr("Nothing found") if search else tr("No conversation yet")
        self.placeholder.show_state("empty", title, "")
        self.show_current(self._current)

    def show_current(self, conversation: str | None) -> None:
        """The one that is on the page; emits nothing."""
        self._current = conversation
        place = self.model.place(conversation)
        index = self.model.index(place) if place >= 0 else QModelIndex()
        flags = QItemSelectionModel.SelectionFlag
        self.list.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
        self._allow()

    def chosen(self) -> Conversation | None:
        """The one under the cursor."""
        return self.model.at(self.list.currentIndex().row())

    def _open(self, index: QModelIndex) -> None:
        kept = self.model.at(index.row())
        if kept is not None and kept.id != self._current:
            self.opened.emit(kept.id)

    def _ask(self, signal: object) -> None:
        kept = self.chosen()
        if kept is not None:
            signal.emit(kept)  # type: ignore[attr-defined]  # a bound signal

    def _menu(self, at: QPoint) -> None:
        if not self.list.indexAt(at).isValid():
            return
        self.list.setCurrentIndex(self.list.indexAt(at))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Open"), lambda: self._open(self.list.currentIndex()))
        menu.addAction(tr("Export as Markdown…"), lambda: self._ask(self.export_asked))
        menu.addAction(tr("Delete…"), lambda: self._ask(self.delete_asked))
        menu.popup(self.list.viewport().mapToGlobal(at))

    def _allow(self) -> None:
        for button in (self.export, self.delete):
            button.setEnabled(self.chosen() is not None)

    def _recolour(self) -> None:
        muted = self._theme.colours.muted
        self.export.setIcon(icon("download", muted))
        self.delete.setIcon(icon("trash", muted))


def _tool(hint: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("flat")
    button.setIconSize(QSize(16, 16))
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    return button
