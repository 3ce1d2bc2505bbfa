"""Horizontal bars of one or several series for each label: side by side, or stacked."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QWidget

from app.breath import breathe
from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import exact
from app.widgets.charts.axes import ValueAxis
from app.widgets.charts.field import Field
from app.widgets.charts.field_chart import FieldChart, Spot
from app.widgets.charts.legend import Legend
from app.widgets.charts.readout import Reading
from app.widgets.charts.shapes import Floats, floats, value_range
from app.widgets.charts.spans import Span
from app.widgets.charts.texts import Text, Texts
from app.words import tr

ROW_PX: Final = 26
"""Rows are not drawn lower than this at first: of a long list, the first ones are shown."""
THICK: Final = 0.68
"""Of a row, what its bars take."""
LABEL_SHARE: Final = 0.34
AIR_PX: Final = 12


@dataclass(frozen=True, slots=True)
class Group:
    """One series: a value for each label, NaN where there is none."""

    name: str
    values: Floats


class CategoryChart(FieldChart):
    """The first label stands at the top; values may be negative where they are not stacked."""

    across = False

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        unit: str = "",
        *,
        stack: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self._unit = units.unit(unit)
        self._stack = stack
        self._labels: tuple[str, ...] = ()
        self._groups: tuple[Group, ...] = ()
        self._hidden: set[str] = set()
        self._rows: tuple[tuple[int, ...], ...] = ()
        self._starts: list[Floats] = []
        self._ends: list[Floats] = []
        self._bars: list[pg.BarGraphItem] = []
        self._names = pg.AxisItem("left")
        self._values = ValueAxis(self._unit, "bottom")
        super().__init__(theme, title, unit, Field(self._names, self._values), parent)
        self._font = QFont(self.font())
        self._font.setPixelSize(12)
        self._names.setStyle(tickFont=self._font)
        self._texts = Texts(self._font)
        self.field.box.addItem(self._texts, ignoreBounds=True)
        self._values.setGrid(255)
        self.field.box.invertY(True)
        self._zero = pg.InfiniteLine(pos=0, angle=90, movable=False)
        self._zero.setZValue(5)
        self.field.box.addItem(self._zero, ignoreBounds=True)
        self.legend = Legend()
        self.legend.toggled.connect(self._toggle)
        self.column.insertWidget(1, self.legend)
        self.recolour()
        self.show_emptiness()

    def set_groups(
        self,
        labels: Sequence[str],
        groups: Sequence[tuple[str, Sequence[float]]],
        rows: Sequence[tuple[int, ...]] = (),
    ) -> None:
        """A value of each group for each label; ``rows`` are what a picked label stands for.

        ValueError where a group has another length.
        """
        made = tuple(Group(name, floats(list(values))) for name, values in groups)
        for group in made:
            if len(group.values) != len(labels):
                raise ValueError(f"{group.name}: {len(group.values)} values, {len(labels)} labels")
        self.forget_spots()
        self._labels, self._groups = tuple(labels), made
        self._rows = tuple(rows) or tuple((at,) for at in range(len(labels)))
        self._hidden.clear()
        breathe()
        self._arrange()

    @property
    def stacked(self) -> bool:
        """Whether the bars of a label stand on one another."""
        return self._stack

    def labels(self) -> tuple[str, ...]:
        """From the top."""
        return self._labels

    def groups(self) -> tuple[Group, ...]:
        """In the order of their colours."""
        return self._groups

    def is_empty(self) -> bool:
        """Whether there is no value."""
        return not any(np.isfinite(group.values).any() for group in self._groups)

    # Geometry

    def whole(self) -> tuple[Span, Span]:
        """All labels, and the range of the values with room for what stands at a bar's end."""
        low, high = value_range([*self._starts, *self._ends], from_zero=True)
        wide = max(self.field.width() - self._names.width(), 1)
        room = min(self._text_px() / wide, 0.6)
        if self._says_values():
            span = (high - low) / (1 - room)
            low, high = (low - span * room if low < 0 else low), low + span
        return (low, high), (-0.5, max(len(self._labels), 1) - 0.5)

    def home(self) -> tuple[Span, Span]:
        """As many labels as have room."""
        across, down = self.whole()
        rows = max(3, int(self.field.height() / ROW_PX))
        return across, (down[0], min(down[1], rows - 0.5))

    def least(self) -> tuple[float, float]:
        """A label."""
        return 1.0, 1.0

    def _shown_groups(self) -> list[Group]:
        return [group for group in self._groups if group.name not in self._hidden]

    def _says_values(self) -> bool:
        """One bar a label has room for its value at its end."""
        return len(self._groups) == 1

    def _text_px(self) -> float:
        values = self._groups[0].values if self._groups else np.zeros(0)
        known = values[np.isfinite(values)]
        if not len(known):
            return 0.0
        ends = (float(known.min()), float(known.max()), float(known[0]))
        metrics = QFontMetrics(self._font)
        return max(metrics.horizontalAdvance(self._unit.value(v)) for v in ends) + 2 * AIR_PX

    def _arrange(self) -> None:
        """Where each bar begins and ends."""
        shown = self._shown_groups()
        self._starts, self._ends = [], []
        base = np.zeros(len(self._labels))
        for group in shown:
            values = np.nan_to_num(group.values)
            self._starts.append(base if self._stack else np.zeros(len(values)))
            base = base + values
            self._ends.append(base if self._stack else values)
        self._draw()

    def _slot(self, place: int) -> tuple[float, float]:
        """Offset of a group's bar from its row's middle to its upper edge, and its height."""
        count = 1 if self._stack else max(len(self._shown_groups()), 1)
        height = THICK / count
        return -THICK / 2 + (0 if self._stack else place * height), height

    # Drawing

    def _draw(self) -> None:
        for bar in self._bars:
            self.field.box.removeItem(bar)
        self._bars = []
        rows = np.arange(len(self._labels))
        for place, (start, end) in enumerate(zip(self._starts, self._ends, strict=True)):
            top, height = self._slot(place)
            air = 0.0 if self._stack or len(self._starts) == 1 else height * 0.1
            bar = pg.BarGraphItem(
                x0=start, width=end - start, y0=rows + top + air / 2, height=height - air, pen=None
            )
            self.field.box.addItem(bar, ignoreBounds=True)
            self._bars.append(bar)
        self.legend.show_series([(g.name, self._colour(g)) for g in self._groups], self._hidden)
        self._paint()
        self.show_emptiness()
        self.show_view()

    def _paint(self) -> None:
        for group, bar in zip(self._shown_groups(), self._bars, strict=True):
            bar.setOpts(brush=pg.mkBrush(self._colour(group)), pen=None)

    def _colour(self, group: Group) -> QColor:
        palette = self.theme.colours.series
        return QColor(palette[self._groups.index(group) % len(palette)])

    def fit(self) -> None:
        """Labels and values of the rows in view."""
        (_, _), (top, bottom) = self.shown()
        first, last = max(0, round(top + 0.5)), min(len(self._labels), round(bottom + 0.5))
        metrics = QFontMetrics(self._font)
        most = int(self.field.width() * LABEL_SHARE)
        every = max(1, round(14 * (bottom - top) / max(self.field.height(), 1)))
        ticks = [
            (at, metrics.elidedText(self._labels[at], Qt.TextElideMode.ElideRight, most))
            for at in range(first, last, every)
        ]
        widest = max((metrics.horizontalAdvance(text) for _, text in ticks), default=0)
        self._names.setTicks([ticks])
        self._names.setWidth(widest + AIR_PX)
        self._values.setStyle(showValues=not self._says_values() and not self.is_empty())
        self._values.setHeight(6 if self._says_values() else 24)
        self._values.setGrid(False if self._says_values() else 255)
        self._say_values(range(first, last) if every == 1 else range(0))
        across = self.whole()[0]
        self.field.box.setXRange(*across, padding=0)

    def _say_values(self, rows: range) -> None:
        if not self._says_values() or not self._shown_groups():
            self._texts.set(())
            return
        colour = QColor(self.theme.colours.text)
        known = [(float(self._groups[0].values[row]), row) for row in rows]
        self._texts.set(
            Text(value, row, self._unit.value(value), colour, 1 if value >= 0 else -1)
            for value, row in known
            if not np.isnan(value)
        )

    def _toggle(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self.forget_spots()
        self._arrange()

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self._names.setTextPen(colours.text)
        self._zero.setPen(pg.mkPen(colours.border))
        self.legend.paint_with(colours.muted, colours.hover, colours.accent)
        self.legend.show_series([(g.name, self._colour(g)) for g in self._groups], self._hidden)
        self._paint()
        self.fit()

    # Pointing

    def spot_at(self, x: float, y: float) -> Spot | None:  # noqa: ARG002 -- a whole row is meant
        """The label's row, with all its values."""
        row = round(y)
        return self._of_row(row) if 0 <= row < len(self._labels) and abs(y - row) <= 0.5 else None

    def spots(self) -> list[Spot]:
        """One a label."""
        return [self._of_row(row) for row in range(len(self._labels))]

    def _of_row(self, row: int) -> Spot:
        shown = self._shown_groups()
        readings = [
            Reading(g.name, self._written(float(g.values[row])), self._colour(g).name())
            for g in shown
        ]
        ends = [float(e[row]) for e in self._ends] + [float(s[row]) for s in self._starts] + [0.0]
        total = ""
        if self._stack and len(shown) > 1:
            total = tr("{0} in all").format(self._unit.value(float(self._ends[-1][row])))
        outline = (min(ends), row - THICK / 2, max(ends) - min(ends), THICK)
        words = self._labels[row], total
        return Spot((max(ends), row), words, tuple(readings), outline, self._rows[row])

    def _written(self, value: float) -> str:
        return "–" if np.isnan(value) else self._unit.value(value)

    # Export

    def to_csv(self) -> str:
        """A row a label, a column a series that is shown."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        shown = self._shown_groups()
        writer.writerow(["label", *(group.name for group in shown)])
        for row, label in enumerate(self._labels):
            values = (float(group.values[row]) for group in shown)
            writer.writerow([label, *("" if np.isnan(v) else exact(v) for v in values)])
        return text.getvalue()
