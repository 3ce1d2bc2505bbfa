"""The row of figures: the last minute large, the last hour below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.breath import breathe
from app.formats import local_time
from app.pages.live.words import figure, kpi_hint, short_change
from app.widgets.card import Card
from app.widgets.tone import set_tone
from app.words import tr
from engine.contracts.tally import OpenFigures
from engine.readings.live import LiveReading
from engine.readings.live_kpis import RATE, HourReading, KpiReading, KpiSpec

CALM = 0.005
"""Changes below half a percent have no colour."""


class Change(QLabel):
    """An arrow and a percentage, coloured where up or down is good or bad."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)

    def show_change(self, change: float | None, spec: KpiSpec) -> None:
        """Nothing for None."""
        self.setText(short_change(change))
        tone = "muted"
        if change is not None and spec.better is not None and abs(change) >= CALM:
            tone = "good" if (change > 0) == (spec.better == "up") else "bad"
        set_tone(self, tone)


class LiveTile(Card):
    """One figure."""

    def __init__(self, title: str) -> None:
        breathe()
        super().__init__(title)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self.setMinimumWidth(132)
        self.value = QLabel("–")
        self.value.setObjectName("value")
        self.change = Change("small")
        self.open = False
        """Whether the running minute is counted live; else it is gold's."""
        self.running = QLabel()
        self.running.setObjectName("small")
        self.running.setToolTip(
            tr("The minute that is not over, so far; provisional until gold has it")
        )
        self.hour = QLabel()
        self.hour.setObjectName("small")
        self.hour_change = Change("small")
        self.controls.addWidget(self.change)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.hour)
        line.addStretch(1)
        line.addWidget(self.hour_change)
        self.body.addWidget(self.value)
        self.body.addWidget(self.running)
        self.body.addLayout(line)
        self.body.setSpacing(2)

    def show_open(self, spec: KpiSpec, value: float | None) -> None:
        """The running minute as it was counted just now; gold does not have it yet."""
        self.open = True
        self.running.setText(tr("provisional: {0}").format(figure(spec, value)))

    def show_figures(self, reading: KpiReading, hour: HourReading | None, minute: str) -> None:
        """``hour`` None while it is still being counted."""
        spec = reading.spec
        self.value.setText(figure(spec, reading.minute))
        self.change.show_change(reading.minute_change, spec)
        if not self.open:
            so_far = tr("now: {0}").format(figure(spec, reading.running))
            self.running.setText("" if reading.running is None else so_far)
        counted = figure(spec, hour.value) if hour else "…"
        self.hour.setText(tr("1 h: {0}").format(counted))
        self.hour_change.show_change(hour.change if hour else None, spec)
        self.setToolTip(kpi_hint(spec, minute))
        self.setAccessibleName(
            tr("{0}: {1} in the last minute {2}, {3} in the last hour {4}").format(
                spec.title,
                self.value.text(),
                self.change.text(),
                counted,
                self.hour_change.text(),
            )
        )


class Tiles(QWidget):
    """As many tiles as the pack has figures."""

    def __init__(self, specs: Sequence[KpiSpec]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self._specs = tuple(specs)
        self.tiles = {spec.name: LiveTile(tr(spec.title)) for spec in specs}
        for tile in self.tiles.values():
            row.addWidget(tile, 1)

    def show_reading(self, reading: LiveReading, hours: Mapping[str, HourReading] | None) -> None:
        """``hours`` by KPI; None while they are counted for the first time."""
        minute = local_time(reading.minute, seconds=False)
        for kpi in reading.kpis:
            hour = hours.get(kpi.spec.name) if hours is not None else None
            self.tiles[kpi.spec.name].show_figures(kpi, hour, minute)

    def show_open(self, figures: OpenFigures) -> None:
        """What was counted of the running minute, a moment ago."""
        if not figures.minutes:
            return
        newest = figures.minutes[-1].figures
        for spec in self._specs:
            value = figures.rate if spec.name == RATE else newest.get(spec.name)
            self.tiles[spec.name].show_open(spec, value)

    def forget_open(self) -> None:
        """Nobody counts live any more: the running minute is gold's again."""
        for tile in self.tiles.values():
            tile.open = False
