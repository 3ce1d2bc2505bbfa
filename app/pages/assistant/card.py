"""One answer: its sentence and badge, and its rows as table, chart and SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from app.formats import duration_ms, local_time, number, utc_tooltip
from app.theme import Theme
from app.widgets.badge import Badge
from app.widgets.card import Card
from app.widgets.charts import Bar, BarChart, Chart, TimeChart
from app.widgets.rows_model import ColumnSpec, RowsModel
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.words import tr
from engine.contracts.assistant import Answer
from engine.contracts.chart import ChartSpec

BADGES = {
    "verified": ("Verified", "good", "Somebody has checked this question's SQL."),
    "generated": ("Generated", "info", "A language model wrote this SQL: read it before you rely."),
    "clarify": ("Not answered", "warning", "It is not certain what was asked."),
    "refused": ("Refused", "bad", "This is not allowed."),
}
HEIGHT = 232


class AnswerCard(Card):
    """``suggested`` carries a question, ``open_sql`` a statement, ``save_csv`` the Answer."""

    suggested = Signal(str)
    open_sql = Signal(str)
    save_csv = Signal(object)

    def __init__(self, theme: Theme, answer: Answer, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.answer = answer
        self.setAccessibleName(tr("Answer: {0}").format(answer.answer))
        self._head(answer)
        self.views = QStackedWidget()
        self.views.setFixedHeight(HEIGHT)
        self._kinds: list[str] = []
        if answer.rows:
            self._add("table", _table(answer))
        if answer.chart is not None:
            self._add("chart", _chart(theme, answer, answer.chart))
        if answer.sql is not None:
            self._add("sql", _sql(answer.sql))
        if self._kinds:
            self._bar(answer)
            self.body.addWidget(self.views)
        for text in answer.suggestions:
            self.body.addWidget(question_button(text, self.suggested.emit))

    def _head(self, answer: Answer) -> None:
        word, tone, why = BADGES[answer.badge]
        badge = Badge(tr(word), tone)
        badge.setToolTip(tr(why))
        self.text = QLabel(answer.answer)
        self.text.setObjectName("answer")
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        took = QLabel(duration_ms(answer.elapsed_ms))
        took.setObjectName("small")
        took.setToolTip(tr("From question to answer") if answer.model is None else answer.model)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        row.addWidget(took, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def _add(self, kind: str, view: QWidget) -> None:
        self._kinds.append(kind)
        self.views.addWidget(view)

    def _bar(self, answer: Answer) -> None:
        names = {"table": tr("Table"), "chart": tr("Chart"), "sql": tr("SQL")}
        self.chooser = Segmented([(names[kind], kind) for kind in self._kinds])
        self.chooser.setAccessibleName(tr("How the answer is shown"))
        self.chooser.chosen.connect(self.show_view)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.chooser)
        row.addWidget(_count(answer))
        row.addStretch(1)
        sql = answer.sql or ""
        buttons = [
            (tr("Copy SQL"), "copySql", lambda: QGuiApplication.clipboard().setText(sql)),
            (tr("Open in SQL"), "openSql", lambda: self.open_sql.emit(sql)),
        ]
        if answer.rows:
            buttons.append((tr("Save CSV…"), "saveCsv", lambda: self.save_csv.emit(answer)))
        for text, name, act in buttons:
            button = QPushButton(text)
            button.setObjectName(name)
            button.clicked.connect(act)
            row.addWidget(button)
        self.body.addLayout(row)
        self.show_view("chart" if "chart" in self._kinds else self._kinds[0])

    def show_view(self, kind: object) -> None:
        """``table``, ``chart`` or ``sql``."""
        self.views.setCurrentIndex(self._kinds.index(str(kind)))
        self.chooser.choose(kind)
        rows = len(self.answer.rows)
        short = kind == "table" and rows < 6
        self.views.setFixedHeight(60 + 28 * rows if short else HEIGHT)


def question_button(text: str, act: Callable[[str], None]) -> QPushButton:
    """A question that a click asks."""
    button = QPushButton(text)
    button.setAccessibleName(tr("Ask: {0}").format(text))
    button.setStyleSheet("text-align: left;")
    button.clicked.connect(lambda: act(text))
    return button


def _count(answer: Answer) -> QLabel:
    text = tr("first {0} rows") if answer.truncated else tr("{0} rows")
    label = QLabel(tr("1 row") if len(answer.rows) == 1 else text.format(number(len(answer.rows))))
    label.setObjectName("small")
    return label


def _table(answer: Answer) -> DataTable:
    table = DataTable()
    table.setAccessibleName(tr("Rows of the answer"))
    model = RowsModel([_column(answer, place) for place in range(len(answer.columns))], table)
    model.show(answer.rows)
    table.show_model(model)
    for place in range(len(answer.columns) - 1):
        table.setColumnWidth(place, 180)
    return table


def _column(answer: Answer, place: int) -> ColumnSpec:
    kind = answer.columns[place].type
    numeric = any(kind.startswith(name) for name in ("BIGINT", "HUGEINT", "INT", "DOUBLE", "DEC"))
    return ColumnSpec(
        answer.columns[place].name,
        lambda row: row[place],
        _text,
        right=numeric and place < len(answer.columns) - 1,
        tooltip=lambda row: utc_tooltip(row[place]) if isinstance(row[place], dt.datetime) else "",
    )


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return local_time(value, date=True)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number(value, 0 if isinstance(value, int) or value.is_integer() else 4)


def _chart(theme: Theme, answer: Answer, spec: ChartSpec) -> Chart:
    names = [column.name for column in answer.columns]
    y_name = spec.y[0] if spec.y else spec.x
    x, y = names.index(spec.x or y_name), names.index(y_name)
    unit = "USD" if y_name.endswith("_usd") else ""
    rows = [row for row in answer.rows if row[x] is not None and row[y] is not None]
    if spec.kind == "line":
        chart = TimeChart(theme, y_name, unit)
        times = np.array([row[x].timestamp() for row in rows], dtype=float)
        chart.set_series(y_name, times, np.array([float(row[y]) for row in rows]), fill=True)
        return chart
    bars = BarChart(theme, y_name, unit, rows=5)
    bars.set_bars([Bar(str(row[x]), float(row[y])) for row in rows[:10]])
    return bars


def _sql(sql: str) -> QPlainTextEdit:
    view = QPlainTextEdit(sql)
    view.setReadOnly(True)
    view.setAccessibleName(tr("SQL of the answer"))
    return view
