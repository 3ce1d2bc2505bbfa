"""What a metric will be in the next hour, with a band.

The model is exponential smoothing (statsmodels' ETS), with a damped trend where that explains the
past better. It knows no time of day: over an hour that matters little. The band comes from
simulated courses, so that the one of the whole hour is right too: minutes that follow each other
err together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.assistant.analysis.courses import courses
from engine.assistant.analysis.series import Series

LEAST: Final = 30
"""Steps of history below which a band means nothing."""
MOST: Final = 720
"""Steps the model is fitted on: older ones say little about the next hour and cost time."""
COURSES: Final = 500
LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Forecast:
    """``mean``, ``low`` and ``high`` (n,) for each step ahead, and of all steps together."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    total: tuple[float, float, float]
    """Sum over the steps: expected, low, high."""


def forecast(past: Series, steps: int, seed: int = 0) -> Forecast | None:
    """The next steps; None where there is too little history to say. Raises NoForecast."""
    if len(past) < LEAST:
        return None
    drawn = _courses(past.values[-MOST:], steps, seed)
    if past.values.min() >= 0:
        drawn = np.maximum(drawn, 0.0)
    sums = drawn.sum(axis=0)
    low, high = np.quantile(drawn, (LOW, HIGH), axis=1)
    bounds = np.quantile(sums, (LOW, HIGH))
    total = float(sums.mean()), float(bounds[0]), float(bounds[1])
    return Forecast(drawn.mean(axis=1), low, high, total)


def _courses(values: NDArray[np.float64], steps: int, seed: int) -> NDArray[np.float64]:
    """Simulated courses (steps, COURSES)."""
    if np.ptp(values) == 0:
        return np.full((steps, COURSES), values[-1])
    return courses(values, steps, COURSES, seed)
