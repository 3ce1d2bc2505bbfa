"""Totals and charts of the window: accepted; refused, repeated and late; the share refused."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolButton, QWidget

from app.breath import breathe
from app.context import Context
from app.formats import compact, number, percent
from app.pages.quality.words import SERIES, anomaly_sentence
from app.widgets.card import Card
from app.widgets.charts import Marker, TimeChart, link_charts, saves
from app.words import tr
from engine.readings.quality import QualityReading

COLOURS = {"accepted": "good", "rejected": "bad", "duplicates": "info", "late": "warning"}
_ODD = ("rejected", "duplicates", "late")


@dataclass(frozen=True)
class Extent:
    """Of the charts, in seconds since 1970."""

    start: float
    end: float


class Overview(QWidget):
    """The charts share a crosshair; zooming one zooms all, and tells it."""

    zoomed = Signal(object)
    """(first, last) second in view, or None for the whole window."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        breathe()
        super().__init__(parent)
        theme, unit = context.theme, tr("events/min")
        self.accepted = TimeChart(theme, tr("Accepted"), unit)
        self.odd = TimeChart(theme, tr("Irregular"), unit)
        self.share = TimeChart(theme, tr("Share refused"), "%")
        self.stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        left, right = Card(), Card()
        left.body.addWidget(self.accepted)
        for chart in (self.odd, self.share):
            self.stack.addWidget(chart)
        right.body.addWidget(self.stack)
        self.to_share = self._switch(self.odd, tr("Share"), self.share)
        self.to_events = self._switch(self.share, tr("Events"), self.odd)
        row.addWidget(left, 1)
        row.addWidget(right, 1)
        charts = [self.accepted, self.odd, self.share]
        for chart in charts:
            chart.set_empty_text(tr("No whole minute with events in this window yet."))
            chart.view_changed.connect(self.zoomed)
        link_charts(charts)
        saves(context, *charts)

    def _switch(self, chart: TimeChart, text: str, other: TimeChart) -> QToolButton:
        """A button in a chart's title row that shows the other chart."""
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tr("Show {0}").format(other.title.lower()))
        button.clicked.connect(lambda: self.stack.setCurrentWidget(other))
        chart.title_row.insertWidget(chart.title_row.count() - 1, button)
        return button

    def show_reading(self, reading: QualityReading, extent: Extent) -> None:
        """Another moment, or another window."""
        for chart in (self.accepted, self.odd, self.share):
            chart.set_window(extent.start, extent.end)
        # The minute in hand would always look like a fall.
        came = any(reading.counts[name][:-1].any() for name in SERIES)
        whole = slice(0, -1 if came else 0)
        for name in SERIES:
            chart = self.accepted if name == "accepted" else self.odd
            values = reading.counts[name][whole]
            fill = name == "accepted"
            chart.set_series(tr(SERIES[name]), reading.at[whole], values, COLOURS[name], fill=fill)
        share = reading.error_share[whole]
        self.share.set_series(tr("Share refused"), reading.at[whole], share, "bad", fill=True)
        self.accepted.set_markers(_markers(reading, ("accepted",)))
        self.odd.set_markers(_markers(reading, _ODD))

    def reset_view(self) -> None:
        """Shows the whole window again."""
        for chart in (self.accepted, self.odd, self.share):
            chart.set_view(None)


def _markers(reading: QualityReading, names: tuple[str, ...]) -> list[Marker]:
    return [
        Marker(float(reading.at[found.index]), found.value, anomaly_sentence(name, found), "bad")
        for name in names
        for found in reading.anomalies[name]
    ]


class Totals(QLabel):
    """One line: how many of each, and the share that was refused."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("muted")
        self.setText(" ")

    def show_reading(self, reading: QualityReading) -> None:
        """The window's totals; the exact figures are in the tooltip."""
        parts, exact = [], []
        for name, title in SERIES.items():
            total = reading.total(name)
            parts.append(f"{tr(title)} {compact(total)}")
            exact.append(f"{tr(title)}: {number(total)}")
        parts[1] += f" ({percent(reading.total_share)})"
        odd = sum(len(each) for each in reading.anomalies.values())
        if odd:
            parts.append(tr("Anomalies {0}").format(number(odd)))
        self.setText("   ·   ".join(parts))
        self.setToolTip("\n".join(exact))
        self.setAccessibleName(", ".join(exact))
