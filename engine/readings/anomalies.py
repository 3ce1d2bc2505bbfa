"""What is out of the ordinary: a value against the mean and spread of the hour before it.

Pure functions on arrays of one value a minute; a minute without a value is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Doubles = npt.NDArray[np.float64]

SIGMAS = 3.0
HOUR = 60
"""Values before the one that is judged."""

LEAST_VALUES = 20
"""With fewer known minutes in the hour before, three sigmas mean little: nothing is judged."""


@dataclass(frozen=True)
class Baseline:
    """Mean and standard deviation (of the population) of the values before."""

    mean: float
    sigma: float

    def deviation(self, value: float) -> float:
        """How many sigmas above (or, negative, below) the mean; infinite where sigma is 0."""
        away = value - self.mean
        if not away:
            return 0.0
        return away / self.sigma if self.sigma else math.copysign(math.inf, away)


def baseline(before: Doubles, least_sigma: float = 0.0) -> Baseline | None:
    """Of the values before, NaN left out; None where too few are known.

    ``least_sigma`` keeps a series that hardly moved from calling each small step an anomaly.
    """
    known = before[np.isfinite(before)]
    if len(known) < LEAST_VALUES:
        return None
    return Baseline(float(known.mean()), max(float(known.std()), least_sigma))


def count_baseline(before: Doubles) -> Baseline | None:
    """For counts: they scatter by the square root of their mean at least, and by one."""
    found = baseline(before)
    if found is None:
        return None
    return Baseline(found.mean, max(found.sigma, math.sqrt(max(found.mean, 0.0)), 1.0))


@dataclass(frozen=True)
class Anomaly:
    """The value at ``index`` of a series, with what it was judged against."""

    index: int
    value: float
    baseline: Baseline


def count_anomalies(values: Doubles, sigmas: float = SIGMAS) -> tuple[Anomaly, ...]:
    """The counts that lie more than ``sigmas`` from the mean of the hour before them."""
    padded = np.concatenate([np.full(HOUR, np.nan), values])
    hours = sliding_window_view(padded, HOUR)[:-1]
    found = []
    for index in np.flatnonzero(_far_off(values, hours, sigmas)):
        base = count_baseline(hours[index])
        if base is not None and abs(base.deviation(float(values[index]))) > sigmas:
            found.append(Anomaly(int(index), float(values[index]), base))
    return tuple(found)


def _far_off(values: Doubles, hours: Doubles, sigmas: float) -> npt.NDArray[np.bool_]:
    """Which values may be anomalies, all at once: a week of them one by one takes a second.

    ``values`` (n,), ``hours`` (n, HOUR). A little too many, for the last digits of the sums.
    """
    known = np.isfinite(hours)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, hours, 0.0).sum(axis=1) / count
    away = np.where(known, hours - mean[:, None], 0.0)
    spread = np.sqrt((away**2).sum(axis=1) / count)
    least = np.maximum(np.sqrt(np.maximum(mean, 0.0)), 1.0)
    beyond: npt.NDArray[np.bool_] = np.abs(values - mean) > 0.999 * sigmas * np.maximum(
        spread, least
    )
    return beyond
