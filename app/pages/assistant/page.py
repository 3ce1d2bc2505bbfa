"""The page: conversations at the left, the talk beside them, and the composer below it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.context import Context
from app.icons import icon
from app.page import Page, PageCommand
from app.pages.assistant.card import AnswerCard
from app.pages.assistant.composer import Composer
from app.pages.assistant.conversations import TALKS, Conversations
from app.pages.assistant.history import History
from app.pages.assistant.knowledge import KnowledgeDialog
from app.pages.assistant.model_drop import model_in, offer_model, pick_model
from app.pages.assistant.pending import Pending, said
from app.pages.assistant.talk import Talk, bubble
from app.pages.assistant.texts import QuestionButton
from app.widgets.card import Card
from app.widgets.file_dialogs import ask_save, write_file
from app.words import tr
from engine.contracts.assistant import Answer, Assistant, Progress, Readiness
from engine.contracts.knowledge import Knowledge
from engine.errors import LakehouseError
from engine.query.errors import Cancelled
from engine.readings.answers import AnswerDesk

LANE = "assistant"
MOST_SAMPLES = 12
LOOK_MS = 10_000
"""A model comes and goes: so often the page looks which one there is, while it is shown."""


class AssistantPage(Page):
    """Questions about the lake in plain language."""

    key = "assistant"
    title = "Assistant"
    icon = "message"

    heard = Signal(object)
    """A Progress; comes from the lane's thread."""

    def __init__(
        self,
        context: Context,
        parent: QWidget | None = None,
        assistant: Assistant | None = None,
        knowledge: Knowledge | None = None,
    ) -> None:
        super().__init__(context, parent)
        self.assistant: Assistant = assistant or context.desk.assistant
        self._knowledge: Knowledge = knowledge or context.desk.knowledge
        self._answers = AnswerDesk(context.desk.lake, context.desk.settings.query)
        self._pending: Pending | None = None
        self._question = ""
        self._cancelling = False
        self._build_header()
        self._build_body()
        self._shortcuts()
        self.setAcceptDrops(True)
        self.heard.connect(self._hear)
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._read_ready)
        self.conversations.begin()
        self._read_samples()

    # Building

    def _build_header(self) -> None:
        self.model = QToolButton()
        self.model.setObjectName("flat")
        self.model.setText(tr("…"))
        self.model.setAccessibleName(tr("Language model"))
        self.model.clicked.connect(lambda: self.context.go("settings", "Assistant"))
        self.model_file = QToolButton()
        self.model_file.setObjectName("flat")
        self.model_file.setIcon(icon("upload"))
        self.model_file.setToolTip(
            tr("Use a model file (GGUF) on this computer; it may be dropped on the page too")
        )
        self.model_file.setAccessibleName(tr("Choose a model file"))
        self.model_file.clicked.connect(lambda: pick_model(self, self.context, self._read_ready))
        self.knowledge = QPushButton(tr("Knowledge…"))
        self.knowledge.setIcon(icon("book"))
        self.knowledge.setToolTip(tr("What the assistant knows: look, add, change, delete"))
        self.knowledge.clicked.connect(self.open_knowledge)
        self.again = QPushButton(tr("New conversation"))
        self.again.setObjectName("newConversation")
        self.again.setIcon(icon("plus"))
        self.again.setToolTip(tr("Begin anew (Ctrl+N)"))
        self.again.clicked.connect(self.begin_anew)
        self.side_button = QToolButton()
        self.side_button.setIcon(icon("list"))
        self.side_button.setCheckable(True)
        self.side_button.setChecked(True)
        self.side_button.setToolTip(tr("Show or hide the conversations (Ctrl+\\)"))
        self.side_button.setAccessibleName(tr("Conversations"))
        for widget in (self.model, self.model_file, self.knowledge, self.again, self.side_button):
            self.header_row.addWidget(widget)

    def _build_body(self) -> None:
        self.history = History(self.context.theme)
        self.history.opened.connect(self.open_conversation)
        self.side_button.toggled.connect(self.history.setVisible)
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.samples = Card(tr("Questions to begin with"))
        self._sample_grid = QGridLayout()
        self._sample_grid.setSpacing(8)
        self.samples.body.addLayout(self._sample_grid)
        breathe()
        self.talk = Talk(self.samples)
        self.composer = Composer()
        self.composer.asked.connect(self.ask)
        self.conversations = Conversations(
            self.context, self.assistant, self.history, self.talk, self._card, self
        )
        self.conversations.begun.connect(self.samples.show)
        self.conversations.loading_changed.connect(lambda: self._busy(self.busy))
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.notice)
        column.addWidget(self.talk, 1)
        column.addWidget(self.composer)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        self.split.addWidget(self.history)
        self.split.addWidget(right)
        self.split.setStretchFactor(1, 1)
        self.split.setSizes([240, 860])
        self.body.addWidget(self.split, 1)

    def _shortcuts(self) -> None:
        for keys, run in (
            ("Ctrl+N", self.begin_anew),
            ("Ctrl+\\", self.side_button.toggle),
            ("Ctrl+F", self.history.search.setFocus),
            ("Esc", self.cancel),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    # What the window tells

    def shown(self) -> None:
        """See Page."""
        self.composer.text.setFocus()
        self._read_ready()
        self.conversations.read()
        self._look.start()

    def hidden(self) -> None:
        """See Page. A question goes on."""
        self._look.stop()

    def receive(self, argument: object) -> None:
        """A question that another page asks."""
        if isinstance(argument, str):
            self.ask(argument)

    def commands(self) -> list[PageCommand]:
        """See Page."""
        return [
            PageCommand(tr("New conversation"), self.begin_anew, "Ctrl+N"),
            PageCommand(tr("Knowledge"), self.open_knowledge),
            PageCommand(
                tr("Use a model file"),
                lambda: _discard(pick_model(self, self.context, self._read_ready)),
            ),
        ]

    # Asking

    @property
    def busy(self) -> bool:
        """Whether a question is being answered."""
        return self._pending is not None

    def ask(self, question: str) -> None:
        """Asks; the answer comes below the question. One question at a time."""
        if self.busy or self.conversations.loading:
            return
        self.samples.hide()
        self._question, self._cancelling = question, False
        self._busy(True)
        self.talk.append(bubble(question), question=True)
        self._pending = Pending()
        self._pending.cancelled.connect(self.cancel)
        self.talk.append(self._pending)
        assistant, conversation, hear = self.assistant, self.conversations.current, self._tell
        self.context.door.ask(
            lambda: assistant.ask(question, conversation, hear),
            self._answered,
            self._failed,
            owner=self,
            lane=LANE,
        )

    def cancel(self) -> None:
        """Gives up the question that is being answered."""
        if self._pending is not None and not self._cancelling:
            self._cancelling = True
            self._pending.show_cancelling()
            self.assistant.cancel()

    def _tell(self, progress: Progress) -> None:
        """Called on the lane's thread."""
        with contextlib.suppress(RuntimeError):  # the page may be gone
            self.heard.emit(progress)

    def _hear(self, progress: Progress) -> None:
        if self._pending is not None:
            self._pending.heard(progress)

    def _answered(self, answer: Answer) -> None:
        self._settle(self._card(answer))
        self.conversations.goes_on(answer.conversation)

    def _failed(self, error: LakehouseError) -> None:
        if isinstance(error, Cancelled) and self._cancelling:
            if not self.composer.text.toPlainText():
                self.composer.text.setPlainText(self._question)
            self._settle(
                said(tr("Cancelled. The question stands below, to be changed or asked again."))
            )
            return
        card = Card(tr("The question could not be answered"))
        text = QLabel(f"{error.message}\n{error.remedy}")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        card.body.addWidget(text)
        self._settle(card)

    def _settle(self, widget: QWidget) -> None:
        """Puts the answer where the steps stood."""
        if self._pending is not None:
            self.talk.remove(self._pending)
            self._pending = None
        self.talk.append(widget)
        self._busy(False)
        self._read_ready()

    def _busy(self, busy: bool) -> None:
        self.composer.set_busy(busy or self.conversations.loading)
        self.again.setEnabled(not busy)
        self.history.setEnabled(not busy)

    # Cards

    def _card(self, answer: Answer) -> AnswerCard:
        card = AnswerCard(self.context, answer)
        card.suggested.connect(self.ask)
        card.open_sql.connect(lambda sql: self.context.go("sql", sql))
        card.save_csv.connect(self.choose_csv)
        card.run_asked.connect(lambda answer, sql: self._run_again(card, answer, sql))
        card.rated.connect(lambda turn, liked: self._rate(card, turn, liked))
        return card

    def _run_again(self, card: AnswerCard, answer: Answer, sql: str) -> None:
        answers = self._answers
        card.show_running()
        self.context.door.ask(
            lambda: answers.run_again(answer, sql),
            card.show_result,
            card.show_error,
            owner=card,
            lane="statements",
        )

    def _rate(self, card: AnswerCard, turn: str, liked: bool | None) -> None:
        before, assistant = card.answer.liked, self.assistant

        def refused(error: LakehouseError) -> None:
            card.show_liked(before)
            self.context.toast("error", str(error))

        def kept(_: None) -> None:
            if liked:
                self.context.toast("good", tr("Kept: asked again, it is answered by this SQL"))

        self.context.door.ask(
            lambda: assistant.rate(turn, liked), kept, refused, owner=card, lane=TALKS
        )

    def choose_csv(self, answer: Answer) -> None:
        """Asks where the rows shall be saved."""
        ask_save(
            self,
            tr("Save"),
            "answer.csv",
            "CSV (*.csv)",
            lambda path: self.write_csv(answer, path),
        )

    def write_csv(self, answer: Answer, path: Path) -> None:
        """Writes the rows in the background."""
        answers = self._answers
        write_file(self.context, path, lambda: answers.save_csv(answer, path), owner=self)

    # Conversations

    def begin_anew(self) -> None:
        """A new conversation; the one before is kept."""
        if self.busy:
            return
        self.conversations.begin()
        self.composer.text.setFocus()

    def open_conversation(self, conversation: str) -> None:
        """Shows a kept one; the next question goes on with it."""
        if self.busy:
            return
        self.samples.hide()
        self.conversations.open(conversation)

    # Reading

    def _read_ready(self) -> None:
        assistant = self.assistant
        self.context.door.ask(
            assistant.ready, self._show_ready, self._not_ready, owner=self, lane=TALKS
        )

    def _show_ready(self, ready: Readiness) -> None:
        self.model.setText(ready.model or tr("No language model"))
        self.model.setToolTip(f"{ready.sentence}\n{ready.remedy}".strip())
        self.model.setAccessibleName(tr("Language model: {0}").format(self.model.text()))
        self.notice.setText(f"{ready.sentence} {ready.remedy}".strip())
        self.notice.setVisible(bool(ready.remedy))

    def _not_ready(self, error: LakehouseError) -> None:
        self._show_ready(Readiness(error.message, error.remedy))

    def _read_samples(self) -> None:
        assistant = self.assistant
        self.context.door.ask(assistant.samples, self._show_samples, owner=self, lane=TALKS)

    def _show_samples(self, samples: tuple[str, ...]) -> None:
        for place, text in enumerate(samples[:MOST_SAMPLES]):
            button = QuestionButton(text, self.ask)
            self._sample_grid.addWidget(button, place // 2, place % 2)

    # Knowledge and models

    def open_knowledge(self) -> None:
        """What the assistant knows."""
        dialog = KnowledgeDialog(self.context, self._knowledge, self._answers, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 -- Qt's name
        """A model file is welcome."""
        if model_in(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 -- Qt's name
        """It is looked at first."""
        path = model_in(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            offer_model(self, self.context, path, self._read_ready)


def _discard(_dialog: object) -> None:
    """A command answers nothing."""
