"""The one way from a chart's description and a result's rows to a chart on the screen.

What cannot be drawn (a column that is not there, no value at all) becomes an empty chart that says
so; a chart never raises for what a model or a person asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from app.breath import breathe
from app.formats import number
from app.theme import Theme
from app.widgets.charts import units
from app.widgets.charts.across import TIME, bins, numbers
from app.widgets.charts.bar_chart import Bar, BarChart
from app.widgets.charts.category_chart import CategoryChart
from app.widgets.charts.chart import Chart
from app.widgets.charts.columns import Column, columns_of, heading, shares, unit_name, words
from app.widgets.charts.heat_chart import HeatChart
from app.widgets.charts.layer import Kind
from app.widgets.charts.number_chart import NumberChart
from app.widgets.charts.scatter_chart import ScatterChart
from app.widgets.charts.shapes import Floats
from app.widgets.charts.time_chart import TimeChart
from app.words import tr
from engine.assistant.charts import Figure
from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec

Table = dict[str, Column]
MOST_POINTS: Final = 5_000
"""Rows that are drawn: more would hold the window up and show nothing more."""
MOST_SERIES: Final = 16
MOST_BINS: Final = 40
OTHERS: Final = "others"


def chart_of(
    spec: ChartSpec,
    columns: Sequence[AnswerColumn],
    rows: Sequence[Sequence[Any]],
    theme: Theme,
    figures: Mapping[str, Figure] = MappingProxyType({}),
) -> Chart:
    """The chart that ``spec`` describes, of these rows.

    ``figures`` say how the numbers of a column are written where its name does not tell.
    """
    table = columns_of(columns, rows[:MOST_POINTS], figures)
    made = _MAKERS[spec.kind](spec, table, theme) if _named(spec) <= set(table) else None
    chart = made or NumberChart(theme, heading(spec, table))
    chart.set_empty_text(tr("The result has nothing to draw this with"))
    chart.show_emptiness()
    return chart


def _named(spec: ChartSpec) -> set[str]:
    names = {spec.x, *spec.y, spec.series, spec.low, spec.high}
    return {name for name in names if name}


def _line(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    return _over(spec, table, theme, bars=False)


def _bar(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    if spec.x and table[spec.x].role == "time":
        return _over(spec, table, theme, bars=True)
    return _categories(spec, table, theme, stack=False)


def _stacked(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    if spec.x and table[spec.x].role == "time":
        return _over(spec, table, theme, bars=True, stack=True)
    return _categories(spec, table, theme, stack=True)


def _over(
    spec: ChartSpec, table: Table, theme: Theme, *, bars: bool, stack: bool = False
) -> Chart | None:
    """Series over time or numbers."""
    if not spec.x or not spec.y:
        return None
    x = table[spec.x]
    if x.role == "label":
        return _categories(spec, table, theme, stack=stack)
    shown = [table[name] for name in spec.y]
    unit = unit_name(shown[0])
    across = TIME if x.role == "time" else numbers(spec.x, units.unit(unit_name(x)))
    lowest = min((float(np.nanmin(c.numbers)) for c in shown if c.any), default=0.0)
    chart = TimeChart(
        theme, heading(spec, table), unit, stack=stack, from_zero=bars or lowest <= 0, across=across
    )
    parts = _parts(spec, table)
    kind: Kind = "bars" if bars else "line"
    filled = len(parts) == 1 and not bars and spec.low is None
    breathe()
    for name, at, y in parts:
        chart.set_series(name, at, y, fill=filled, kind=kind)
    if spec.low and spec.high and not spec.series:
        order = _order(x.numbers)
        band = (table[spec.low].numbers[order], table[spec.high].numbers[order])
        # The last column is what the band is around: what was seen comes before what is expected.
        chart.set_band(parts[-1][0], x.numbers[order], *band)
    chart.flush()
    return chart


def _parts(spec: ChartSpec, table: Table) -> list[tuple[str, Floats, Floats]]:
    """Name, x and y of each series; x increases, rows of one place are added up."""
    x = table[spec.x].numbers
    if not spec.series:
        return [(name, *_summed(x, table[name].numbers)) for name in spec.y]
    y = table[spec.y[0]].numbers
    names = _kept(table[spec.series].texts, y)
    parts = []
    for name in dict.fromkeys(names):
        here = np.array([other == name for other in names])
        parts.append((name, *_summed(x[here], y[here])))
    return parts


def _kept(texts: Sequence[str], y: Floats) -> list[str]:
    """Each row's series; those that weigh least are one together where there are too many."""
    weights: dict[str, float] = {}
    for text, value in zip(texts, np.nan_to_num(np.abs(y)).tolist(), strict=True):
        weights[text] = weights.get(text, 0.0) + value
    if len(weights) <= MOST_SERIES:
        return list(texts)
    largest = set(sorted(weights, key=lambda text: -weights[text])[: MOST_SERIES - 1])
    return [text if text in largest else tr(OTHERS) for text in texts]


def _order(x: Floats) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Places of the known ones, so that x increases; the first of equal ones."""
    known = np.flatnonzero(np.isfinite(x))
    _, first = np.unique(x[known], return_index=True)
    return known[first]


def _summed(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(x)
    places, at = np.unique(x[known], return_inverse=True)
    sums = np.zeros(len(places))
    np.add.at(sums, at, np.nan_to_num(y[known]))
    there = np.zeros(len(places), dtype=bool)
    np.logical_or.at(there, at, np.isfinite(y[known]))
    sums[~there] = np.nan
    return places, sums


def _categories(spec: ChartSpec, table: Table, theme: Theme, *, stack: bool) -> Chart | None:
    if not spec.x or not spec.y:
        return None
    texts = table[spec.x].texts
    labels = list(dict.fromkeys(texts))
    place = {label: at for at, label in enumerate(labels)}
    rows: list[list[int]] = [[] for _ in labels]
    for row, text in enumerate(texts):
        rows[place[text]].append(row)
    groups: dict[str, Floats] = {}

    def add(name: str, values: Floats, names: Sequence[str]) -> None:
        for row, value in enumerate(values.tolist()):
            if np.isfinite(value):
                group = groups.setdefault(names[row] if names else name, _nothing(len(labels)))
                at = place[texts[row]]
                group[at] = value if np.isnan(group[at]) else group[at] + value

    for name in spec.y[:1] if spec.series else spec.y:
        y = table[name].numbers
        add(name, y, _kept(table[spec.series].texts, y) if spec.series else ())
    chart = CategoryChart(theme, heading(spec, table), unit_name(table[spec.y[0]]), stack=stack)
    chart.set_groups(labels, [(n, v.tolist()) for n, v in groups.items()], [tuple(r) for r in rows])
    return chart


def _nothing(count: int) -> Floats:
    return np.full(count, np.nan)


def _scatter(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    if not spec.x or not spec.y:
        return None
    x, y = table[spec.x], table[spec.y[0]]
    chart = ScatterChart(
        theme, heading(spec, table), (spec.x, spec.y[0]), (unit_name(x), unit_name(y))
    )
    places = list(range(len(x.numbers)))
    if not spec.series:
        chart.set_clouds([(spec.y[0], x.numbers, y.numbers, places)])
        return chart
    names = np.array(_kept(table[spec.series].texts, y.numbers), dtype=object)
    found = [(name, names == name) for name in dict.fromkeys(names.tolist())]
    chart.set_clouds(
        [(n, x.numbers[here], y.numbers[here], np.flatnonzero(here).tolist()) for n, here in found]
    )
    return chart


def _histogram(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    name = spec.x or (spec.y[0] if spec.y else "")
    if not name:
        return None
    column = table[name]
    values = column.numbers[np.isfinite(column.numbers)]
    chart = TimeChart(theme, heading(spec, table), tr("rows"))
    if len(values):
        counts, edges = np.histogram(values, bins=_bins(values))
        across = bins(name, edges, units.unit(unit_name(column)))
        chart = TimeChart(theme, heading(spec, table), tr("rows"), across=across)
        middles = (edges[1:] + edges[:-1]) / 2
        chart.set_series(tr("rows"), middles, counts, kind="bars")
    chart.flush()
    return chart


def _bins(values: Floats) -> Floats:
    """Edges: whole numbers one each where they are few, else of equal width."""
    low, high = float(values.min()), float(values.max())
    if high - low < MOST_BINS and (values == np.round(values)).all():
        return np.arange(low - 0.5, high + 1.5)
    edges = np.histogram_bin_edges(values, bins="auto")
    if len(edges) - 1 > MOST_BINS or len(edges) < 6:
        edges = np.linspace(low, high if high > low else low + 1.0, min(MOST_BINS, 20) + 1)
    return np.asarray(edges, dtype=np.float64)


def _funnel(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    """Each stage with its share of the one before; the first is the whole."""
    if not spec.x or not spec.y:
        return None
    labels, column = table[spec.x].texts, table[spec.y[0]]
    values = np.maximum(np.nan_to_num(column.numbers), 0.0)
    chart = BarChart(
        theme, heading(spec, table), unit_name(column), rows=max(1, min(len(labels), 6))
    )
    bars = []
    for at, (label, value) in enumerate(zip(labels, values.tolist(), strict=True)):
        before, first = (values[at - 1], values[0]) if at else (0.0, 0.0)
        note = shares(value, before)
        whole = tr("{0} of {1}").format(shares(value, first), labels[0]) if at else ""
        tip = f"{label}: {number(value)}" + (f", {whole}" if whole else "")
        bars.append(Bar(label, value, note, tooltip=tip))
    chart.set_bars(bars)
    return chart


def _heatmap(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    if not spec.x or not spec.y or not spec.series:
        return None
    across, down, y = table[spec.x], table[spec.series], table[spec.y[0]]
    columns, lines = across.ordered(), down.ordered()
    column_at = {text: at for at, text in enumerate(columns)}
    line_at = {text: at for at, text in enumerate(lines)}
    cells = np.full((len(lines), len(columns)), np.nan)
    rows = np.zeros(cells.shape, dtype=np.int64)
    for row, value in enumerate(y.numbers.tolist()):
        if np.isfinite(value):
            at = line_at[down.texts[row]], column_at[across.texts[row]]
            cells[at] = value if np.isnan(cells[at]) else cells[at] + value
            rows[at] = row
    chart = HeatChart(theme, heading(spec, table), unit_name(y), (spec.x, spec.series))
    chart.set_cells(columns, lines, cells, rows)
    return chart


def _number(spec: ChartSpec, table: Table, theme: Theme) -> Chart | None:
    chart = NumberChart(theme, heading(spec, table))
    named = [table[name] for name in spec.y]
    others = [c for c in table.values() if c.role == "number" and c.name not in spec.y]
    figures = [
        (words(c.name), float(c.numbers[0]), unit_name(c))
        for c in [*named, *others]
        if len(c.numbers) and np.isfinite(c.numbers[0])
    ]
    chart.set_figures(figures[:6])
    return chart


_MAKERS: dict[str, Callable[[ChartSpec, Table, Theme], Chart | None]] = {
    "line": _line,
    "bar": _bar,
    "stacked": _stacked,
    "scatter": _scatter,
    "histogram": _histogram,
    "funnel": _funnel,
    "heatmap": _heatmap,
    "number": _number,
}
