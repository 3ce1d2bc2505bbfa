"""Charts for every page: over time, ranked, of a result's rows; a crosshair they share."""

from app.widgets.charts.across import numbers
from app.widgets.charts.bar_chart import Bar, BarChart
from app.widgets.charts.category_chart import CategoryChart
from app.widgets.charts.chart import Chart, Export
from app.widgets.charts.heat_chart import HeatChart
from app.widgets.charts.layer import Marker
from app.widgets.charts.linking import link_charts
from app.widgets.charts.number_chart import NumberChart
from app.widgets.charts.of_spec import chart_of
from app.widgets.charts.saving import saves
from app.widgets.charts.scatter_chart import ScatterChart
from app.widgets.charts.time_chart import TimeChart

__all__ = [
    "Bar",
    "BarChart",
    "CategoryChart",
    "Chart",
    "Export",
    "HeatChart",
    "Marker",
    "NumberChart",
    "ScatterChart",
    "TimeChart",
    "chart_of",
    "link_charts",
    "numbers",
    "saves",
]
