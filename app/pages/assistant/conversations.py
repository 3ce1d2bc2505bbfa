"""Kept conversations: which one is on the page, opening, deleting and exporting one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.context import Context
from app.pages.assistant.history import History
from app.pages.assistant.pending import said
from app.pages.assistant.talk import Talk, bubble
from app.widgets.dialogs import confirm
from app.widgets.file_dialogs import ask_save, write_file
from app.words import tr
from engine.contracts.assistant import Answer, Assistant, Conversation
from engine.errors import LakehouseError
from engine.readings.export import write_text

TALKS: Final = "conversations"
"""Questions may take long; looking through conversations does not wait for them."""
MOST_TURNS: Final = 30
"""Of a kept conversation, the last ones are shown."""


class Conversations(QObject):
    """Between the panel that lists them and the column that shows one."""

    begun = Signal()
    """The page is empty now: a new one."""
    loading_changed = Signal()

    def __init__(
        self,
        context: Context,
        assistant: Assistant,
        history: History,
        talk: Talk,
        card: Callable[[Answer], QWidget],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._assistant = assistant
        self._history = history
        self._talk = talk
        self._card = card
        self.current: str | None = None
        """The one on the page; None until the first answer of a new one."""
        self.loading = False
        """Earlier turns are still coming: a question's answer would stand among them."""
        self._opening = 0
        """Number of the conversation on the page: what belongs to an earlier one comes too late."""
        history.searched.connect(lambda _text: self.read())
        history.delete_asked.connect(self.delete)
        history.export_asked.connect(self.choose_export)

    def read(self) -> None:
        """Lists them anew."""
        assistant, search = self._assistant, self._history.search.text().strip()

        def show(kept: tuple[Conversation, ...]) -> None:
            self._history.show_list(kept, search)
            self._history.show_current(self.current)

        self._context.door.ask(
            lambda: assistant.conversations(search), show, owner=self, lane=TALKS
        )

    def goes_on(self, conversation: str) -> None:
        """An answer came, and belongs to this one."""
        self.current = conversation
        self.read()

    # Opening

    def begin(self) -> None:
        """A new one; the one before is kept."""
        self._clear()
        self.begun.emit()

    def _clear(self) -> None:
        self._opening += 1
        self._load(False)
        self.current = None
        self._talk.clear()
        self._history.show_current(None)

    def open(self, conversation: str) -> None:
        """Shows a kept one; the next question goes on with it."""
        self._clear()
        self.current = conversation
        self._history.show_current(conversation)
        waiting = said(tr("Loading…"))
        self._talk.append(waiting)
        self._load(True)
        number, assistant = self._opening, self._assistant
        self._context.door.ask(
            lambda: assistant.turns(conversation),
            lambda turns: self._show_turns(number, waiting, turns),
            lambda error: self._not_opened(number, error),
            owner=self,
            lane=TALKS,
        )

    def _load(self, loading: bool) -> None:
        self.loading = loading
        self.loading_changed.emit()

    def _show_turns(self, number: int, waiting: QWidget, turns: tuple[Answer, ...]) -> None:
        if number != self._opening:
            return
        self._talk.remove(waiting)
        left = len(turns) - MOST_TURNS
        if left > 0:
            self._talk.append(said(tr("{0} earlier questions are in the export.").format(left)))
        self._show_next(number, list(turns[-MOST_TURNS:]))

    def _show_next(self, number: int, left: list[Answer]) -> None:
        """One card a turn of the event loop: all at once would hold the window up."""
        if number != self._opening:
            return
        if left:
            answer = left.pop(0)
            self._talk.append(bubble(answer.question), question=True)
            self._talk.append(self._card(answer))
        if left:
            QTimer.singleShot(0, self, lambda: self._show_next(number, left))
        else:
            self._load(False)

    def _not_opened(self, number: int, error: LakehouseError) -> None:
        if number == self._opening:
            self.begin()
        self._context.toast("error", str(error))

    # Deleting, exporting

    def delete(self, kept: Conversation) -> None:
        """Asks first."""
        title = tr("Delete this conversation?")
        text = tr("“{0}” and its answers are gone for good.").format(kept.title)
        if not confirm(self._history, title, text, tr("Delete"), danger=True):
            return
        assistant = self._assistant

        def done(_: None) -> None:
            if kept.id == self.current:
                self.begin()
            self.read()

        self._context.door.ask(lambda: assistant.delete(kept.id), done, owner=self, lane=TALKS)

    def choose_export(self, kept: Conversation) -> None:
        """Asks where the conversation shall be saved."""
        ask_save(
            self._history,
            tr("Save"),
            "conversation.md",
            "Markdown (*.md)",
            lambda path: self.write_export(kept, path),
        )

    def write_export(self, kept: Conversation, path: Path) -> None:
        """Writes it in the background."""
        assistant = self._assistant
        write_file(
            self._context, path, lambda: write_text(path, assistant.export(kept.id)), owner=self
        )
