"""Numbers and times on axes and in read-outs."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from app.widgets.charts.axes import TimeAxis, ValueAxis, time_label, time_step
from app.widgets.charts.units import unit

pytestmark = pytest.mark.unit


@pytest.fixture
def kolkata(monkeypatch):
    """A zone that is no whole number of hours from UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("USD", 1234.5, "$1,234.50"),
        ("USD", -3, "-$3.00"),
        ("%", 0.0341, "3.41 %"),
        ("ms", 840, "840 ms"),
        ("ms", 1240, "1.24 s"),
        ("bytes", 12_340_000, "12.3 MB"),
        ("events", 12345, "12,345"),
        ("events", 0.01234, "0.0123"),
        ("events", 0, "0"),
    ],
)
def test_that_a_value_is_written_in_full(name, value, text):
    assert unit(name).value(value) == text


@pytest.mark.parametrize(
    ("name", "value", "step", "text"),
    [
        ("USD", 20_000, 10_000, "$20 k"),
        ("%", 0.025, 0.005, "2.5 %"),
        ("ms", 1500, 500, "1.5 s"),
        ("ms", 500, 500, "500 ms"),
        ("bytes", 2e9, 1e9, "2 GB"),
        ("events", 1500, 500, "1.5 k"),
        ("events", 0.25, 0.05, "0.25"),
        ("events", 0, 5, "0"),
    ],
)
def test_that_a_tick_is_short_and_tells_neighbours_apart(name, value, step, text):
    assert unit(name).tick(value, step) == text


def test_that_time_ticks_are_round_in_the_local_zone(qapp, kolkata):
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    axis = TimeAxis("bottom")
    ((step, values),) = axis.tickValues(noon, noon + 6 * 3600, 400)
    assert step == 7200
    assert axis.tickStrings(values, 1.0, step) == ["18:00", "20:00", "22:00"]


def test_that_midnight_shows_the_day_and_short_steps_the_seconds(kolkata):
    midnight = datetime(2026, 3, 1, 18, 30, tzinfo=UTC).timestamp()
    assert time_label(midnight, 3600) == "2 Mar"
    assert time_label(midnight + 15, 15) == "00:00:15"


def test_that_labels_have_room():
    assert time_step(3600, 500) == 600
    assert time_step(86_400, 500) == 21_600
    assert time_step(10, 0) > 1


def test_that_value_ticks_lie_inside_the_range(qapp):
    axis = ValueAxis(unit("events"))
    ((step, values),) = axis.tickValues(0, 100, 170)
    assert (step, values) == (20, [0, 20, 40, 60, 80, 100])
