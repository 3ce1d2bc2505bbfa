"""The lower half of a tab: the result as a grid or as a chart, and what can be done with it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.breath import breathe
from app.context import Context
from app.formats import duration_ms, number
from app.icons import icon
from app.models.result_model import ResultModel
from app.pages.sql.chart_panel import ChartPanel, Shape
from app.pages.sql.dialogs import ask_csv_file, show_value
from app.pages.sql.export_strip import ExportStrip
from app.pages.sql.grid import ResultGrid
from app.pages.sql.runner import Runner
from app.pages.sql.stats_panel import StatsPanel
from app.widgets.placeholder import Placeholder
from app.widgets.segmented import Segmented
from app.words import tr
from engine.contracts.query import Summary
from engine.errors import LakehouseError
from engine.query.session import COPY_ROWS, Points, QueryResult

CLOCK_MS = 100
FLICKER_MS = 250
"""A statement that is faster than this does not flash a waiting sign."""


class ResultPane(QWidget):
    """Follows a runner."""

    def __init__(self, context: Context, runner: Runner, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self._context = context
        self._runner = runner
        self._result: QueryResult | None = None
        self._stats_of = -1
        self.model = ResultModel(runner.page, lambda: context.theme.qcolor("muted"), self)
        self.grid = ResultGrid(self.model)
        self.stats = StatsPanel(context.theme)
        self.chart = ChartPanel(context)
        self.strip = ExportStrip()
        self.placeholder = Placeholder()
        self._build()
        self._connect()
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self.show_nothing()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._toolbar())
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.grid)
        self.split.addWidget(self.stats)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([760, 260])
        self.stats.hide()
        self.stack = QStackedWidget()
        for widget in (self.placeholder, self.split, self.chart):
            self.stack.addWidget(widget)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.strip)

    def _toolbar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.view = Segmented([(tr("Table"), "table"), (tr("Chart"), "chart")])
        self.view.setAccessibleName(tr("Show the result as"))
        self.summary = QLabel()
        self.summary.setObjectName("muted")
        self.summary.setAccessibleName(tr("Summary of the result"))
        self.stats_button = _tool("sliders", tr("Statistics"), tr("Figures of the chosen column"))
        self.stats_button.setCheckable(True)
        self.copy_button = _tool("copy", tr("Copy"), tr("Copy the selection with header"))
        self.export_button = _tool("download", tr("Export CSV…"), tr("Write all rows to a file"))
        row.addWidget(self.view)
        row.addWidget(self.summary)
        row.addStretch(1)
        for button in (self.stats_button, self.copy_button, self.export_button):
            row.addWidget(button)
        return row

    def _connect(self) -> None:
        runner = self._runner
        runner.started.connect(self._began)
        runner.finished.connect(self._show_result)
        runner.failed.connect(self._failed)
        runner.refused.connect(self._refused)
        runner.exported.connect(self.strip.move_to)
        runner.busy_changed.connect(lambda _what: self._enable())
        self.model.failed.connect(self._lost)
        self.view.chosen.connect(lambda _value: self._show_view())
        self.grid.sort_asked.connect(self.sort)
        self.grid.stats_asked.connect(self.show_stats)
        self.grid.copy_asked.connect(self.copy)
        self.grid.value_asked.connect(self._ask_value)
        self.grid.selectionModel().currentChanged.connect(lambda now, _: self._follow(now.column()))
        self.stats.close_button.clicked.connect(self._close_stats)
        self.stats_button.clicked.connect(self._toggle_stats)
        self.copy_button.clicked.connect(lambda: self.copy(header=True))
        self.export_button.clicked.connect(lambda: ask_csv_file(self, self.export))
        self.strip.cancelled.connect(runner.cancel)
        self.chart.wanted.connect(self._ask_points)

    def show_nothing(self) -> None:
        """Before the first statement."""
        self._result = None
        self.model.clear()
        self.summary.clear()
        self.placeholder.show_state(
            "empty",
            tr("No result yet"),
            tr("Ctrl+Enter runs the statement under the cursor, or the selection."),
        )
        self._show_view()

    def sort(self, column: int, descending: bool) -> None:
        """Orders the rows; -1 is the statement's own order."""
        if self._result is None:
            return
        self._say(tr("Sorting…"))
        chosen = None if column < 0 else column
        of = self._result
        self._runner.sort(chosen, descending, lambda _: self._sorted(of, column, descending))

    def show_stats(self, column: int) -> None:
        """Opens the panel with the figures of a column."""
        if self._result is None or not 0 <= column < len(self._result.columns):
            return
        self._stats_of = column
        self.stats_button.setChecked(True)
        self.stats.show()
        self.view.choose("table")
        self._show_view()
        self.stats.show_waiting(self._result.columns[column])
        self._runner.stats(column, partial(self._show_summary, self._result, column))

    def copy(self, header: bool) -> None:
        """The selection as text with tabs; all rows where nothing is selected."""
        if self._result is None:
            return
        everything = (0, self._result.rows - 1), tuple(range(len(self._result.columns)))
        rows, columns = self.grid.block() or everything
        count = rows[1] - rows[0] + 1
        if count > COPY_ROWS:
            text = tr("The clipboard takes {0} rows at most. Export the result as CSV instead.")
            self._context.toast("warning", text.format(number(COPY_ROWS)))
            return
        self._runner.copy(rows, columns, header, lambda text: self._copied(text, count))

    def export(self, path: Path) -> None:
        """Writes the full result to a file."""
        self.strip.begin()
        self._runner.export(path, lambda rows: self._exported(path, rows))

    def _began(self) -> None:
        self._result = None
        self.model.clear()
        self.grid.show_order(-1, False)
        self.summary.setText(tr("Running…"))
        self._clock.start()
        self._enable()

    def _tick(self) -> None:
        """The clock of a statement that runs; a quick one never shows it."""
        elapsed = self._runner.elapsed_s()
        if elapsed * 1000 >= FLICKER_MS:
            text = tr("Running for {0:,.1f} s").format(elapsed)
            self.placeholder.show_state("loading", text, "", (tr("Cancel"), self._runner.cancel))
            self.stack.setCurrentWidget(self.placeholder)
            self.summary.clear()

    def _show_result(self, result: QueryResult) -> None:
        self._clock.stop()
        self._result = result
        self.model.show(result.columns, result.rows, result.first)
        self.grid.show_order(-1, False)
        self.grid.fit_columns()
        self.grid.scrollToTop()
        self.grid.setCurrentIndex(self.model.index(0, 0))
        self.grid.clearSelection()
        self.chart.show_columns(result.columns)
        self._say("")
        self._show_view()
        if self.stats.isVisibleTo(self.split):
            self.show_stats(min(max(self._stats_of, 0), len(result.columns) - 1))

    def _say(self, doing: str) -> None:
        """The line above the rows: how many, how long it took, what is going on."""
        result = self._result
        if result is None:
            return
        count = tr("1 row") if result.rows == 1 else tr("{0} rows").format(number(result.rows))
        parts = [count, duration_ms(result.elapsed_ms)]
        if result.truncated:
            parts[0] = tr("the first {0}").format(count)
            hint = tr("There are more rows than are kept. An export writes all of them.")
            self.summary.setToolTip(hint)
            parts.append(tr("cut: an export has all"))
        else:
            self.summary.setToolTip(tr("Rows of the result, and how long the statement took"))
        if self._runner.as_of:
            parts.append(tr("as of {0}").format(self._runner.as_of))
        self.summary.setText(" · ".join([*parts, doing] if doing else parts))

    def _failed(self, error: LakehouseError) -> None:
        self._clock.stop()
        self.summary.clear()
        self.placeholder.show_state("error", tr("There is no result"), str(error))
        self._show_view()

    def _lost(self, error: LakehouseError) -> None:
        """The rows are gone with their worker."""
        self._result = None
        self.model.clear()
        self._failed(error)

    def _refused(self, what: str, error: LakehouseError) -> None:
        if what == "export":
            self.strip.hide()
        if what == "statistics":
            self._close_stats()
        self._say("")
        self._context.toast("warning", str(error))
        self._enable()

    def _sorted(self, of: QueryResult, column: int, descending: bool) -> None:
        if of is not self._result:
            return
        self.model.turn()
        self.grid.show_order(column, descending)
        self.grid.scrollToTop()
        self._say("")

    def _show_summary(self, of: QueryResult, column: int, found: Summary) -> None:
        if of is self._result:
            self.stats.show_summary(of.columns[column], found)

    def _toggle_stats(self, shown: bool) -> None:
        if shown:
            self.show_stats(max(self.grid.currentIndex().column(), 0))
        else:
            self._close_stats()

    def _close_stats(self) -> None:
        self.stats_button.setChecked(False)
        self.stats.hide()

    def _follow(self, column: int) -> None:
        """While the panel is open, it is about the column of the cursor."""
        if self.stats.isVisibleTo(self.split) and column not in (-1, self._stats_of):
            self.show_stats(column)

    def _copied(self, text: str, count: int) -> None:
        QGuiApplication.clipboard().setText(text)
        rows = tr("1 row") if count == 1 else tr("{0} rows").format(number(count))
        self._context.toast("good", tr("Copied {0}.").format(rows))

    def _exported(self, path: Path, rows: int) -> None:
        self.strip.hide()
        self._enable()
        text = tr("{0} rows are in {1}").format(number(rows), path)
        self._context.toast("good", text)

    def _ask_value(self, row: int, column: int) -> None:
        if self._result is None:
            return
        title = tr("{0}, row {1}").format(self._result.columns[column].name, number(row + 1))
        self._runner.value(row, column, lambda value: _discard(show_value(self, title, value)))

    def _ask_points(self, shape: str, x: int, y: int) -> None:
        if self._result is not None:
            kind: Shape = "line" if shape == "line" else "bar"
            self._runner.chart(kind, x, y, partial(self._show_points, self._result))

    def _show_points(self, of: QueryResult, points: Points) -> None:
        if of is self._result:
            self.chart.show_points(points)

    def _show_view(self) -> None:
        """Brings what was chosen to the front, or says why there is nothing."""
        chart = self.view.value() == "chart"
        if self._result is None:
            self.stack.setCurrentWidget(self.placeholder)
        elif chart:
            self.stack.setCurrentWidget(self.chart)
            self.chart.draw()
        elif not self._result.rows:
            self.placeholder.show_state(
                "empty", tr("No rows"), tr("The statement ran and found nothing.")
            )
            self.stack.setCurrentWidget(self.placeholder)
        else:
            self.stack.setCurrentWidget(self.split)
        self._enable()

    def _enable(self) -> None:
        there = self._result is not None and not self._runner.running
        exporting = self._runner.busy == "export"
        self.export_button.setEnabled(there and not exporting)
        self.copy_button.setEnabled(there)
        self.stats_button.setEnabled(there and not exporting and self.view.value() == "table")
        self.view.setEnabled(there)


def _discard(_value: object) -> None:
    """A window keeps itself."""


def _tool(picture: str, text: str, hint: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(picture))
    button.setText(text)
    button.setToolTip(hint)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
