"""Two versions side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.context import Context
from app.formats import number, size
from app.models.arrow_page import ArrowPageModel
from app.pages.data.pane import Pane
from app.pages.data.versions import VersionPicker
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.words import tr
from engine.errors import LakehouseError
from engine.lake.compare import Comparison, Side, compare
from engine.readings.data import History, table_history

EXAMPLES = 50
NAMED = 6
"""Columns named in the line above the changed values."""
PICKABLE = 200
LANE = "compare"
"""Its own: a comparison takes as long as it takes to read both versions."""


class ComparePane(Pane):
    """Figures, columns and rows that differ; it reads when asked to."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._found: Comparison | None = None
        self._knows_commits = False
        self.a = VersionPicker(tr("Version A"))
        self.b = VersionPicker(tr("Version B"))
        self.a.setObjectName("versionA")
        self.b.setObjectName("versionB")
        self.go = QPushButton(tr("Compare"))
        self.go.setObjectName("compare")
        self.go.clicked.connect(self.run)
        self.summary = QLabel()
        self.summary.setObjectName("heading")
        self.summary.setWordWrap(True)
        self.columns_line = QLabel()
        self.columns_line.setObjectName("muted")
        self.columns_line.setWordWrap(True)
        self.figures = _Figures()
        self.which = Segmented(
            [(tr("Only in A"), "only_a"), (tr("Only in B"), "only_b"), (tr("Changed"), "changed")]
        )
        self.which.setAccessibleName(tr("Which rows"))
        self.which.chosen.connect(lambda _value: self._show_rows())
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.model = ArrowPageModel(self)
        self.view = DataTable()
        self.view.setObjectName("differences")
        self.view.setAccessibleName(tr("Rows that differ"))
        self.view.setModel(self.model)
        self._lay_out()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for text, picker in ((tr("A"), self.a), (tr("B"), self.b)):
            label = QLabel(text)
            label.setBuddy(picker)
            bar.addWidget(label)
            bar.addWidget(picker)
        bar.addWidget(self.go)
        bar.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(24)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.summary)
        words.addWidget(self.columns_line)
        words.addStretch(1)
        head.addLayout(words, 1)
        head.addWidget(self.figures)
        rows = QHBoxLayout()
        rows.addWidget(self.which)
        rows.addStretch(1)
        column.addLayout(head)
        column.addLayout(rows)
        column.addWidget(self.note)
        column.addWidget(self.view, 1)
        self.content.addWidget(inside)
        self.column.addLayout(bar)
        self.column.addWidget(self.content, 1)

    # What the page tells it

    def table_changed(self) -> None:
        self._found, self._knows_commits = None, False
        for picker in (self.a, self.b):
            picker.choose(None)
            picker.set_commits(())
        self._invite()
        if self.in_front:
            self.came_in_front()

    def came_in_front(self) -> None:
        if not self._knows_commits and self.table is not None:
            table, lake = self.table, self.context.desk.lake
            self.context.door.ask(
                lambda: table_history(lake, table, 0, PICKABLE),
                lambda history: self._offer(table, history),
                lambda error: self._no_commits(table, error),
                owner=self,
                lane="data",
            )

    def _offer(self, table: object, history: History) -> None:
        if table is not self.table:
            return
        self._knows_commits = True
        for picker in (self.a, self.b):
            picker.set_commits(history.commits)
        if self.a.version is None and len(history.commits) > 1:
            self.a.choose(history.commits[1].version)

    def _no_commits(self, table: object, error: LakehouseError) -> None:
        """The numbers can still be typed; a comparison that is shown stays."""
        if table is self.table and self._found is None and not self.reading:
            self.placeholder.show_error(error, self.came_in_front)
            self.content.setCurrentIndex(0)

    def _invite(self) -> None:
        text = tr("Choose two versions of the table: A is usually the older one.")
        self.say_empty(tr("Nothing compared yet"), text)

    def compare_with_current(self, version: int) -> None:
        """Compares a version with the newest one."""
        self.a.choose(version)
        self.b.choose(None)
        self.run()

    def run(self) -> None:
        """Compares what is chosen."""
        if self.card is None:
            return
        for picker in (self.a, self.b):
            picker.take_typed()
        table, lake = self.card.table, self.context.desk.lake
        newest = self.card.version
        a = newest if self.a.version is None else self.a.version
        b = newest if self.b.version is None else self.b.version
        self.wait(tr("Comparing…"), (tr("Cancel"), self._give_up))
        self.read(lambda: compare(lake, table, a, b, EXAMPLES), self._show, LANE)

    def _give_up(self) -> None:
        """Back to what was there before; the reading in hand ends unheard."""
        self.cancel()
        if self._found is None:
            self._invite()
        else:
            self.content.setCurrentIndex(1)

    # Showing

    def _show(self, found: Comparison) -> None:
        self._found = found
        self.summary.setText(summary(found))
        self.columns_line.setText(columns_words(found))
        self.columns_line.setVisible(bool(found.schema))
        self.figures.show_sides(found.a, found.b)
        first = "changed" if found.changed and found.changed.rows else "only_b"
        if first == "only_b" and not found.only_b.count and found.only_a.count:
            first = "only_a"
        self.which.choose(first)
        for widget in (self.which, self.note, self.view):
            widget.setVisible(not found.same)
        self._show_rows()

    def _show_rows(self) -> None:
        found = self._found
        if found is None:
            return
        match self.which.value():
            case "only_a":
                self.model.show(found.only_a.examples)
                self.note.setText(_shown(found.only_a.count, found.only_a.examples.num_rows))
            case "only_b":
                self.model.show(found.only_b.examples)
                self.note.setText(_shown(found.only_b.count, found.only_b.examples.num_rows))
            case _ if found.changed is None:
                self.model.show(found.only_a.examples.slice(0, 0))
                self.note.setText(tr("Rows of this table never change once they are written."))
            case _:
                self.model.show(found.changed.examples)
                self.note.setText(changed_words(found))
        self.view.fit_widths()


class _Figures(QWidget):
    """Rows, files and size of A, of B, and what B has more."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        self._cells = [[QLabel() for _ in range(4)] for _ in range(4)]
        for y, line in enumerate(self._cells):
            for x, cell in enumerate(line):
                if x == 0 or y == 0:
                    cell.setObjectName("muted")
                if x:
                    cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(cell, y, x)

    def show_sides(self, a: Side, b: Side) -> None:
        """The two versions in figures."""
        lines = (
            ("", tr("A: version {0}").format(a.version), tr("B: version {0}").format(b.version)),
            (tr("Rows"), number(a.rows), number(b.rows)),
            (tr("Files"), number(a.files), number(b.files)),
            (tr("Size"), size(a.bytes), size(b.bytes)),
        )
        changes = (
            "",
            _signed(b.rows - a.rows, number),
            _signed(b.files - a.files, number),
            _signed(b.bytes - a.bytes, size),
        )
        for cells, texts, change in zip(self._cells, lines, changes, strict=True):
            for cell, text in zip(cells, (*texts, change), strict=True):
                cell.setText(text)


def _signed(value: int, write: object) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    text = size(abs(value)) if write is size else number(abs(value))
    return f"{sign}{text}"


def summary(found: Comparison) -> str:
    """What differs, in a sentence."""
    if found.same:
        return tr("Both versions have the same rows.")
    parts = [
        tr("{0} only in version {1}").format(_rows(side.count), number(version.version))
        for side, version in ((found.only_a, found.a), (found.only_b, found.b))
        if side.count
    ]
    if found.changed and found.changed.rows:
        parts.append(tr("{0} with other values").format(_rows(found.changed.rows)))
    return ", ".join(parts) + "." if parts else tr("The columns differ, the rows do not.")


def _rows(count: int) -> str:
    return tr("1 row") if count == 1 else tr("{0} rows").format(number(count))


def columns_words(found: Comparison) -> str:
    """Which columns came, went, or changed their type."""
    words = []
    for change in found.schema:
        if change.type_a is None:
            words.append(tr("column {0} added").format(change.name))
        elif change.type_b is None:
            words.append(tr("column {0} missing in B").format(change.name))
        else:
            types = (change.name, change.type_a, change.type_b)
            words.append(tr("column {0}: {1} → {2}").format(*types))
    return "; ".join(words)


def changed_words(found: Comparison) -> str:
    """How many rows differ in which columns."""
    if found.changed is None or not found.changed.rows:
        return tr("No row has other values.")
    ranked = sorted(found.changed.columns.items(), key=lambda item: -item[1])
    named = ", ".join(f"{name} {number(count)}" for name, count in ranked[:NAMED])
    if len(ranked) > NAMED:
        named += tr(" and {0} more columns").format(len(ranked) - NAMED)
    text = tr("Rows that differ, by column: {0}.").format(named)
    return text + (tr(" The first values are shown.") if found.changed.cut else "")


def _shown(count: int, shown: int) -> str:
    if count > shown:
        return tr("The first {0} of {1} rows").format(number(shown), number(count))
    return _rows(count)
