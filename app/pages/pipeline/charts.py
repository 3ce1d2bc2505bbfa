"""Four charts of the micro-batches, with one crosshair."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QGridLayout, QWidget

from app.context import Context
from app.widgets.card import Card
from app.widgets.charts import TimeChart, link_charts, saves
from app.words import tr
from engine.readings.batches import BatchSeries, LagSeries

LEAST_HEIGHT = 160
"""Of one chart in its card."""


@dataclass(frozen=True)
class Charted:
    """What the charts show: a window that ends now, in seconds since 1970."""

    start: float
    end: float
    batches: BatchSeries
    lag: LagSeries


class PipelineCharts(QWidget):
    """Two rows of two."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = context.theme
        self.duration = TimeChart(theme, tr("Micro-batch duration"), "ms")
        self.rates = TimeChart(theme, tr("Input and process rate"), "events/s")
        self.lag = TimeChart(theme, tr("Lag by partition"), "records")
        self.latency = TimeChart(theme, tr("From broker to gold"), "ms")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        for place, chart in enumerate(self.all()):
            chart.setObjectName(("duration", "rates", "lag", "latency")[place])
            chart.set_empty_text(tr("No micro-batch in this window."))
            card = Card()
            card.setMinimumHeight(LEAST_HEIGHT)
            card.body.addWidget(chart)
            grid.addWidget(card, place // 2, place % 2)
        link_charts(self.all())
        saves(context, *self.all())

    def all(self) -> list[TimeChart]:
        """From left to right, from top to bottom."""
        return [self.duration, self.rates, self.lag, self.latency]

    def show_charted(self, shown: Charted) -> None:
        """Another moment, or another window."""
        for chart in self.all():
            chart.set_window(shown.start, shown.end)
        batches = shown.batches
        self.duration.set_series(
            tr("Duration"), batches.at, batches.duration_ms, "accent", fill=True
        )
        self.rates.set_series(tr("Input"), batches.at, batches.input_rate, "accent")
        self.rates.set_series(tr("Process"), batches.at, batches.process_rate, "good")
        self.latency.set_series(tr("p50"), batches.at, batches.p50_ms, "accent")
        self.latency.set_series(tr("p95"), batches.at, batches.p95_ms, "gold")
        self._show_lag(shown.lag)

    def _show_lag(self, lag: LagSeries) -> None:
        total = tr("All partitions")
        names = {tr("Partition {0}").format(n): values for n, values in lag.partitions.items()}
        self.lag.set_series(total, lag.at, lag.total, "muted")
        for name, values in names.items():
            self.lag.set_series(name, lag.at, values)
        self.lag.keep_series([total, *names])
