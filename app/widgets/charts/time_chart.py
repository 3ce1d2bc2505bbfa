"""Series over time: lines, filled lines, stacks, bars; a crosshair with a read-out; zoom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent
from PySide6.QtWidgets import QWidget

from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import TIME, Across
from app.widgets.charts.band import Band
from app.widgets.charts.chart import Chart
from app.widgets.charts.crosshair import Crosshair, Dot
from app.widgets.charts.csv_text import csv_text
from app.widgets.charts.layer import Kind, Layer, Marker, Series, Shape
from app.widgets.charts.legend import Legend
from app.widgets.charts.plot import Plot
from app.widgets.charts.readout import Reading
from app.widgets.charts.series_set import SeriesSet, checked_series, shaped
from app.widgets.charts.shapes import (
    Floats,
    floats,
    grid,
    nearest,
    reaching,
    spacing,
    stands_for,
    value_range,
)
from app.widgets.charts.spans import Span, extent_of, panned, scaled, zoomed_to
from app.widgets.charts.tints import mixed
from app.words import tr


class TimeChart(Chart):
    """``x`` is in epoch seconds, or what ``across`` says; NaN in ``y`` is a gap.

    Setting equal data again costs nothing.
    """

    zoomable = True

    hovered = Signal(object)
    """Epoch seconds of the crosshair, or None; only when a person moved it here."""
    view_changed = Signal(object)
    """(first, last) second in view, or None for everything; only when a person changed it here."""

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        unit: str = "",
        *,
        stack: bool = False,
        from_zero: bool = True,
        across: Across = TIME,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, unit, parent)
        self._unit = units.unit(unit)
        self._across = across
        self._stack = stack
        self._from_zero = from_zero
        self._series = SeriesSet()
        self._layers: dict[str, Layer] = {}
        self._window: Span | None = None
        self._view: Span | None = None
        self._at: float | None = None
        self._grid: Floats = np.zeros(0)
        self._shapes: list[Shape] = []
        self._markers: tuple[Marker, ...] = ()
        self.legend = Legend()
        self.legend.toggled.connect(self._toggle)
        self.column.insertWidget(1, self.legend)
        self.plot = Plot(self._unit, across)
        self.plot.setAccessibleDescription(
            tr("Arrow keys move the crosshair, plus and minus zoom, 0 shows everything.")
        )
        self.put(self.plot)
        self._band = Band(self.plot.box)
        self._cross = Crosshair(self.plot, across)
        self.destroyed.connect(self._cross.readout.deleteLater)
        self._marks = pg.ScatterPlotItem(size=10, symbol="o")
        self._marks.setZValue(21)
        self.plot.box.addItem(self._marks, ignoreBounds=True)
        self._connect()
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(0)
        self._redraw.timeout.connect(self.flush)
        self.recolour()
        self.flush()

    def _connect(self) -> None:
        plot = self.plot
        plot.hovered.connect(self._hover)
        plot.left.connect(lambda: self._hover(None))
        plot.stepped.connect(self._step)
        plot.spanned.connect(lambda low, high: self._look((low, high)))
        plot.panned.connect(self._pan)
        plot.scaled.connect(self.zoom)
        plot.restored.connect(self.reset_view)
        plot.menu_asked.connect(self.show_menu)

    # Data

    def set_series(
        self,
        name: str,
        x: ArrayLike,
        y: ArrayLike,
        colour: str | None = None,
        fill: bool = False,
        kind: Kind = "line",
    ) -> None:
        """Adds or replaces a series; ``x`` must increase.

        ``colour`` is a name in the theme (``bronze``) or a hex colour; without one the series
        gets the next colour of the theme, and keeps it. ValueError where lengths differ or ``x``
        does not increase.
        """
        if self._series.put(checked_series(name, x, y, colour, fill, kind)):
            self._redraw.start()

    def remove_series(self, name: str) -> None:
        """Takes a series away; nothing happens where there is none of that name."""
        if self._series.drop(name):
            self._layers.pop(name).remove() if name in self._layers else None
            self._redraw.start()

    def keep_series(self, names: Sequence[str]) -> None:
        """Takes away every series that is not named."""
        for name in self._series.beside(names):
            self.remove_series(name)

    def rename_across(self, across: Across) -> None:
        """Other words for what runs along the bottom; the axis itself stays."""
        self._across = self._cross.across = across

    def set_band(self, of: str, x: ArrayLike, low: ArrayLike, high: ArrayLike) -> None:
        """The range around the series ``of``, such as what a forecast may be off by."""
        self._band.set(of, floats(x), floats(low), floats(high))
        self._redraw.start()

    def clear(self) -> None:
        """Takes everything away."""
        self.keep_series(())
        self.set_band("", (), (), ())
        self.set_markers(())

    def set_window(self, start: float, end: float) -> None:
        """The whole extent in epoch seconds; without it, that of the data."""
        if self._window != (start, end):
            self._window = (start, end)
            self._redraw.start()

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Replaces the points that stand out."""
        if tuple(markers) != self._markers:
            self._markers = tuple(markers)
            self._redraw.start()

    def is_empty(self) -> bool:
        """Whether no series has a value."""
        return self._series.is_empty()

    def series_names(self) -> list[str]:
        """In the order of their colours."""
        return [series.name for series in self._series.all()]

    def shown(self) -> list[Series]:
        """The series that are not hidden, in order."""
        return self._series.shown()

    # View

    def extent(self) -> Span:
        """The whole span; a minute around a single point."""
        if self._window is not None:
            return self._window
        return extent_of([series.x for series in self._series.all()])

    def view(self) -> Span | None:
        """What a person zoomed into, or None."""
        return self._view

    def zoomed(self) -> bool:
        """Whether less than the extent is shown."""
        return self._view is not None

    def set_view(self, span: Span | None) -> None:
        """Shows a span, or everything for None; emits nothing."""
        self._view = span
        self._show_view()

    def reset_view(self) -> None:
        """Shows everything."""
        if self._view is not None:
            self.set_view(None)
            self.view_changed.emit(None)

    def zoom(self, factor: float, around: float) -> None:
        """Makes the shown span ``factor`` times as long."""
        self._look(scaled(self._view or self.extent(), factor, around))

    def _pan(self, seconds: float) -> None:
        if self._view is not None:
            self._look(panned(self._view, self.extent(), seconds))

    def _look(self, span: Span) -> None:
        self.set_view(zoomed_to(span, self.extent(), 2 * spacing(self._grid)))
        self.view_changed.emit(self._view)

    # Crosshair

    def crosshair(self) -> float | None:
        """Epoch seconds of the crosshair."""
        return self._at

    def show_crosshair(self, at: float | None) -> None:
        """Puts the crosshair at the data's nearest time; emits nothing. None takes it away."""
        self._at = self._snapped(at)
        self._show_readout()

    def _snapped(self, at: float | None) -> float | None:
        if at is None or not len(self._grid):
            return None
        return float(self._grid[nearest(self._grid, at)])

    def hide_pointers(self) -> None:
        """Takes the crosshair away and draws what is due."""
        self.flush()
        self.show_crosshair(None)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """The read-out lies over the window and would stay."""
        self.show_crosshair(None)
        super().hideEvent(event)

    def _hover(self, at: float | None) -> None:
        snapped = self._snapped(at)
        if snapped != self._at:
            self.show_crosshair(snapped)
            self.hovered.emit(snapped)

    def _step(self, points: int) -> None:
        low, high = self._view or self.extent()
        inside = self._grid[(self._grid >= low) & (self._grid <= high)]
        if not len(inside):
            return
        if self._at is None:
            place = len(inside) - 1
        else:
            place = min(max(nearest(inside, self._at) + points, 0), len(inside) - 1)
        self._hover(float(inside[place]))

    def readings(self, at: float) -> list[Reading]:
        """Each shown series at a time, as the read-out writes it; a dash for a gap."""
        found = []
        for series in self.shown():
            value = float("nan")
            if len(series.x):
                place = nearest(series.x, at)
                if stands_for(series.x, place, at):
                    value = float(series.y[place])
            text = "–" if np.isnan(value) else self._unit.value(value)
            found.append(Reading(series.name, text, self._colour(series).name()))
            around = self._band.at(at) if series.name == self._band.of else None
            if around is not None:
                span = " – ".join(self._unit.value(edge) for edge in around)
                found.append(Reading(tr("range"), span, self._colour(series).name()))
        return found

    def _show_readout(self) -> None:
        at = self._at
        if at is None:
            self._cross.hide()
            return
        near = spacing(self._grid) / 2
        notes = "; ".join(mark.text for mark in self._markers if abs(mark.x - at) <= near)
        self._cross.show_at(at, self._dots(at), self.readings(at), notes)

    def _dots(self, at: float) -> list[Dot]:
        found: list[Dot] = []
        for shape in self._shapes:
            if shape.series.kind != "line" or not len(shape.x):
                continue
            place = nearest(shape.x, at)
            if stands_for(shape.x, place, at) and not np.isnan(shape.high[place]):
                x, y = float(shape.x[place]), float(shape.high[place])
                found.append((x, y, self._colour(shape.series)))
        return found

    # Drawing

    def flush(self) -> None:
        """Draws what has changed now, instead of when Qt is next idle."""
        self._redraw.stop()
        self._grid = grid([series.x for series in self.shown()])
        self._shapes = shaped(self.shown(), self._grid, self._stack)
        for name in self._series.hidden & set(self._layers):
            self._layers.pop(name).remove()
        self._marks.setData(
            pos=np.array([(m.x, m.y) for m in self._markers]).reshape(-1, 2),
            brush=[pg.mkBrush(self._named(m.colour)) for m in self._markers] or None,
        )
        self._show_legend()
        self.show_emptiness()
        empty = self.is_empty()
        self.plot.show_labels(times=not empty or self._window is not None, values=not empty)
        self._show_view()

    def _show_view(self) -> None:
        low, high = self._view or self.extent()
        if any(series.kind == "bars" for series in self.shown()):
            half = spacing(self._grid) / 2
            low, high = low - half, high + half
        seen = []
        for depth, shape in enumerate(self._shapes):
            layer = self._layers.setdefault(shape.series.name, Layer(self.plot.box))
            layer.draw(shape, reaching(shape.x, low, high), depth)
            seen.append(shape.high[(shape.x >= low) & (shape.x <= high)])
        self._paint_layers()
        if self._band.of not in self._series.hidden:
            seen += self._band.inside(low, high)
        seen.append(np.array([m.y for m in self._markers if low <= m.x <= high]))
        bottom, top = value_range(seen, self._from_zero)
        self.plot.box.setRange(xRange=(low, high), yRange=(bottom, top), padding=0)
        self.show_zoom()
        if self._at is not None:
            self.show_crosshair(self._at)

    def _toggle(self, name: str, shown: bool) -> None:
        self._series.toggle(name, shown)
        self.flush()

    def recolour(self) -> None:
        """The theme has changed."""
        super().recolour()
        colours = self.theme.colours
        self.plot.paint_with(colours.surface, colours.border, colours.muted, colours.accent)
        self.legend.paint_with(colours.muted, colours.hover, colours.accent)
        self._cross.paint_with(colours)
        self._marks.setPen(pg.mkPen(colours.surface, width=1.5))
        self._marks.setBrush([pg.mkBrush(self._named(m.colour)) for m in self._markers] or None)
        self._paint_layers()
        self._show_legend()
        self._show_readout()

    def _paint_layers(self) -> None:
        surface = QColor(self.theme.colours.surface)
        self._band.show(self._band.of not in self._series.hidden)
        around = self._series.get(self._band.of)
        if around is not None:
            self._band.paint_with(mixed(self._colour(around), surface, 0.22))
        for series in self.shown():
            layer = self._layers.get(series.name)
            if layer is not None:
                line = self._colour(series)
                share = 0.55 if self._stack else 0.18
                layer.colour(line, mixed(line, surface, share))

    def _show_legend(self) -> None:
        entries = [(series.name, self._colour(series)) for series in self._series.all()]
        self.legend.show_series(entries, self._series.hidden)

    def _colour(self, series: Series) -> QColor:
        if series.colour is not None:
            return self._named(series.colour)
        palette = self.theme.colours.series
        return QColor(palette[self._series.place(series.name) % len(palette)])

    def _named(self, colour: str) -> QColor:
        return QColor(colour) if colour.startswith("#") else self.theme.qcolor(colour)

    # Export

    def to_csv(self) -> str:
        """The shown series in the shown span: time in UTC, then one column a series."""
        columns = self.shown()
        if self._band.of not in self._series.hidden:
            columns += self._band.series()
        return csv_text(columns, self._view or self.extent(), self._unit, self._across)
