"""The commits of a table, and what can be done with a version."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.context import Context
from app.formats import DASH, local_time, number, size, utc_tooltip
from app.pages.data.pane import Pane
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.table import DataTable
from app.words import tr
from engine.lake.commits import Commit
from engine.readings.data import History, table_history

PAGE = 100

_WORDS = {
    "CREATE TABLE": "Table made",
    "ADD COLUMN": "Column added",
    "WRITE": "Rows added",
    "MERGE": "Rows merged in",
    "DELETE": "Rows removed",
    "OPTIMIZE": "Files merged",
    "VACUUM START": "Old files: clean-up begins",
    "VACUUM END": "Old files: clean-up ends",
    "SET TBLPROPERTIES": "Note on progress",
}


def operation_words(commit: Commit) -> str:
    """What a commit did, in words; Delta's own name where there is no better one."""
    if commit.restored is not None:
        return tr("Restored to version {0}").format(number(commit.restored))
    if commit.operation == "WRITE" and commit.files_removed:
        return tr("Rows replaced")
    return tr(_WORDS.get(commit.operation, commit.operation))


def files_words(commit: Commit) -> str:
    """``+1 −3``."""
    parts = [f"+{commit.files_added:,}"] if commit.files_added else []
    parts += [f"−{commit.files_removed:,}"] if commit.files_removed else []
    return " ".join(parts) or DASH


def when(moment: dt.datetime) -> str:
    """Local time, with the date where it is not today's."""
    today = moment.astimezone().date() == dt.datetime.now().astimezone().date()
    return local_time(moment, date=not today)


class HistoryPane(Pane):
    """Newest first. It follows the table until somebody reads on or chooses a row of it."""

    looked_at = Signal(int)
    compared = Signal(int)
    restored = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._commits: tuple[Commit, ...] = ()
        self._total = 0
        self._may_restore = False
        self.model = RowsModel(_columns(), self)
        self.view = DataTable()
        self.view.setObjectName("history")
        self.view.setAccessibleName(tr("Versions of the table"))
        self.view.setSelectionMode(DataTable.SelectionMode.SingleSelection)
        self.view.show_model(self.model)
        self.view.set_widths(78, 140, 168, 112, 76)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._allow())
        self.view.doubleClicked.connect(lambda _index: self._act(self.looked_at))
        self.content.addWidget(self.view)
        self.look = self._button(tr("Look at this version"), "lookAt", self.looked_at)
        self.compare = self._button(tr("Compare with current"), "compareWith", self.compared)
        self.restore = self._button(tr("Restore…"), "restore", self.restored)
        self.newer = QPushButton()
        self.newer.setObjectName("flat")
        self.newer.clicked.connect(self._go_newest)
        self.newer.hide()
        self.more = QPushButton(tr("Older versions"))
        self.more.clicked.connect(self._older)
        self.count = QLabel()
        self.count.setObjectName("muted")
        self._lay_out()

    def _button(self, text: str, name: str, signal: object) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.clicked.connect(lambda: self._act(signal))
        return button

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for widget in (self.look, self.compare, self.restore):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.newer)
        bar.addWidget(self.count)
        bar.addWidget(self.more)
        self.column.addWidget(self.content, 1)
        self.column.addLayout(bar)
        self._allow()

    def selected(self) -> Commit | None:
        """The chosen commit."""
        rows = self.view.selected_rows()
        return rows[0] if rows and isinstance(rows[0], Commit) else None

    def select(self, version: int) -> None:
        """Chooses a version; none where it is not shown, or another would be restored for it."""
        model = self.view.model()
        for row in range(model.rowCount()):
            if model.index(row, 0).data() == number(version):
                self.view.selectRow(row)
                return
        self.view.clearSelection()

    def allow_restore(self, allowed: bool) -> None:
        """Whether the pipeline can take the command."""
        self._may_restore = allowed
        self._allow()

    # What the page tells it

    def table_changed(self) -> None:
        self._commits, self._total = (), 0
        self.newer.hide()
        self.wait()
        self._allow()
        if self.in_front:
            self.came_in_front()

    def version_changed(self) -> None:
        if self._held:
            self._offer_newer()
        elif self.in_front and not self.reading:
            self.came_in_front()

    def came_in_front(self) -> None:
        self._ask(0)

    @property
    def _held(self) -> bool:
        """Whether rows must not slide away under the pointer."""
        scrolled = self.view.verticalScrollBar().value() > 0
        return len(self._commits) > PAGE or scrolled or self.selected() is not None

    def _offer_newer(self) -> None:
        shown = self._commits[0].version if self._commits else None
        count = self.card.version - shown if self.card and shown is not None else 0
        self.newer.setText(tr("{0} newer: show").format(number(count)))
        self.newer.setVisible(count > 0)

    def _go_newest(self) -> None:
        self.view.scrollToTop()
        self.came_in_front()

    def _older(self) -> None:
        self._ask(len(self._commits))

    def _ask(self, offset: int) -> None:
        table, lake = self.table, self.context.desk.lake
        if table is not None:
            self.read(
                lambda: table_history(lake, table, offset, PAGE),
                lambda history: self._show(history, offset),
            )

    def _show(self, history: History, offset: int) -> None:
        before = self.selected()
        known = self._commits[:offset]
        newer = [c for c in history.commits if not known or c.version < known[-1].version]
        self._commits = (*known, *newer)
        self._total = history.total
        scrolled = self.view.verticalScrollBar()
        place = scrolled.value()
        self.model.show(self._commits)
        if before is not None:
            self.select(before.version)
        scrolled.setValue(place)
        self._offer_newer()
        self._allow()

    def _act(self, signal: object) -> None:
        commit = self.selected()
        if commit is not None:
            signal.emit(commit.version)  # type: ignore[attr-defined]  # a bound signal

    def _allow(self) -> None:
        commit = self.selected()
        newest = self._commits[0].version if self._commits else None
        older = commit is not None and commit.version != newest
        self.look.setEnabled(commit is not None)
        self.compare.setEnabled(older)
        self.restore.setEnabled(older and self._may_restore)
        hint = "" if self._may_restore else tr("The pipeline must be running to restore a table.")
        self.restore.setToolTip(hint)
        shown = len(self._commits)
        self.more.setEnabled(shown < self._total)
        text = tr("{0} of {1} versions").format(number(shown), number(self._total))
        self.count.setText(text if self._total else "")


def _columns() -> tuple[ColumnSpec, ...]:
    return (
        ColumnSpec(tr("Version"), lambda c: c.version, number, right=True),
        ColumnSpec(
            tr("Time"),
            lambda c: c.time,
            when,
            tooltip=lambda c: utc_tooltip(c.time),
        ),
        ColumnSpec(
            tr("What happened"),
            operation_words,
            tooltip=lambda c: tr("Delta calls it {0}").format(c.operation),
        ),
        ColumnSpec(tr("Rows written"), lambda c: c.rows_written, number, right=True),
        ColumnSpec(
            tr("Files"),
            files_words,
            right=True,
            tooltip=lambda _commit: tr("Files added and removed"),
        ),
        ColumnSpec(tr("Size added"), lambda c: c.bytes_added or None, size, right=True),
    )
