"""What is drawn of a series, without a screen."""

from __future__ import annotations

import numpy as np
import pytest

from app.widgets.charts.shapes import (
    area,
    floats,
    grid,
    isolated,
    nearest,
    nice_above,
    on_grid,
    reaching,
    spacing,
    stacked,
    tick_step,
    value_range,
)

pytestmark = pytest.mark.unit
NAN = float("nan")


def test_that_infinite_values_become_gaps():
    assert np.isnan(floats([1, np.inf, -np.inf])).tolist() == [False, True, True]


def test_that_points_between_gaps_are_lonely_and_others_are_not():
    y = floats([1, NAN, 2, NAN, 3, 4])
    assert isolated(y).tolist() == [True, False, True, False, False, False]


def test_that_a_fill_reaches_the_ground_at_both_sides_of_a_gap():
    x, y = area(floats([0, 1, 2, 3, 4]), floats([5, 6, NAN, 7, 8]))
    assert list(zip(x.tolist(), y.tolist(), strict=True)) == [
        (0, 0), (0, 5), (1, 6), (1, 0), (3, 0), (3, 7), (4, 8), (4, 0),
    ]  # fmt: skip


def test_that_a_fill_of_one_point_and_of_gaps_only_is_harmless():
    x, y = area(floats([0, 1, 2]), floats([NAN, 3, NAN]))
    assert (x.tolist(), y.tolist()) == ([1, 1, 1], [0, 3, 0])
    assert area(floats([0, 1]), floats([NAN, NAN]))[0].tolist() == []


def test_that_series_with_other_times_meet_on_one_grid():
    a, b = floats([1, 2, 4]), floats([2, 3])
    to = grid([a, b])
    assert to.tolist() == [1, 2, 3, 4]
    np.testing.assert_equal(on_grid(to, b, floats([20, 30])), [NAN, 20, 30, NAN])


def test_that_a_stack_has_a_gap_only_where_every_series_has_one():
    low, high = stacked([floats([1, NAN, NAN]), floats([10, 20, NAN])])
    np.testing.assert_equal(low, [1, 0, NAN])
    np.testing.assert_equal(high, [11, 20, NAN])


@pytest.mark.parametrize(("at", "expected"), [(-5, 0), (1.4, 1), (1.6, 2), (99, 3)])
def test_that_the_nearest_point_is_found_beyond_the_ends_too(at, expected):
    assert nearest(floats([0, 1, 2, 3]), at) == expected


def test_that_the_spacing_is_the_usual_distance_and_a_minute_for_one_point():
    assert spacing(floats([0, 60, 120, 600])) == 60
    assert spacing(floats([5])) == 60


@pytest.mark.parametrize(
    ("values", "zero", "expected"),
    [
        ([3, 97], True, (0, 100)),
        ([0, 0], True, (0, 1)),
        ([], True, (0, 1)),
        ([-3, 7], True, (-4, 8)),
        ([50, 150], False, (42, 158)),
        ([100, 100], False, (95, 105)),
    ],
)
def test_that_a_range_holds_its_values_and_ends_round(values, zero, expected):
    assert value_range([floats(values)], zero) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "above"), [(0, 0), (1, 1), (1.01, 1.2), (9.9, 10), (0.031, 0.04)]
)
def test_that_a_round_number_is_not_below(value, above):
    assert nice_above(value) == pytest.approx(above)


@pytest.mark.parametrize(
    ("span", "wanted", "step"), [(100, 5, 20), (1, 3, 0.5), (7, 4, 2), (0, 4, 1)]
)
def test_that_tick_steps_are_one_two_or_five(span, wanted, step):
    assert tick_step(span, wanted) == pytest.approx(step)


def test_that_what_is_drawn_reaches_beyond_the_view_by_one_point():
    x = floats([0, 1, 2, 3, 4, 5])
    assert x[reaching(x, 1.5, 3.5)].tolist() == [1, 2, 3, 4]
    assert x[reaching(x, -9, 9)].tolist() == x.tolist()
    assert floats([])[reaching(floats([]), 0, 1)].tolist() == []
