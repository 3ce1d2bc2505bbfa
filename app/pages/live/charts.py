"""The charts of the Live page, side by side, with one crosshair."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from app.context import Context
from app.formats import percent
from app.pages.live.words import readable
from app.widgets.card import Card
from app.widgets.charts import Bar, BarChart, Chart, TimeChart, link_charts, saves
from app.words import tr
from engine.contracts.pack import PackSpec
from engine.contracts.tally import OpenFigures
from engine.readings.live import TOP, LiveReading
from engine.readings.live_hours import HoursReading
from engine.readings.live_kpis import MINUTE_S

CONVERSIONS = {
    "conversion_rate": "Of viewers",
    "cart_conversion_rate": "Of users with a cart",
}
UNITS = {"gmv_usd": "USD"}
"""Of what segments are ranked by; the others are counts."""


class LiveCharts(QWidget):
    """Two rows of cards; shows readings, decides nothing."""

    dimension_chosen = Signal(str)

    def __init__(self, context: Context, pack: PackSpec) -> None:
        super().__init__()
        self._reading: LiveReading | None = None
        self._open: OpenFigures | None = None
        theme = context.theme
        self.events = TimeChart(theme, tr("Events by type"), tr("events/min"), stack=True)
        self.gmv = TimeChart(theme, tr("GMV per minute"), "USD")
        self.conversion = TimeChart(theme, tr("Conversion"), "%")
        self.funnel = BarChart(theme, tr("Funnel"), tr("users"), rows=4)
        self.funnel.set_empty_text(tr("Counting the users of the window…"))
        self.funnel.setToolTip(
            tr("Different users in the window with at least one event of the step.")
        )
        self.segments = BarChart(theme, tr("Top segments"), rows=TOP)
        self.dimension = QComboBox()
        self.dimension.setObjectName("dimension")
        self.dimension.setAccessibleName(tr("Dimension of the top segments"))
        for name in pack.segments.dimensions:
            self.dimension.addItem(tr(readable(name)), name)
        self.dimension.currentIndexChanged.connect(
            lambda _: self.dimension_chosen.emit(self.dimension_name())
        )
        self.segments.title_row.insertWidget(3, self.dimension)
        self.timed: Sequence[TimeChart] = (self.events, self.gmv, self.conversion)
        link_charts(self.timed)
        saves(context, *self.all())
        self._place()

    def all(self) -> list[Chart]:
        """Every chart, in the order of reading."""
        return [self.events, self.gmv, self.conversion, self.funnel, self.segments]

    def _place(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        places = ((0, 0, 3), (0, 3, 3), (1, 0, 2), (1, 2, 2), (1, 4, 2))
        for chart, (row, column, width) in zip(self.all(), places, strict=True):
            card = Card()
            card.body.addWidget(chart)
            grid.addWidget(card, row, column, 1, width)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        for row in range(2):
            grid.setRowStretch(row, 1)

    def dimension_name(self) -> str:
        """The chosen dimension, as the lake names it."""
        return str(self.dimension.currentData())

    def span(self) -> tuple[float, float] | None:
        """What the time charts were zoomed to."""
        return self.events.view()

    def reset_views(self) -> None:
        """Every time chart shows the whole window."""
        for chart in self.timed:
            chart.reset_view()

    def show_reading(self, reading: LiveReading) -> None:
        """Series and segments."""
        self._reading = reading
        at = reading.at
        for chart in self.timed:
            chart.set_window(float(at[0]), float(at[-1]) if len(at) > 1 else at[0] + MINUTE_S)
        for name, values in reading.by_type.items():
            self.events.set_series(tr(readable(name)), at, values)
        if "gmv_usd" in reading.series:
            self.gmv.set_series(tr("GMV"), at, reading.series["gmv_usd"], colour="gold", fill=True)
        for name, title in CONVERSIONS.items():
            if name in reading.series:
                self.conversion.set_series(tr(title), at, reading.series[name])
        self._show_segments(reading)
        self.show_open(self._open)

    def show_open(self, figures: OpenFigures | None) -> None:
        """GMV of the minutes after the last complete one, dashed: gold does not have them yet.

        Ratios are left to the tiles: those of a minute that has just begun say little.
        """
        self._open = figures
        reading, title = self._reading, tr("GMV, provisional")
        if reading is None or "gmv_usd" not in reading.series:
            return
        last = float(reading.at[-1])
        minutes = [m for m in figures.minutes if m.start_s > last] if figures else []
        if not minutes:
            self.gmv.remove_series(title)
            return
        at = [last, *(float(minute.start_s) for minute in minutes)]
        counted = (minute.figures.get("gmv_usd") for minute in minutes)
        values = [float(reading.series["gmv_usd"][-1])]
        values += [math.nan if value is None else value for value in counted]
        self.gmv.set_series(title, at, values, colour="gold", kind="dashes")
        self.gmv.set_window(float(reading.at[0]), at[-1])

    def _show_segments(self, reading: LiveReading) -> None:
        rank = reading.rank_by
        named = tr("GMV") if rank == "gmv_usd" else tr(readable(rank)).lower()
        title = tr("Top by {0}").format(named)
        if self.segments.title != title:
            self.segments.set_title(title)
            self.segments.set_unit(UNITS.get(rank, ""))
        bars = []
        for segment in reading.segments:
            sums = ", ".join(
                f"{value:,.0f} {readable(name).lower()}"
                for name, value in segment.sums.items()
                if name != rank
            )
            share = percent(segment.share)
            tip = tr("{0}: {1} of all; {2}").format(segment.value, share, sums)
            bars.append(Bar(segment.value, segment.figure, share, tooltip=tip))
        self.segments.set_bars(bars)

    def show_funnel(self, hours: HoursReading) -> None:
        """Steps with their share of the first one."""
        bars = []
        before: int | None = None
        for step in hours.funnel:
            note = percent(step.share) if step.share is not None else ""
            tip = tr("{0}: {1} users").format(tr(readable(step.event_type)), f"{step.users:,}")
            if before:
                tip += tr(", {0} of the step before").format(percent(step.users / before))
            bars.append(Bar(tr(readable(step.event_type)), step.users, note, tooltip=tip))
            before = step.users
        self.funnel.set_empty_text(tr("This pack has no steps towards a purchase"))
        self.funnel.set_bars(bars)
