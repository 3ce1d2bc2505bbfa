"""The arithmetic of zoom and pan: nothing outside the extent, nothing too short."""

from __future__ import annotations

import numpy as np
import pytest

from app.widgets.charts.spans import extent_of, panned, scaled, zoomed_to

pytestmark = pytest.mark.unit

EXTENT = (0.0, 3600.0)


@pytest.mark.parametrize(
    ("xs", "extent"),
    [
        ([], (0.0, 60.0)),
        ([np.zeros(0)], (0.0, 60.0)),
        ([np.array([100.0])], (70.0, 130.0)),
        ([np.array([60.0, 120.0]), np.array([30.0, 90.0])], (30.0, 120.0)),
    ],
)
def test_that_the_extent_holds_every_series(xs, extent):
    assert extent_of(xs) == extent


def test_that_a_zoom_keeps_its_place():
    assert scaled((0.0, 100.0), 0.5, 20.0) == (10.0, 60.0)


@pytest.mark.parametrize(
    ("seconds", "span"),
    [(10.0, (110.0, 210.0)), (-500.0, (0.0, 100.0)), (9e9, (3500.0, 3600.0))],
)
def test_that_a_pan_stops_at_the_ends(seconds, span):
    assert panned((100.0, 200.0), EXTENT, seconds) == span


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ((100.0, 400.0), (100.0, 400.0)),
        ((-100.0, 400.0), (0.0, 400.0)),
        ((0.0, 3600.0), None),
        ((-1.0, 9e9), None),
        ((300.0, 310.0), (245.0, 365.0)),
        ((0.0, 1.0), (0.0, 120.0)),
        ((3599.0, 3600.0), (3480.0, 3600.0)),
    ],
)
def test_that_what_is_shown_exists_and_is_long_enough(wanted, shown):
    assert zoomed_to(wanted, EXTENT, 120.0) == shown


def test_that_an_extent_shorter_than_the_least_is_shown_whole():
    assert zoomed_to((10.0, 20.0), (0.0, 60.0), 120.0) is None
