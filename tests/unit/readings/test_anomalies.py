from __future__ import annotations

import math

import numpy as np
import pytest

from engine.readings.anomalies import (
    HOUR,
    SIGMAS,
    Baseline,
    baseline,
    count_anomalies,
    count_baseline,
)

pytestmark = pytest.mark.unit


def wave(n: int) -> np.ndarray:
    return 100.0 + 10.0 * np.sin(np.arange(n))


def test_that_a_value_far_from_the_hour_before_is_an_anomaly() -> None:
    values = wave(90)
    values[80] = 300.0
    (found,) = count_anomalies(values)
    assert (found.index, found.value) == (80, 300.0)
    assert found.baseline.mean == pytest.approx(values[20:80].mean())
    # sin's spread of 7.1 is less than a count's own, the square root of the mean.
    assert found.baseline.sigma == pytest.approx(math.sqrt(found.baseline.mean))


def test_that_only_the_hour_before_counts() -> None:
    values = np.concatenate([np.full(60, 1000.0), wave(60), [100.0]])
    assert [a.index for a in count_anomalies(values) if a.index == 120] == []


def test_that_too_few_known_minutes_judge_nothing() -> None:
    values = np.full(40, np.nan)
    values[20:39] = 5.0
    values[39] = 500.0
    assert count_anomalies(values) == ()
    assert baseline(values) is None or np.isfinite(values).sum() >= 20


def test_that_a_minute_without_a_value_is_none() -> None:
    values = wave(90)
    values[70] = np.nan
    assert count_anomalies(values) == ()


def test_that_single_events_after_none_are_no_anomaly() -> None:
    values = np.zeros(90)
    values[70] = 3.0
    assert count_anomalies(values) == ()
    values[80] = 9.0
    assert [a.index for a in count_anomalies(values)] == [80]


def test_that_a_series_that_never_moved_deviates_without_bound() -> None:
    assert Baseline(5.0, 0.0).deviation(6.0) == math.inf
    assert Baseline(5.0, 0.0).deviation(4.0) == -math.inf
    assert Baseline(5.0, 0.0).deviation(5.0) == 0.0


def test_that_a_least_sigma_is_kept() -> None:
    found = baseline(np.full(60, 8.0), least_sigma=2.5)
    assert found == Baseline(8.0, 2.5)
    assert count_baseline(np.zeros(60)) == Baseline(0.0, 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_that_all_at_once_finds_what_one_by_one_does(seed):
    random = np.random.default_rng(seed)
    values = random.poisson(random.choice([0.2, 4, 300]), 2_000).astype(np.float64)
    values[random.integers(0, 2_000, 15)] *= 6
    values[random.integers(0, 2_000, 300)] = np.nan
    found = {anomaly.index for anomaly in count_anomalies(values)}
    for index in range(len(values)):
        before = count_baseline(np.concatenate([np.full(HOUR, np.nan), values])[index:][:HOUR])
        far = before is not None and abs(before.deviation(float(values[index]))) > SIGMAS
        assert (index in found) == (far and np.isfinite(values[index])), index
