"""The knowledge manager: what the assistant knows, to be searched, added to, changed, deleted."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.context import Context
from app.icons import icon
from app.pages.assistant.knowledge_editor import KIND_WORDS, KnowledgeEditor
from app.widgets.dialogs import confirm
from app.widgets.placeholder import Placeholder
from app.widgets.rows_model import ROW_ROLE, ColumnSpec, RowsModel
from app.widgets.search import SearchField
from app.widgets.table import DataTable
from app.words import tr
from engine.contracts.knowledge import Knowledge, KnowledgeItem
from engine.errors import LakehouseError
from engine.readings.answers import AnswerDesk
from engine.readings.knowledge import KnowledgeReading, read_knowledge, save_item

LANE: Final = "knowledge"
SIZE: Final = (1040, 640)
Row = tuple[KnowledgeItem, float | None]
"""What the list shows: an item, and how near it is to what was searched for."""


class KnowledgeDialog(QDialog):
    """A list beside an editor. The pack's own items are read, the person's are changed."""

    def __init__(
        self,
        context: Context,
        knowledge: Knowledge,
        answers: AnswerDesk,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._knowledge = knowledge
        self._answers = answers
        self._wanted: str | None = None
        """Id of the item to choose once the list is there."""
        self._asked = 0
        self.setWindowTitle(tr("Knowledge"))
        self.resize(*SIZE)
        self._build_bar()
        self._build_list()
        self.editor = KnowledgeEditor(context.theme)
        self.editor.saved.connect(self.save)
        self.editor.delete_asked.connect(self.delete)
        self.editor.copy_asked.connect(self.editor.show_copy)
        self.split = QSplitter()
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(12)
        self.split.addWidget(self.stack)
        self.split.addWidget(self.editor)
        self.split.setSizes([560, 460])
        self.status = QLabel()
        self.status.setObjectName("small")
        self.status.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addLayout(self._bar)
        column.addWidget(self.split, 1)
        column.addWidget(self.status)
        self.read()

    def _build_bar(self) -> None:
        self.search = SearchField(tr("Search by meaning"))
        self.search.searched.connect(lambda _text: self.read())
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Kind of knowledge"))
        self.kind.addItem(tr("Everything"), None)
        for kind, (_, several) in KIND_WORDS.items():
            self.kind.addItem(tr(several), kind)
        self.kind.activated.connect(lambda _place: self.read())
        self.add_question = QPushButton(tr("Add a question"))
        self.add_page = QPushButton(tr("Add a text"))
        self.add_question.clicked.connect(lambda: self._add("question"))
        self.add_page.clicked.connect(lambda: self._add("page"))
        for button in (self.add_question, self.add_page):
            button.setIcon(icon("plus"))
            button.setAutoDefault(False)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(8)
        self._bar.addWidget(self.search, 1)
        for widget in (self.kind, self.add_question, self.add_page):
            self._bar.addWidget(widget)

    def _build_list(self) -> None:
        self.model = RowsModel(_COLUMNS, self)
        self.table = DataTable()
        self.table.setAccessibleName(tr("What the assistant knows"))
        self.table.setSelectionMode(DataTable.SelectionMode.SingleSelection)
        self.table.show_model(self.model)
        self.table.set_widths(320, 90, 70)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._chosen())
        self.placeholder = Placeholder()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.placeholder)
        self.stack.addWidget(self.table)

    def _add(self, kind: str) -> None:
        self.table.clearSelection()
        self.editor.show_new(kind)

    # Reading

    def read(self) -> None:
        """Asks for the list anew; an answer to an earlier question is dropped."""
        self._asked += 1
        number, knowledge = self._asked, self._knowledge
        search, kind = self.search.text().strip(), self.kind.currentData()
        if not self.model.rowCount():
            self.placeholder.show_state("loading", tr("Loading…"), "")
        self._context.door.ask(
            lambda: read_knowledge(knowledge, search, kind),
            lambda reading: self._show(number, reading, search),
            lambda error: self._show_error(number, error),
            owner=self,
            lane=LANE,
        )

    def _show(self, number: int, reading: KnowledgeReading, search: str) -> None:
        if number != self._asked:
            return
        scores = reading.scores or (None,) * len(reading.items)
        self.table.setColumnHidden(3, not reading.scores)
        self.model.show(tuple(zip(reading.items, scores, strict=True)))
        kept = reading.status
        self.status.setText(
            tr("{0} pieces in the store “{1}” ({2}), of the pack {3}, found by {4}.").format(
                f"{kept.items:,}", kept.collection, kept.provider, kept.pack, kept.model
            )
        )
        self._allow(True)
        if not reading.items:
            title = tr("Nothing found") if search else tr("Nothing of this kind yet")
            self.placeholder.show_state("empty", title, "")
        self.stack.setCurrentIndex(1 if reading.items else 0)
        if self._wanted is not None:
            self._choose(self._wanted)
            self._wanted = None

    def _show_error(self, number: int, error: LakehouseError) -> None:
        if number != self._asked:
            return
        self.status.clear()
        self._allow(False)
        action = (tr("Try again"), self.read)
        self.placeholder.show_state("error", error.message, error.remedy, action)
        self.stack.setCurrentIndex(0)

    def _allow(self, usable: bool) -> None:
        """Without a store nothing can be kept."""
        for widget in (self.add_question, self.add_page, self.editor):
            widget.setEnabled(usable)

    def _choose(self, wanted: str) -> None:
        proxy = self.table.model()
        for row in range(proxy.rowCount()):
            item, _ = _row_of(self.table, row)
            if item.id == wanted:
                self.table.selectRow(row)
                self.table.scrollTo(proxy.index(row, 0))
                return

    def _chosen(self) -> None:
        rows = self.table.selected_rows()
        if rows:
            self.editor.show_item(cast(Row, rows[0])[0])

    # Changing

    def save(self, before: KnowledgeItem | None, item: KnowledgeItem) -> None:
        """Checks a question's statement, then keeps the item."""
        knowledge, answers = self._knowledge, self._answers
        sql = str(item.payload.get("sql") or "")

        def work() -> None:
            if sql:
                answers.check(sql)
            save_item(knowledge, before, item)

        def done(_: None) -> None:
            self._wanted = item.id
            self.editor.show_item(item)
            self._context.toast("good", tr("Kept: {0}").format(item.title))
            self.read()

        self.editor.show_saving()
        self._context.door.ask(work, done, self.editor.show_error, owner=self, lane=LANE)

    def delete(self, item: KnowledgeItem) -> None:
        """Asks first."""
        title = tr("Delete this piece of knowledge?")
        text = tr("“{0}” is gone for good.").format(item.title)
        if not confirm(self, title, text, tr("Delete"), danger=True):
            return
        knowledge = self._knowledge

        def done(_: None) -> None:
            self.editor.show_nothing()
            self.read()

        self._context.door.ask(
            lambda: knowledge.delete([item.id]),
            done,
            self.editor.show_error,
            owner=self,
            lane=LANE,
        )


def _row_of(table: DataTable, row: int) -> Row:
    found: Row = table.model().index(row, 0).data(ROW_ROLE)
    return found


_COLUMNS: Final = (
    ColumnSpec("Title", lambda row: row[0].title, tooltip=lambda row: row[0].text[:600]),
    ColumnSpec("Kind", lambda row: tr(KIND_WORDS[row[0].kind][0])),
    ColumnSpec("By", lambda row: tr("you") if row[0].origin == "user" else tr("pack")),
    ColumnSpec("Near", lambda row: row[1], lambda score: f"{score:.2f}"),
)
