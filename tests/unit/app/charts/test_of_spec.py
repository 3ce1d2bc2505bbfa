"""From a description and rows to a chart: every kind, and whatever does not fit."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.widgets.charts import (
    BarChart,
    CategoryChart,
    Chart,
    HeatChart,
    NumberChart,
    ScatterChart,
    TimeChart,
    chart_of,
)
from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec

pytestmark = pytest.mark.unit
NOON = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)
TIMES = [NOON + dt.timedelta(minutes=m) for m in range(6)]
TYPES = {dt.datetime: "TIMESTAMP WITH TIME ZONE", str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}
TYPES[dt.date] = "DATE"
Make = Callable[..., Any]


@pytest.fixture
def make(qtbot, context) -> Make:
    def made(spec: ChartSpec, names: str, rows: list[tuple[Any, ...]]) -> Chart:
        columns = []
        for at, name in enumerate(names.split()):
            known = next((row[at] for row in rows if row[at] is not None), "")
            columns.append(AnswerColumn(name, TYPES[type(known)]))
        chart = chart_of(spec, columns, rows, context.theme)
        qtbot.addWidget(chart)
        chart.resize(640, 300)
        chart.show()
        return chart

    return made


def spec(kind: Any, x: str = "", y: tuple[str, ...] = (), **more: str) -> ChartSpec:
    return ChartSpec(kind=kind, x=x, y=y, **more)


def test_that_a_line_has_a_series_a_column_in_its_unit(make) -> None:
    chart = make(
        spec("line", "at", ("gmv_usd", "net_usd")),
        "at gmv_usd net_usd",
        [(at, 5.0 + n, None if n == 2 else 4.0) for n, at in enumerate(TIMES)],
    )
    assert isinstance(chart, TimeChart)
    assert chart.title == "GMV, net over time"
    assert chart.series_names() == ["gmv_usd", "net_usd"]
    at = TIMES[2].timestamp()
    assert [r.value for r in chart.readings(at)] == ["$7.00", "–"]


def test_that_a_line_has_a_series_a_value(make) -> None:
    rows = [(at, device, n) for at in TIMES for n, device in enumerate(("phone", "desktop"))]
    chart = make(spec("line", "at", ("n",), series="device"), "at device n", rows[::-1])
    assert sorted(chart.series_names()) == ["desktop", "phone"]
    assert [list(s.x) for s in chart.shown()] == [[t.timestamp() for t in TIMES]] * 2


def test_that_a_forecast_has_a_band_that_is_read_out_and_exported(make) -> None:
    rows = [
        (at, 10.0, 8.0 if n > 2 else None, 12.5 if n > 2 else None) for n, at in enumerate(TIMES)
    ]
    chart = make(spec("line", "at", ("n",), low="lo", high="hi"), "at n lo hi", rows)
    assert [r.value for r in chart.readings(TIMES[4].timestamp())] == ["10", "8 – 12.5"]
    assert [r.value for r in chart.readings(TIMES[0].timestamp())] == ["10"]
    head, first, *_, last = chart.to_csv().splitlines()
    assert head == "time_utc,n,n low,n high"
    assert first.endswith(",10,,")
    assert last.endswith(",10,8,12.5")
    assert chart.plot.box.viewRange()[1][1] >= 12.5


def test_that_numbers_run_along_the_bottom_too(make) -> None:
    rows = [(hour, 0.03 + hour / 1000) for hour in range(24)]
    chart = make(spec("line", "hour", ("conversion_rate",)), "hour conversion_rate", rows)
    chart.show_crosshair(7.2)
    assert chart.crosshair() == 7.0
    assert chart._cross.readout.said == "7: conversion_rate 3.70 %"
    assert chart.to_csv().startswith("hour,conversion_rate\n0,0.03\n")


def test_that_days_are_drawn_where_they_begin_here(make) -> None:
    days = [dt.date(2025, 1, day) for day in (1, 2, 3)]
    chart = make(spec("line", "day", ("n",)), "day n", [(day, 1) for day in days])
    (series,) = chart.shown()
    begins = dt.datetime(2025, 1, 1).astimezone().timestamp()
    assert series.x[0] == begins


def test_that_bars_are_read_out_by_row_and_keep_their_order(make) -> None:
    chart = make(spec("bar", "c", ("gmv_usd",)), "c gmv_usd", [("US", 70.5), ("DE", -3.0)])
    assert isinstance(chart, CategoryChart)
    spot = chart.spot_at(0.0, 1.2)
    assert spot is not None
    assert (spot.words[0], spot.readings[0].value, spot.rows) == ("DE", "-$3.00", (1,))
    assert chart.spot_at(0.0, 2.0) is None
    assert chart.to_csv() == "label,gmv_usd\nUS,70.5\nDE,-3\n"


def test_that_rows_of_one_label_are_added_up_and_remembered(make) -> None:
    chart = make(spec("bar", "c", ("n",)), "c n", [("US", 1), ("DE", 5), ("US", 2)])
    assert chart.labels() == ("US", "DE")
    assert chart.groups()[0].values.tolist() == [3, 5]
    assert chart.spots()[0].rows == (0, 2)


def test_that_stacks_add_up_and_one_hidden_is_left_out(make) -> None:
    rows = [("US", "phone", 3), ("US", "desktop", 4), ("DE", "phone", 1)]
    chart = make(spec("stacked", "c", ("n",), series="d"), "c d n", rows)
    assert chart.spots()[0].words == ("US", "7 in all")
    assert [r.value for r in chart.spots()[1].readings] == ["1", "–"]
    chart.legend.button("phone").click()
    assert [r.name for r in chart.spots()[0].readings] == ["desktop"]
    assert chart.to_csv().startswith("label,desktop\n")


def test_that_stacks_over_time_are_bars_of_time(make) -> None:
    rows = [(at, device, 3) for at in TIMES for device in ("phone", "desktop")]
    chart = make(spec("stacked", "at", ("n",), series="d"), "at d n", rows)
    assert isinstance(chart, TimeChart)
    assert {series.kind for series in chart.shown()} == {"bars"}


def test_that_too_many_series_are_put_together(make) -> None:
    rows = [(at, f"product {n}", n + 1) for at in TIMES for n in range(40)]
    chart = make(spec("line", "at", ("n",), series="p"), "at p n", rows)
    names = chart.series_names()
    assert len(names) == 16
    assert "others" in names
    assert "product 39" in names


def test_that_the_nearest_point_of_a_scatter_is_read_out(make) -> None:
    rows = [(0.1, 5, "a"), (0.5, 9, "b"), (None, 3, "a")]
    chart = make(spec("scatter", "discount", ("n",), series="s"), "discount n s", rows)
    assert isinstance(chart, ScatterChart)
    spot = chart.spot_at(0.5, 9.0)
    assert spot is not None
    assert (spot.words[0], spot.rows) == ("b", (1,))
    assert [r.value for r in spot.readings] == ["0.500", "9"]
    assert chart.spot_at(0.3, 7.0) is None
    assert chart.to_csv() == "discount,n,series\n0.1,5,a\n0.5,9,b\n"


def test_that_a_histogram_counts_rows(make) -> None:
    chart = make(spec("histogram", "n"), "n", [(n % 4,) for n in range(20)] + [(None,)])
    (series,) = chart.shown()
    assert series.y.tolist() == [5, 5, 5, 5]
    chart.show_crosshair(2.0)
    assert chart._cross.readout.said == "1.50 – 2.50: rows 5"


def test_that_a_funnel_says_each_stages_share_of_the_one_before(make) -> None:
    chart = make(
        spec("funnel", "s", ("users",)), "s users", [("View", 200), ("Cart", 50), ("Buy", 5)]
    )
    assert isinstance(chart, BarChart)
    assert [bar.note for bar in chart.bars()] == ["", "25.0 %", "10.0 %"]
    assert chart.bars()[2].tooltip == "Buy: 5, 2.5 % of View"


def test_that_cells_of_a_heatmap_are_named_by_both_labels(make) -> None:
    rows = [
        (dt.date(2025, 1, 6), 1, 0.5),
        (dt.date(2025, 1, 6), 0, 1.0),
        (dt.date(2025, 1, 13), 0, 1.0),
    ]
    chart = make(
        spec("heatmap", "week", ("retention",), series="cohort"), "cohort week retention", rows
    )
    assert isinstance(chart, HeatChart)
    assert np.array_equal(chart.cells(), [[1.0, 0.5], [1.0, np.nan]], equal_nan=True)
    spot = chart.spot_at(1.2, -0.3)
    assert spot is not None
    assert (spot.words, spot.rows) == (("2025-01-06 · 1", "week × cohort"), (0,))
    assert spot.readings[0].value == "50.00 %"
    assert chart.to_csv() == "cohort,0,1\n2025-01-06,1,0.5\n2025-01-13,1,\n"


def test_that_one_row_is_a_number_with_what_belongs_to_it(make) -> None:
    chart = make(spec("number", "", ("orders",)), "gmv_usd orders", [(5.5, 1234)])
    assert isinstance(chart, NumberChart)
    assert (chart.value.text(), chart.others.text()) == ("1,234", "GMV $5.50")


@pytest.mark.parametrize(
    "asked",
    [
        spec("line", "nowhere", ("n",)),
        spec("bar", "c", ("nowhere",)),
        spec("scatter", "c"),
        spec("heatmap", "c", ("n",)),
        spec("histogram"),
        spec("line", "c", ("c",)),
    ],
)
def test_that_what_does_not_fit_says_so_and_does_not_raise(make, asked) -> None:
    chart = make(asked, "c n", [("US", 1), ("DE", 2)])
    assert chart.is_empty()
    assert chart._nothing.isVisibleTo(chart)
    chart.grab()


@pytest.mark.parametrize("rows", [[], [(None, None, None)], [("x", float("nan"), 1.0)]])
@pytest.mark.parametrize(
    "kind", ["line", "bar", "stacked", "scatter", "histogram", "funnel", "heatmap", "number"]
)
def test_that_nothing_and_gaps_can_be_drawn_as_anything(qtbot, context, kind, rows) -> None:
    columns = [
        AnswerColumn("a", "VARCHAR"),
        AnswerColumn("b", "DOUBLE"),
        AnswerColumn("c", "DOUBLE"),
    ]
    asked = ChartSpec(
        kind=kind,
        x="b" if kind in ("scatter", "histogram") else "a",
        y=("b",),
        series="a" if kind == "heatmap" else None,
    )
    chart = chart_of(asked, columns, rows, context.theme)
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.grab()
    chart.to_csv()


@pytest.mark.parametrize("kind", ["line", "bar", "stacked", "scatter", "histogram", "heatmap"])
def test_that_many_rows_are_drawn_without_a_stall(qtbot, context, kind) -> None:
    rows = [(f"label {n % 1000}", f"group {n % 7}", float(n), n % 13) for n in range(5_000)]
    columns = [
        AnswerColumn("label", "VARCHAR"),
        AnswerColumn("group", "VARCHAR"),
        AnswerColumn("x", "DOUBLE"),
        AnswerColumn("n", "BIGINT"),
    ]
    x = {"line": "x", "scatter": "x", "histogram": "x"}.get(kind, "label")
    series = "group" if kind in ("stacked", "heatmap") else None
    began = time.thread_time()
    chart = chart_of(
        ChartSpec(kind=kind, x=x, y=("n",), series=series), columns, rows, context.theme
    )
    qtbot.addWidget(chart)
    chart.resize(800, 300)
    chart.grab()
    assert time.thread_time() - began < 1.0
