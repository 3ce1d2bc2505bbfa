"""Forecast, oddities, explanation: on courses whose answer is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from engine.assistant.analysis.anomalies import LEAST, anomalies
from engine.assistant.analysis.courses import courses
from engine.assistant.analysis.explain import explain, notable
from engine.assistant.analysis.forecast import forecast
from engine.assistant.analysis.series import Series, series
from engine.assistant.errors import NoForecast

pytestmark = pytest.mark.unit

START = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def course(values: list[float]) -> Series:
    return Series(START, MINUTE, np.array(values, dtype=np.float64))


def noisy(mean: float, count: int = 120) -> list[float]:
    return [float(v) for v in np.random.default_rng(5).poisson(mean, count)]


def test_that_gaps_are_nothing_for_counts_and_as_before_for_rates() -> None:
    points = [(START, 5), (START + 3 * MINUTE, 2), (START + 4 * MINUTE, 9)]
    now = START + 4.5 * MINUTE
    counts = series(points, MINUTE, now, gaps_are_zero=True)
    rates = series(points, MINUTE, now, gaps_are_zero=False)
    assert counts is not None
    assert rates is not None
    assert counts.values.tolist() == [5, 0, 0, 2], "the last minute is not over"
    assert rates.values.tolist() == [5, 5, 5, 2]
    assert series([(START, None)], MINUTE, now, gaps_are_zero=True) is None


def test_that_a_steady_course_goes_on_within_its_band() -> None:
    found = forecast(course(noisy(50)), 60)
    assert found is not None
    assert found.mean == pytest.approx(50, abs=6)
    assert (found.low < found.mean).all()
    assert (found.mean < found.high).all()
    expected, low, high = found.total
    assert low < 3000 < high
    assert high - low < (found.high - found.low).sum(), "errors of minutes partly cancel out"
    assert expected == pytest.approx(found.mean.sum())


def test_that_a_forecast_of_counts_is_never_below_zero() -> None:
    found = forecast(course(noisy(0.3)), 60)
    assert found is not None
    assert found.low.min() >= 0


def test_that_a_child_that_fails_is_told_with_what_to_do() -> None:
    with pytest.raises(NoForecast, match=r"could not be computed: .+") as told:
        courses(np.array([]), 5, 10, 0)
    assert told.value.remedy


def test_that_a_course_without_change_has_no_band() -> None:
    found = forecast(course([7.0] * 40), 5)
    assert found is not None
    assert (found.low == found.high).all()
    assert found.total == (35, 35, 35)


def test_that_too_little_history_is_no_forecast() -> None:
    assert forecast(course(noisy(50, 29)), 60) is None


def test_that_a_spike_and_a_hole_stand_out_and_noise_does_not() -> None:
    values = noisy(50)
    calm = anomalies(course(values), counts=True)
    assert calm is not None
    assert calm.odd.sum() == 0
    values[90], values[100] = 140.0, 0.0
    found = anomalies(course(values), counts=True)
    assert found is not None
    assert found.odd.nonzero()[0].tolist() == [90, 100]


def test_that_the_first_steps_have_nothing_to_be_compared_with() -> None:
    found = anomalies(course(noisy(50)), counts=True)
    assert found is not None
    assert np.isnan(found.expected[:LEAST]).all()
    assert anomalies(course(noisy(50, LEAST)), counts=True) is None


def test_that_what_lost_more_than_its_share_explains_a_loss() -> None:
    groups = {
        "device": {"mobile": (70.0, 50.0), "desktop": (30.0, 20.0)},
        "country": {"DE": (20.0, 0.0), "FR": (40.0, 36.0), "US": (40.0, 34.0)},
    }
    parts = explain(groups, 100.0, 70.0, additive=True)
    assert (parts[0].value, parts[0].change) == ("DE", -20.0)
    assert parts[0].change_share == pytest.approx(2 / 3)
    assert [part.value for part in notable(parts)] == ["DE"], "mobile lost its share and no more"
    shares = [p.change_share for p in parts if p.dimension == "country"]
    assert sum(share for share in shares if share is not None) == pytest.approx(1)


def test_that_parts_of_a_rate_have_no_share() -> None:
    groups = {"device": {"mobile": (0.1, 0.02), "desktop": (0.1, 0.1)}}
    parts = explain(groups, 0.1, 0.05, additive=False)
    assert (parts[0].value, parts[0].change_share) == ("mobile", None)
    assert notable(parts) == ()
