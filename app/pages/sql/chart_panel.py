"""A chart of the result: which columns, lines or bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.breath import breathe
from app.context import Context
from app.widgets.charts import CategoryChart, Chart, TimeChart, numbers, saves
from app.widgets.charts.units import unit
from app.widgets.placeholder import Placeholder
from app.widgets.segmented import Segmented
from app.words import tr
from engine.contracts.query import ResultColumn
from engine.query.page import is_number, is_time
from engine.query.session import Points

Shape = Literal["line", "bar"]


class ChartPanel(QWidget):
    """Emits which points it needs; ``show_points`` draws them."""

    wanted = Signal(str, int, int)
    """Shape, column of x, column of y."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        self.setObjectName("chartPanel")
        self._columns: tuple[ResultColumn, ...] = ()
        self._drawn = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.shape = Segmented([(tr("Line"), "line"), (tr("Bars"), "bar")])
        self.shape.chosen.connect(lambda _value: self._ask())
        self.across = _picker(tr("Horizontal axis"))
        self.up = _picker(tr("Vertical axis"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.shape)
        for text, box in ((tr("of"), self.up), (tr("over"), self.across)):
            label = QLabel(text)
            label.setObjectName("muted")
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            box.activated.connect(lambda _index: self._ask())
        self.note = QLabel()
        self.note.setObjectName("small")
        row.addWidget(self.note, 1)
        layout.addLayout(row)
        self.time = TimeChart(context.theme, from_zero=False)
        self.line = TimeChart(context.theme, from_zero=False, across=numbers("x", unit("")))
        self.bars = CategoryChart(context.theme)
        self.placeholder = Placeholder()
        self.stack = QStackedWidget()
        for widget in (self.placeholder, self.time, self.line, self.bars):
            self.stack.addWidget(widget)
        for chart in self._charts():
            chart.set_empty_text(tr("No rows with a value for both columns"))
        saves(context, *self._charts())
        layout.addWidget(self.stack, 1)

    def show_columns(self, columns: Sequence[ResultColumn]) -> None:
        """Another result: picks what is most likely meant."""
        self._columns = tuple(columns)
        self._drawn = False
        self.note.clear()
        numbers = [at for at, column in enumerate(columns) if is_number(column.type)]
        for box, places in ((self.across, range(len(columns))), (self.up, numbers)):
            box.clear()
            for at in places:
                box.addItem(columns[at].name, at)
        if not numbers:
            self.placeholder.show_state(
                "empty",
                tr("Nothing to draw"),
                tr("A chart needs a column of numbers: add a count or a sum to the statement."),
            )
            self.stack.setCurrentWidget(self.placeholder)
            return
        x = likely_x(self._columns)
        y = next((at for at in numbers if at != x), numbers[0])
        self.across.setCurrentIndex(self.across.findData(x))
        self.up.setCurrentIndex(self.up.findData(y))
        self.shape.choose("line" if self._has_line(x) else "bar")

    def draw(self) -> None:
        """The panel came into view: asks for points where none were drawn yet."""
        if not self._drawn and self.up.count():
            self._ask()

    def forget(self) -> None:
        """The rows are in another order or gone: what is drawn next is asked for anew."""
        self._drawn = False

    def show_points(self, points: Points) -> None:
        """Draws them, with a sentence about what was summed up."""
        self._drawn = True
        for chart in (self.time, self.line):
            chart.reset_view()  # what was zoomed into is no part of another result
        self.note.setText(points.note)
        self.note.setToolTip(points.note)
        names = self.across.currentText(), self.up.currentText()
        if isinstance(points.x, tuple):
            labels = [label or " " for label in points.x]
            self.bars.set_groups(labels, [(names[1], points.y.tolist())])
            self._bring(self.bars, *names)
        elif points.time:
            self.time.clear()
            self.time.set_series(names[1], points.x, points.y)
            self._bring(self.time, *names)
        else:
            self.line.clear()
            self.line.rename_across(numbers(names[0], unit("")))
            self.line.set_series(names[1], np.asarray(points.x), points.y)
            self._bring(self.line, *names)

    def _bring(self, chart: Chart, x: str, y: str) -> None:
        chart.set_title(tr("{0} over {1}").format(y, x))
        self.stack.setCurrentWidget(chart)

    def _charts(self) -> tuple[Chart, ...]:
        return self.time, self.line, self.bars

    def _has_line(self, at: int) -> bool:
        kind = self._columns[at].type
        return is_number(kind) or is_time(kind)

    def _ask(self) -> None:
        x, y = self.across.currentData(), self.up.currentData()
        if x is None or y is None:
            return
        if self.shape.value() == "line" and not self._has_line(x):
            self.shape.choose("bar")  # a line needs an x that can be measured
        self.wanted.emit(str(self.shape.value()), x, y)


def likely_x(columns: Sequence[ResultColumn]) -> int:
    """The first time, else the first text, else the first column."""
    for test in (is_time, lambda kind: not is_number(kind)):
        found = next((at for at, column in enumerate(columns) if test(column.type)), None)
        if found is not None:
            return found
    return 0


def _picker(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setMinimumWidth(140)
    box.setMaximumWidth(220)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box
