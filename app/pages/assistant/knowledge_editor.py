"""One piece of knowledge: read where it is the pack's, changed where it is the person's own."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.pages.sql.highlighter import SqlHighlighter
from app.theme import Theme
from app.widgets.card import Card
from app.widgets.placeholder import Placeholder
from app.words import tr
from engine.contracts.knowledge import Kind, KnowledgeItem
from engine.errors import LakehouseError
from engine.readings.knowledge import OWN_KINDS, NotComplete, own_item

KIND_WORDS: Final[dict[Kind, tuple[str, str]]] = {
    "question": ("Question", "Questions"),
    "metric": ("Metric", "Metrics"),
    "dimension": ("Dimension", "Dimensions"),
    "table": ("Table", "Tables"),
    "page": ("Text", "Texts"),
}
"""One and several."""


class KnowledgeEditor(Card):
    """``saved`` carries the item before (or None) and the new one."""

    saved = Signal(object, object)
    delete_asked = Signal(object)
    copy_asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(" ", parent)
        self._item: KnowledgeItem | None = None
        self._kind: Kind = "question"
        self._own = False
        self.nothing = Placeholder()
        self.nothing.show_state(
            "empty", tr("Choose a piece of knowledge"), tr("Or add a question with its SQL.")
        )
        self.body.addWidget(self.nothing, 1)
        self.form = QWidget()
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.name = QLineEdit()
        self.text = QTextEdit()
        self.text.setAcceptRichText(False)
        self.text.setTabChangesFocus(True)
        self.sql = QPlainTextEdit()
        self.sql.setTabChangesFocus(True)
        self._highlighter = SqlHighlighter(self.sql.document(), theme)
        self._labels = [QLabel(), QLabel(), QLabel(tr("SQL that answers it"))]
        fields = (self.name, self.text, self.sql)
        for label, field, stretch in zip(self._labels, fields, (0, 2, 3), strict=True):
            label.setObjectName("small")
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field, stretch)
        self.hint = QLabel()
        self.hint.setObjectName("small")
        self.hint.setWordWrap(True)
        self.error = QLabel()
        self.error.setProperty("tone", "bad")
        self.error.setWordWrap(True)
        column.addWidget(self.hint)
        column.addWidget(self.error)
        column.addLayout(self._buttons())
        self.body.addWidget(self.form, 1)
        self.show_nothing()

    def _buttons(self) -> QHBoxLayout:
        self.save = QPushButton(tr("Save"))
        self.save.setObjectName("primary")
        self.save.clicked.connect(self._save)
        self.delete = QPushButton(tr("Delete…"))
        self.delete.setObjectName("danger")
        self.delete.clicked.connect(lambda: self.delete_asked.emit(self._item))
        self.copy = QPushButton(tr("Copy to a piece of my own"))
        self.copy.clicked.connect(lambda: self.copy_asked.emit(self._item))
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.save, self.copy):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.delete.setAutoDefault(False)
        row.addWidget(self.delete)
        return row

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._item = None
        self.form.hide()
        self.nothing.show()
        self.set_title("")

    def show_item(self, item: KnowledgeItem) -> None:
        """One that is kept."""
        self._item = item
        self._own = item.origin == "user" and item.kind in OWN_KINDS
        sql = str(item.payload.get("sql") or "")
        self._fill(item.kind, item.title, _text_of(item), sql)
        origin = tr("by you") if item.origin == "user" else tr("of the pack, to be read only")
        self.set_title(f"{tr(KIND_WORDS[item.kind][0])}, {origin}")

    def show_new(self, kind: str) -> None:
        """An empty one of the person's."""
        self._item, self._own = None, True
        self._fill("page" if kind == "page" else "question", "", "", "")
        self.set_title(tr("A new text") if kind == "page" else tr("A new question"))
        self.name.setFocus()

    def show_copy(self, item: KnowledgeItem) -> None:
        """An own one that begins as a copy; what is no question becomes a text."""
        self._item, self._own = None, True
        sql = str(item.payload.get("sql") or "")
        kind: Kind = "question" if item.kind == "question" and sql else "page"
        self._fill(kind, item.title, _text_of(item), sql)
        self.set_title(tr("A copy, not kept yet"))
        self.name.setFocus()

    def _fill(self, kind: Kind, title: str, text: str, sql: str) -> None:
        self._kind = kind
        question = kind == "question"
        self.nothing.hide()
        self.form.show()
        self.name.setText(title)
        self.text.setPlainText(text)
        self.sql.setPlainText(sql)
        self._labels[0].setText(tr("Question") if question else tr("Title"))
        self._labels[1].setText(tr("Other ways to ask it, one a line") if question else tr("Text"))
        self.name.setAccessibleName(self._labels[0].text())
        self.text.setAccessibleName(self._labels[1].text())
        self.sql.setAccessibleName(self._labels[2].text())
        for widget in (self.sql, self._labels[2]):
            widget.setVisible(question)
        for field in (self.name, self.text, self.sql):
            field.setReadOnly(not self._own)
        hint = tr("The statement is checked before it is kept; it runs as on the SQL page.")
        self.hint.setText(hint)
        self.hint.setVisible(self._own and question)
        self.show_error(None)
        self.save.setVisible(self._own)
        self.copy.setVisible(not self._own)
        self.delete.setVisible(self._item is not None and self._item.origin == "user")

    def show_saving(self) -> None:
        """The item is on its way."""
        self.save.setEnabled(False)
        self.save.setText(tr("Saving…"))

    def show_error(self, error: LakehouseError | None) -> None:
        """Why it was not kept."""
        self.save.setEnabled(True)
        self.save.setText(tr("Save"))
        self.error.setText("" if error is None else str(error))
        self.error.setVisible(error is not None)

    def _save(self) -> None:
        sql = self.sql.toPlainText()
        try:
            item = own_item(self._item, self._kind, self.name.text(), self.text.toPlainText(), sql)
        except NotComplete as error:
            self.show_error(error)
            return
        self.saved.emit(self._item, item)


def _text_of(item: KnowledgeItem) -> str:
    """Of a question, its other wordings: the title is one already."""
    if item.kind != "question":
        return item.text
    return "\n".join(line for line in item.text.splitlines() if line.strip() != item.title)
