"""Charts for every page: time series, ranked bars, and a crosshair they share."""

from app.widgets.charts.bar_chart import Bar, BarChart
from app.widgets.charts.chart import Chart, Export
from app.widgets.charts.layer import Marker
from app.widgets.charts.linking import link_charts
from app.widgets.charts.saving import saves
from app.widgets.charts.time_chart import TimeChart

__all__ = ["Bar", "BarChart", "Chart", "Export", "Marker", "TimeChart", "link_charts", "saves"]
