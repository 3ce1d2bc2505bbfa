"""Points of two numbers, in a colour for each group."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import exact
from app.widgets.charts.axes import ValueAxis
from app.widgets.charts.field import Field
from app.widgets.charts.field_chart import FieldChart, Spot
from app.widgets.charts.legend import Legend
from app.widgets.charts.plot import LEFT_PX
from app.widgets.charts.readout import Reading
from app.widgets.charts.shapes import Floats, floats, value_range
from app.widgets.charts.spans import Span

REACH_PX = 18
"""A point is read out when the mouse is so near to it."""
NAMED_PX = 44
"""Height of the lower axis with its name."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """The points of one group; ``rows`` are their places in the result."""

    name: str
    x: Floats
    y: Floats
    rows: tuple[int, ...]


class ScatterChart(FieldChart):
    """Two axes of numbers; the point nearest to the mouse is read out."""

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        names: tuple[str, str] = ("x", "y"),
        unit_names: tuple[str, str] = ("", ""),
        parent: QWidget | None = None,
    ) -> None:
        """``names`` and units of the lower and the left axis."""
        self._names = names
        self._units = units.unit(unit_names[0]), units.unit(unit_names[1])
        self._clouds: tuple[Cloud, ...] = ()
        self._hidden: set[str] = set()
        self._items: dict[str, pg.ScatterPlotItem] = {}
        left, bottom = ValueAxis(self._units[1]), ValueAxis(self._units[0], "bottom")
        super().__init__(theme, title, "", Field(left, bottom), parent)
        for axis, name in ((left, names[1]), (bottom, names[0])):
            axis.enableAutoSIPrefix(False)
            axis.setLabel(name)
            axis.setGrid(255)
        left.setWidth(LEFT_PX + 18)
        bottom.setHeight(NAMED_PX)
        self.legend = Legend()
        self.legend.toggled.connect(self._toggle)
        self.column.insertWidget(1, self.legend)
        self.recolour()
        self.show_emptiness()

    def set_clouds(self, clouds: Sequence[tuple[str, ArrayLike, ArrayLike, Sequence[int]]]) -> None:
        """Name, x (n,), y (n,) and places of each group; points without both are left out."""
        self.forget_spots()
        made = []
        for name, across, up, rows in clouds:
            x, y = floats(across), floats(up)
            here = np.isfinite(x) & np.isfinite(y)
            kept = tuple(int(r) for r in np.asarray(rows)[here])
            made.append(Cloud(name, x[here], y[here], kept))
        self._clouds = tuple(made)
        self._hidden.clear()
        self._draw()

    def clouds(self) -> tuple[Cloud, ...]:
        """In the order of their colours."""
        return self._clouds

    def is_empty(self) -> bool:
        """Whether there is no point."""
        return not any(len(cloud.x) for cloud in self._clouds)

    def whole(self) -> tuple[Span, Span]:
        """All points with a margin, so that none lies on an edge."""
        across = value_range([cloud.x for cloud in self._clouds], from_zero=False)
        down = value_range([cloud.y for cloud in self._clouds], from_zero=False)
        return across, down

    def _draw(self) -> None:
        for item in self._items.values():
            self.field.box.removeItem(item)
        count = sum(len(cloud.x) for cloud in self._clouds)
        size = 8 if count <= 200 else 6 if count <= 1000 else 4
        self._items = {}
        for cloud in self._shown():
            item = pg.ScatterPlotItem(cloud.x, cloud.y, size=size, pen=None)
            self.field.box.addItem(item, ignoreBounds=True)
            self._items[cloud.name] = item
        self._paint()
        self.show_emptiness()
        self.show_view()

    def _shown(self) -> list[Cloud]:
        return [cloud for cloud in self._clouds if cloud.name not in self._hidden]

    def _colour(self, cloud: Cloud) -> QColor:
        palette = self.theme.colours.series
        return QColor(palette[self._clouds.index(cloud) % len(palette)])

    def _paint(self) -> None:
        for cloud in self._shown():
            colour = self._colour(cloud)
            colour.setAlpha(190)
            self._items[cloud.name].setBrush(pg.mkBrush(colour))
        entries = [(cloud.name, self._colour(cloud)) for cloud in self._clouds]
        self.legend.show_series(entries, self._hidden)

    def _toggle(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self.forget_spots()
        self._draw()

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self.legend.paint_with(colours.muted, colours.hover, colours.accent)
        for axis in self.field.axes:
            axis.labelStyle = {"color": colours.muted, "font-size": "9pt"}
            axis.setLabel(axis.labelText)
        self._paint()

    def spot_at(self, x: float, y: float) -> Spot | None:
        """The nearest point, if it is near."""
        across, down = self.field.pixels()
        best: tuple[float, Cloud, int] | None = None
        for cloud in self._shown():
            if not len(cloud.x):
                continue
            far = np.hypot((cloud.x - x) * across, (cloud.y - y) * down)
            at = int(np.argmin(far))
            if best is None or far[at] < best[0]:
                best = float(far[at]), cloud, at
        return self._of_point(best[1], best[2]) if best and best[0] <= REACH_PX else None

    def spots(self) -> list[Spot]:
        """From left to right."""
        found = [
            (float(x), self._of_point(cloud, at))
            for cloud in self._shown()
            for at, x in enumerate(cloud.x)
        ]
        return [spot for _, spot in sorted(found, key=lambda pair: pair[0])]

    def _of_point(self, cloud: Cloud, at: int) -> Spot:
        x, y = float(cloud.x[at]), float(cloud.y[at])
        across, down = self.field.pixels()
        wide, high = 14 / across, 14 / down
        colour = self._colour(cloud).name()
        readings = (
            Reading(self._names[0], self._units[0].value(x), colour),
            Reading(self._names[1], self._units[1].value(y), colour),
        )
        heading = cloud.name if len(self._clouds) > 1 else self.title
        outline = (x - wide / 2, y - high / 2, wide, high)
        return Spot((x, y), (heading, ""), readings, outline, (cloud.rows[at],))

    def to_csv(self) -> str:
        """A row a shown point."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        several = len(self._clouds) > 1
        writer.writerow([*self._names, *(["series"] if several else [])])
        for cloud in self._shown():
            for x, y in zip(cloud.x.tolist(), cloud.y.tolist(), strict=True):
                writer.writerow([exact(x), exact(y), *([cloud.name] if several else [])])
        return text.getvalue()
