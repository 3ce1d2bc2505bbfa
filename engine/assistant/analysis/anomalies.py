"""Which steps of a course stand out against the ones before them.

Expected is the median of the hour before, the spread is the median distance from it: one odd
minute moves neither, so that a second one is still seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.assistant.analysis.series import Series

LEAST: Final = 30
"""Minutes before a minute that it takes to know what is usual."""
LEAST_COARSE: Final = 12
"""The same of hours and days, which vary less and of which there are fewer."""
WINDOW: Final = 60
"""Steps that a step is compared with, as the alerts do: the hour before."""
SIGMAS: Final = 3.5
"""Usual for a distance measured from medians: of 1,000 normal values fewer than one is beyond."""
MIN_SPREAD: Final = 0.1
"""A spread below this share of the median counts as this share: a calm hour is no alarm."""
_NORMAL: Final = 1.4826
"""From the median distance to a standard deviation, where values are normal."""


@dataclass(frozen=True)
class Anomalies:
    """For each step (n,): what was expected and the band around it, and whether it is outside.

    The first ``least`` steps have nothing to be compared with: their band is NaN.
    """

    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    odd: NDArray[np.bool_]


def anomalies(past: Series, counts: bool, least: int = LEAST) -> Anomalies | None:
    """What stands out; None where there is too little history to say.

    ``counts``: values are numbers of things, which spread by the root of their mean at least.
    """
    values = past.values
    if len(values) <= least:
        return None
    expected, spread = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for at in range(least, len(values)):
        before = values[max(0, at - WINDOW) : at]
        middle = float(np.median(before))
        found = _NORMAL * float(np.median(np.abs(before - middle)))
        share = MIN_SPREAD * abs(middle)
        expected[at] = middle
        spread[at] = max(found, share, max(middle, 1.0) ** 0.5 if counts else 0.0)
    low, high = expected - SIGMAS * spread, expected + SIGMAS * spread
    if values.min() >= 0:
        low = np.maximum(low, 0.0)
    with np.errstate(invalid="ignore"):
        odd = (values < low) | (values > high)
    return Anomalies(expected, low, high, odd)
