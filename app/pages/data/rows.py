"""The rows of any version, a page at a time."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.context import Context
from app.formats import duration_ms, number
from app.icons import icon
from app.models.arrow_page import ArrowPageModel
from app.pages.data.pane import Pane
from app.pages.data.versions import VersionPicker
from app.widgets.table import DataTable
from app.words import tr
from engine.lake.commits import Commit
from engine.readings.data import PAGE_ROWS, History, RowsPage, table_history, table_rows

PICKABLE = 200
"""Commits in the box; older versions can be typed."""


class RowsPane(Pane):
    """Newest first. It stays as it is while newer versions come, until it is read again."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._offset = 0
        self._page: RowsPage | None = None
        self.model = ArrowPageModel(self)
        self.view = DataTable()
        self.view.setObjectName("rows")
        self.view.setAccessibleName(tr("Rows of the table"))
        self.view.setModel(self.model)
        self.view.verticalHeader().show()
        self.view.horizontalHeader().setStretchLastSection(False)
        self.content.addWidget(self.view)
        self.picker = VersionPicker(tr("Version of the rows"))
        self.picker.setObjectName("rowsVersion")
        self.picker.chosen.connect(self.show_version)
        self.place = QLabel()
        self.place.setObjectName("muted")
        self.newer = QPushButton(tr("Read again"))
        self.newer.setIcon(icon("refresh"))
        self.newer.setToolTip(tr("Reads the newest version"))
        self.newer.clicked.connect(lambda: self.show_version(self.picker.version))
        self.previous = self._arrow("chevron-left", tr("Newer rows"), -1)
        self.next = self._arrow("chevron-right", tr("Older rows"), 1)
        self._lay_out()

    def _arrow(self, name: str, text: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.clicked.connect(lambda: self._turn(step))
        return button

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        label = QLabel(tr("As of"))
        label.setBuddy(self.picker)
        bar.addWidget(label)
        bar.addWidget(self.picker)
        bar.addWidget(self.newer)
        bar.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.place, 1)
        below.addWidget(self.previous)
        below.addWidget(self.next)
        self.column.addLayout(bar)
        self.column.addWidget(self.content, 1)
        self.column.addLayout(below)

    # What the page tells it

    def table_changed(self) -> None:
        self._offset, self._page = 0, None
        self.picker.choose(None)
        self.picker.set_commits(())
        self.place.clear()
        self.wait()
        if self.in_front:
            self.came_in_front()

    def version_changed(self) -> None:
        self._describe()

    def came_in_front(self) -> None:
        if self._page is None:
            self._ask()

    def show_version(self, version: int | None) -> None:
        """Reads the first page of a version."""
        self._offset, self._page = 0, None
        self.picker.choose(version)
        self.wait()
        if self.in_front:
            self._ask()

    # Reading

    def _ask(self) -> None:
        table, lake = self.table, self.context.desk.lake
        version, offset = self.picker.version, self._offset
        if table is None:
            return

        def read() -> tuple[RowsPage, History]:
            page = table_rows(lake, table, version, offset)
            return page, table_history(lake, table, 0, PICKABLE)

        self.read(read, lambda both: self._show(*both))

    def _show(self, page: RowsPage, history: History) -> None:
        self._page = page
        commits: tuple[Commit, ...] = history.commits
        self.picker.set_commits(commits)
        self.model.show(page.rows, page.offset)
        if self._offset == 0:
            self.view.fit_widths()
        if not page.total:
            text = tr("Version {0} of this table has no row.").format(number(page.version))
            self.say_empty(tr("No rows"), text)
        self._describe()

    def _turn(self, step: int) -> None:
        self._offset = max(0, self._offset + step * PAGE_ROWS)
        self._ask()

    def _describe(self) -> None:
        """Which rows of how many, of which version, and whether there is a newer one."""
        page = self._page
        newest = self.card.version if self.card else 0
        self.newer.setEnabled(page is not None)
        self.previous.setEnabled(page is not None and page.offset > 0)
        self.next.setEnabled(page is not None and page.offset + page.rows.num_rows < page.total)
        if page is None:
            return
        text = tr("{0}–{1} of {2} rows · version {3}").format(
            number(page.offset + 1 if page.rows.num_rows else 0),
            number(page.offset + page.rows.num_rows),
            number(page.total),
            number(page.version),
        )
        if page.newest and newest > page.version:
            text += tr(" · newest is {0}").format(number(newest))
        self.place.setText(text)
        self.place.setToolTip(tr("Read in {0}").format(duration_ms(page.elapsed_ms)))
