"""One answer: what is said, by whom, and what it rests on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.breath import breathe
from app.context import Context
from app.formats import duration_ms, number
from app.icons import icon
from app.pages.assistant.sql_box import SqlBox
from app.pages.assistant.texts import BADGES, QuestionButton, as_text, origin, took
from app.pages.assistant.views import ResultViews
from app.pages.sql.dialogs import show_value
from app.theme import Theme
from app.widgets.badge import Badge
from app.widgets.card import Card
from app.words import tr
from engine.contracts.assistant import Answer
from engine.errors import LakehouseError


class AnswerCard(Card):
    """Emits what a person wants; ``show_result`` and ``show_error`` answer ``run_asked``."""

    suggested = Signal(str)
    """A question to ask."""
    open_sql = Signal(str)
    """A statement for the SQL page."""
    save_csv = Signal(object)
    """The Answer whose rows are wanted."""
    run_asked = Signal(object, str)
    """The Answer, and the statement as it was changed."""
    rated = Signal(str, object)
    """The turn's id; True, False or None for a thumb that is taken back."""

    def __init__(self, context: Context, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.answer = answer
        self._context = context
        self.setAccessibleName(tr("Answer: {0}").format(answer.answer))
        self._add_head(answer)
        self._add_notes(answer)
        breathe()
        self.views = ResultViews(context, answer)
        breathe()
        self.body.addWidget(self.views)
        self.sql = SqlBox(context.theme, answer.sql or "")
        self.sql.run_asked.connect(lambda sql: self.run_asked.emit(self.answer, sql))
        self.sql.open_asked.connect(self.open_sql)
        self.body.addWidget(self.sql)
        self.sql.setVisible(answer.sql is not None)
        for text in answer.suggestions:
            self.body.addWidget(QuestionButton(text, self.suggested.emit))
        self._add_foot(answer)
        context.theme.changed.connect(self._recolour)
        self._recolour()

    def _add_head(self, answer: Answer) -> None:
        word, tone, why = BADGES[answer.badge]
        self.badge = Badge(tr(word), tone)
        self.badge.setToolTip(f"{tr(why)}\n{origin(answer)}")
        self.badge.setAccessibleName(tr("{0}. {1}").format(tr(word), tr(why)))
        self.text = QLabel(answer.answer)
        self.text.setObjectName("answer")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.body.addLayout(row)

    def _add_notes(self, answer: Answer) -> None:
        self.notes = QLabel("\n".join(answer.notes))
        self.notes.setObjectName("muted")
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.setWordWrap(True)
        self.body.addWidget(self.notes)
        self.notes.setVisible(bool(answer.notes))

    def _add_foot(self, answer: Answer) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.foot = QLabel(took(answer))
        self.foot.setObjectName("small")
        self.foot.setToolTip(tr("Who answered, and the time from question to answer"))
        row.addWidget(self.foot)
        if answer.usage is not None:
            self.sent = QPushButton(tr("What was sent"))
            self.sent.setObjectName("flat")
            self.sent.setToolTip(tr("Read exactly what the language model was given"))
            self.sent.clicked.connect(self._show_request)
            row.addWidget(self.sent)
        row.addStretch(1)
        self._icons: list[tuple[QToolButton, str]] = []
        if answer.rows:
            self.csv = self._tool("download", tr("Save the rows as CSV"))
            self.csv.clicked.connect(lambda: self.save_csv.emit(self.answer))
            row.addWidget(self.csv)
        self.copy = self._tool("copy", tr("Copy the answer"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(as_text(self.answer)))
        row.addWidget(self.copy)
        if answer.sql is not None and answer.id:
            up = tr("A good answer: keep question and SQL as verified by me")
            self.up = self._tool("thumb-up", up)
            self.down = self._tool("thumb-down", tr("Not a good answer"))
            for button, liked in ((self.up, True), (self.down, False)):
                button.setCheckable(True)
                button.clicked.connect(lambda on, liked=liked: self._rate(liked if on else None))
                row.addWidget(button)
            self.show_liked(answer.liked)
        self.body.addLayout(row)

    def _tool(self, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("flat")
        button.setIconSize(QSize(16, 16))
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        self._icons.append((button, name))
        return button

    def show_liked(self, liked: bool | None) -> None:
        """The thumb that is kept; None is neither."""
        self.up.setChecked(liked is True)
        self.down.setChecked(liked is False)

    def _rate(self, liked: bool | None) -> None:
        self.show_liked(liked)
        self.rated.emit(self.answer.id, liked)

    def show_running(self) -> None:
        """The changed statement runs."""
        self.sql.show_running()

    def show_result(self, answer: Answer) -> None:
        """What the changed statement gave; the sentence was about the one before it."""
        self.answer = answer
        rows = (
            tr("1 row")
            if len(answer.rows) == 1
            else tr("{0} rows").format(number(len(answer.rows)))
        )
        more = tr("the first {0}").format(rows) if answer.truncated else rows
        text = tr("The statement as you changed it gives {0}.").format(more)
        self.text.setText(text)
        self.setAccessibleName(tr("Answer: {0}").format(text))
        self.badge.show_text(tr("Edited"), "muted")
        self.badge.setToolTip(tr("You changed the SQL of this answer and ran it again."))
        self.notes.hide()
        self.foot.setText(duration_ms(answer.elapsed_ms))
        self.sql.show_done()
        self.views.show_answer(answer)

    def show_error(self, error: LakehouseError) -> None:
        """The changed statement did not run."""
        self.sql.show_error(error)

    def _show_request(self) -> None:
        assert self.answer.usage is not None
        show_value(self, tr("What the language model was given"), self.answer.usage.request)

    def _recolour(self) -> None:
        for button, name in self._icons:
            button.setIcon(icon(name, self._theme.colours.muted))

    @property
    def _theme(self) -> Theme:
        return self._context.theme
