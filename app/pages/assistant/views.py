"""An answer's rows: as a chart of any kind that fits them, and as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSortFilterProxyModel
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.context import Context
from app.formats import number, utc_tooltip
from app.pages.assistant.texts import cell, known_figures
from app.widgets.charts import CategoryChart, Chart, HeatChart, chart_of, saves
from app.widgets.charts.field_chart import FieldChart
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.words import tr
from engine.assistant.charts import Figure, figure_of, fitting_kinds, role_of
from engine.contracts.assistant import Answer
from engine.contracts.chart import ChartKind, ChartSpec

KINDS: Final[dict[ChartKind, str]] = {
    "line": "Line",
    "bar": "Bars",
    "stacked": "Stacked",
    "scatter": "Scatter",
    "histogram": "Histogram",
    "funnel": "Funnel",
    "heatmap": "Heatmap",
    "number": "Number",
}
LOW, HIGH, NUMBER = 264, 420, 150
"""Heights of a chart in pixels."""
ROW_PX = 28


class ResultViews(QWidget):
    """Each view is made when it is first looked at."""

    def __init__(self, context: Context, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._figures = known_figures(context.desk.pack.semantic)
        self._answer = answer
        self._specs: dict[ChartKind, ChartSpec] = {}
        self.chart: Chart | None = None
        self.table: DataTable | None = None
        self._picked: tuple[int, ...] = ()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self._add_bar()
        self.stack = QStackedWidget()
        self.column.addWidget(self.stack)
        self.show_answer(answer)

    def _add_bar(self) -> None:
        self.chooser = Segmented([(tr("Chart"), "chart"), (tr("Table"), "table")])
        self.chooser.setAccessibleName(tr("How the answer is shown"))
        self.chooser.chosen.connect(lambda value: self.show_view(str(value)))
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(tr("Kind of chart"))
        self.kinds.setToolTip(tr("Kinds of chart that fit these rows"))
        self.kinds.activated.connect(lambda _place: self.show_kind(self.kinds.currentData()))
        self.count = QLabel()
        self.count.setObjectName("small")
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in (self.chooser, self.kinds, self.count):
            row.addWidget(widget)
        row.addStretch(1)
        self.column.addLayout(row)

    def show_answer(self, answer: Answer) -> None:
        """Replaces what is shown; hidden where there are no rows."""
        self._answer = answer
        self._picked = ()
        self._drop()
        self.setVisible(bool(answer.rows))
        if not answer.rows:
            return
        self._specs = {s.kind: s for s in fitting_kinds(answer.columns, answer.rows)}
        if answer.chart is not None:
            self._specs[answer.chart.kind] = answer.chart
        self.kinds.clear()
        for kind in self._specs:
            self.kinds.addItem(tr(KINDS[kind]), kind)
        self._say_count()
        self.chooser.setVisible(bool(self._specs))
        if answer.chart is not None:
            self.kinds.setCurrentIndex(self.kinds.findData(answer.chart.kind))
        drawn = answer.chart is not None
        self.chooser.choose("chart" if drawn else "table")
        self.show_view("chart" if drawn else "table")

    def show_view(self, view: str) -> None:
        """``chart`` or ``table``."""
        self.chooser.choose(view)
        self.kinds.setVisible(view == "chart" and len(self._specs) > 1)
        if view == "chart" and self._specs:
            if self.chart is None:
                self.show_kind(self.kinds.currentData())
            self._bring(self.chart, self._chart_height())
            return
        if self.table is None:
            self.table = _table(self._answer, self._figures)
            self.stack.addWidget(self.table)
        self._bring(self.table, min(44 + ROW_PX * len(self._answer.rows) + 12, LOW))
        self._select()

    def show_kind(self, kind: ChartKind) -> None:
        """Draws the rows as another kind."""
        answer, theme, old = self._answer, self._context.theme, self.chart
        self.chart = chart_of(self._specs[kind], answer.columns, answer.rows, theme, self._figures)
        self.kinds.setCurrentIndex(self.kinds.findData(kind))
        saves(self._context, self.chart)
        if isinstance(self.chart, FieldChart):
            self.chart.picked.connect(self._pick)
        self.stack.addWidget(self.chart)
        self._bring(self.chart, self._chart_height())
        if old is not None:
            self.stack.removeWidget(old)
            old.deleteLater()
        self._pick(())

    def _chart_height(self) -> int:
        """More labels get more room, as far as a card should go."""
        chart = self.chart
        if isinstance(chart, CategoryChart):
            bars = len(chart.labels()) * (1 if chart.stacked else max(1, len(chart.groups())))
            return min(max(LOW, 90 + 26 * bars), HIGH) if bars > 4 else 110 + 30 * bars
        if isinstance(chart, HeatChart):
            return min(max(LOW, 80 + 22 * len(chart.cells())), HIGH)
        return NUMBER if self.kinds.currentData() == "number" else LOW

    def _bring(self, view: QWidget | None, height: int) -> None:
        if view is not None:
            self.stack.setFixedHeight(height)
            self.stack.setCurrentWidget(view)

    def _drop(self) -> None:
        for view in (self.chart, self.table):
            if view is not None:
                self.stack.removeWidget(view)
                view.deleteLater()
        self.chart = self.table = None

    def _pick(self, rows: tuple[int, ...]) -> None:
        """What was picked in the chart is selected in the table."""
        self._picked = rows
        self._say_count()
        self._select()

    def _say_count(self) -> None:
        rows = len(self._answer.rows)
        text = tr("first {0} rows") if self._answer.truncated else tr("{0} rows")
        said = tr("1 row") if rows == 1 else text.format(number(rows))
        if self._picked:
            said = tr("{0}, {1} picked: selected in the table").format(said, len(self._picked))
        self.count.setText(said)

    def _select(self) -> None:
        if self.table is None:
            return
        proxy = self.table.model()
        assert isinstance(proxy, QSortFilterProxyModel)
        selection = QItemSelection()
        source = proxy.sourceModel()
        for row in self._picked[:200]:
            index = proxy.mapFromSource(source.index(row, 0))
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)
        if self._picked:
            self.table.scrollTo(proxy.mapFromSource(source.index(self._picked[0], 0)))


def _table(answer: Answer, figures: Mapping[str, Figure]) -> DataTable:
    table = DataTable()
    table.setAccessibleName(tr("Rows of the answer"))
    model = RowsModel(
        [_column(answer, place, figures) for place in range(len(answer.columns))], table
    )
    model.show(answer.rows)
    table.show_model(model)
    for place in range(len(answer.columns) - 1):
        table.setColumnWidth(place, 170)
    return table


def _column(answer: Answer, place: int, figures: Mapping[str, Figure]) -> ColumnSpec:
    column = answer.columns[place]
    told = figures.get(column.name)
    kind = told or figure_of(column.name, [row[place] for row in answer.rows])
    return ColumnSpec(
        column.name,
        lambda row: row[place],
        lambda value: cell(value, kind),
        right=role_of(column) == "number" and place < len(answer.columns) - 1,
        tooltip=lambda row: utc_tooltip(row[place]) if isinstance(row[place], dt.datetime) else "",
    )
