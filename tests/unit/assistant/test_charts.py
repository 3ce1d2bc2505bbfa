"""What a result can be drawn as."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.assistant.charts import figure_of, fitting_kinds
from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec

pytestmark = pytest.mark.unit
NOON = dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)
MINUTES = [NOON + dt.timedelta(minutes=m) for m in range(20)]
TYPES = {dt.datetime: "TIMESTAMP WITH TIME ZONE", str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}


def specs(names: str, rows: list[tuple[Any, ...]]) -> dict[str, ChartSpec]:
    """By kind, in the order they were given."""
    columns = [
        AnswerColumn(name, TYPES[type(rows[0][at])]) for at, name in enumerate(names.split())
    ]
    return {spec.kind: spec for spec in fitting_kinds(columns, rows)}


def test_that_a_series_over_time_is_a_line_first() -> None:
    found = specs("window_start orders refunds", [(at, 3, 1) for at in MINUTES])
    assert next(iter(found)) == "line"
    assert found["line"] == ChartSpec(kind="line", x="window_start", y=("orders", "refunds"))


def test_that_columns_of_another_unit_share_no_axis() -> None:
    found = specs("window_start orders gmv_usd", [(at, 3, 1.5) for at in MINUTES])
    assert found["line"].y == ("orders",)


def test_that_a_label_divides_a_series_that_repeats_its_times() -> None:
    rows = [(at, device, 3) for at in MINUTES for device in ("phone", "desktop")]
    found = specs("hour device_type orders", rows)
    assert found["line"].series == "device_type"
    assert found["stacked"] == ChartSpec(
        kind="stacked", x="hour", y=("orders",), series="device_type"
    )


def test_that_a_forecast_has_its_band() -> None:
    rows = [(at, 10.0, 8.0, 12.0) for at in MINUTES]
    line = specs("minute orders orders_low orders_high", rows)["line"]
    assert (line.y, line.low, line.high) == (("orders",), "orders_low", "orders_high")


def test_that_one_row_is_a_number() -> None:
    assert list(specs("orders", [(12,)])) == ["number"]


def test_that_ranked_labels_are_bars_and_may_be_a_funnel() -> None:
    found = specs("country gmv_usd", [("US", 9.0), ("DE", 5.0), ("FR", 5.0)])
    assert found["bar"] == ChartSpec(kind="bar", x="country", y=("gmv_usd",))
    assert "funnel" in found
    assert "funnel" not in specs("country gmv_usd", [("US", 5.0), ("DE", 9.0), ("FR", 5.0)])


def test_that_two_labels_make_a_heatmap_and_stacks() -> None:
    rows = [(c, d, 3) for c in ("DE", "FR", "US") for d in ("phone", "desktop")]
    found = specs("country device orders", rows)
    assert found["heatmap"] == ChartSpec(
        kind="heatmap", x="device", y=("orders",), series="country"
    )
    assert found["stacked"].series == "device"


def test_that_cohorts_are_a_heatmap_of_their_weeks() -> None:
    rows = [(MINUTES[c], week, 0.5) for c in range(4) for week in range(4 - c)]
    found = specs("cohort week retention", rows)["heatmap"]
    assert (found.x, found.series, found.y) == ("week", "cohort", ("retention",))


def test_that_a_number_that_differs_from_row_to_row_names_no_cell() -> None:
    rows = [(at, n % 15, 5.0) for n, at in enumerate(MINUTES)]
    assert "heatmap" not in specs("minute orders gmv_usd", rows)


def test_that_many_numbers_are_a_scatter_and_a_histogram() -> None:
    found = specs("discount quantity", [(float(n % 7), n) for n in range(30)])
    assert found["scatter"] == ChartSpec(kind="scatter", x="discount", y=("quantity",))
    assert found["histogram"] == ChartSpec(kind="histogram", x="discount")


def test_that_hours_of_the_day_are_a_line_over_numbers() -> None:
    found = specs("hour_of_day conversion_rate", [(hour, 0.03) for hour in range(24)])
    assert found["line"] == ChartSpec(kind="line", x="hour_of_day", y=("conversion_rate",))


@pytest.mark.parametrize("rows", [[], [("DE",)], [(None,)]])
def test_that_what_has_no_number_is_not_drawn(rows: list[tuple[Any, ...]]) -> None:
    assert fitting_kinds([AnswerColumn("country", "VARCHAR")], rows) == ()


def test_that_shares_do_not_add_up_to_a_stack() -> None:
    rows = [(at, d, 0.03) for at in MINUTES for d in ("phone", "desktop")]
    assert "stacked" not in specs("hour device conversion_rate", rows)


@pytest.mark.parametrize(
    ("name", "values", "figure"),
    [
        ("gmv_usd", [5.0], "usd"),
        ("conversion_rate", [0.03], "share"),
        ("input_rate", [250.0], "number"),
        ("duration_ms", [3], "ms"),
        ("orders", [3], "number"),
        ("input_rate", [0.5], "number"),
        ("wait_seconds", [3], "seconds"),
        ("events_per_second", [3], "number"),
    ],
)
def test_that_a_name_tells_how_its_numbers_are_written(
    name: str, values: list[float], figure: str
) -> None:
    assert figure_of(name, values) == figure
