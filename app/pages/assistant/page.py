"""The page: the talk so far, sample questions while there is none, and the composer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.page import Page, PageCommand
from app.pages.assistant.card import AnswerCard, question_button
from app.pages.assistant.composer import Composer
from app.widgets.card import Card
from app.widgets.charts import Chart, saves
from app.words import tr
from engine.assistant.export import csv_bytes
from engine.assistant.verified import VerifiedAssistant
from engine.contracts.assistant import Answer, Assistant, Readiness
from engine.errors import LakehouseError
from engine.readings.export import write_bytes

LANE = "assistant"
BUBBLE_WIDTH, BUBBLE_PADDING = 560, 40
MOST_TURNS = 40
"""Older questions leave the page: it may be open all day."""


class AssistantPage(Page):
    """Questions about the lake in plain language."""

    key = "assistant"
    title = "Assistant"
    icon = "message"

    def __init__(
        self, context: Context, parent: QWidget | None = None, assistant: Assistant | None = None
    ) -> None:
        super().__init__(context, parent)
        self.assistant: Assistant = assistant or VerifiedAssistant(
            context.desk.pack.questions, context.desk.lake
        )
        self._conversation: str | None = None
        self._turns: list[QWidget] = []
        self._waiting: QLabel | None = None
        self._at_end = False
        self.again = QPushButton(tr("New conversation"))
        self.again.setObjectName("newConversation")
        self.again.clicked.connect(self.begin_anew)
        self.again.setEnabled(False)
        self.header_row.addWidget(self.again)
        self._build_notice()
        self._build_talk()
        self.composer = Composer()
        self.composer.asked.connect(self.ask)
        self.body.addWidget(self.composer)
        self._show_ready(self.assistant.ready())

    def _build_notice(self) -> None:
        self.notice = QLabel()
        self.notice.setObjectName("notice")
        self.notice.setWordWrap(True)
        self.body.addWidget(self.notice)

    def _build_talk(self) -> None:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        self.samples = Card(tr("Questions that are answered"))
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, text in enumerate(self.assistant.samples()):
            button = question_button(text, self.ask)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            button.setToolTip(text)
            grid.addWidget(button, place // 2, place % 2)
        self.samples.body.addLayout(grid)
        self._column.addWidget(self.samples)
        self._column.addStretch(1)
        self.talk = QScrollArea()
        self.talk.setWidgetResizable(True)
        self.talk.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.talk.setWidget(inside)
        self.talk.verticalScrollBar().rangeChanged.connect(self._follow_end)
        self.body.addWidget(self.talk, 1)

    def shown(self) -> None:
        """See Page."""
        self.composer.text.setFocus()

    def receive(self, argument: object) -> None:
        """A question that another page asks."""
        if isinstance(argument, str):
            self.ask(argument)

    def commands(self) -> list[PageCommand]:
        """See Page."""
        return [PageCommand(tr("Assistant: new conversation"), self.begin_anew)]

    def begin_anew(self) -> None:
        """Forgets the talk."""
        for turn in self._turns:
            turn.deleteLater()
        self._turns.clear()
        self._conversation = None
        self.again.setEnabled(False)
        self.samples.show()

    def ask(self, question: str) -> None:
        """Asks; the answer comes below the question. One question at a time."""
        if self._waiting is not None:
            return
        self.samples.hide()
        self.again.setEnabled(False)
        self.composer.set_busy(True)
        self._append(_bubble(question))
        pending = QLabel(tr("Looking in the lake…"))
        pending.setObjectName("muted")
        self._append(pending)
        self._waiting = pending
        assistant, conversation = self.assistant, self._conversation
        self.context.door.ask(
            lambda: assistant.ask(question, conversation),
            self._answered,
            self._failed,
            owner=self,
            lane=LANE,
        )

    def _answered(self, answer: Answer) -> None:
        self._conversation = answer.conversation
        card = AnswerCard(self.context.theme, answer)
        card.suggested.connect(self.ask)
        card.open_sql.connect(lambda sql: self.context.go("sql", sql))
        card.save_csv.connect(self.choose_csv)
        for chart in card.findChildren(Chart):
            saves(self.context, chart)
        self._settle(card)

    def _failed(self, error: LakehouseError) -> None:
        card = Card(tr("The lake could not be asked"))
        card.setObjectName("card")
        text = QLabel(f"{error.message}\n{error.remedy}")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setWordWrap(True)
        card.body.addWidget(text)
        self._settle(card)

    def _settle(self, card: QWidget) -> None:
        """Puts the answer where the waiting line stood."""
        if self._waiting is not None:
            self._turns.remove(self._waiting)
            self._waiting.deleteLater()
            self._waiting = None
        self._append(card)
        self.again.setEnabled(True)
        self.composer.set_busy(False)
        self._show_ready(self.assistant.ready())

    def _append(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)
        self._turns.append(widget)
        while len(self._turns) > 2 * MOST_TURNS:
            self._turns.pop(0).deleteLater()
        self._at_end = True

    def _follow_end(self, _low: int, high: int) -> None:
        """Shows what was just added, once the layout has made room for it."""
        if self._at_end:
            self._at_end = False
            self.talk.verticalScrollBar().setValue(high)

    def _show_ready(self, ready: Readiness) -> None:
        self.notice.setText(f"{ready.sentence} {ready.remedy}")

    def choose_csv(self, answer: Answer) -> None:
        """Asks where the rows shall be saved."""
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        start = Path(QStandardPaths.writableLocation(documents)) / "answer.csv"
        dialog = QFileDialog(self, tr("Save CSV"), str(start), "CSV (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda path: self.write_csv(answer, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_csv(self, answer: Answer, path: Path) -> None:
        """Writes the rows in the background."""
        self.context.door.ask(
            lambda: write_bytes(path, csv_bytes(answer)),
            lambda _: self.context.toast("good", tr("Saved {0}").format(path)),
            lambda error: self.context.toast("error", str(error)),
            owner=self,
            lane="export",
        )


def _bubble(question: str) -> QWidget:
    """The question, at the right."""
    text = QLabel(question)
    text.setObjectName("bubble")
    text.setAccessibleName(tr("You asked: {0}").format(question))
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    text.ensurePolished()  # the style sheet's font is larger than the system's
    wide = text.fontMetrics().horizontalAdvance(question) + BUBBLE_PADDING
    text.setFixedWidth(min(max(wide, 64), BUBBLE_WIDTH))
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(text)
    return holder
