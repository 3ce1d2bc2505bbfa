"""A metric's course in equal steps, without the step that is not over yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 10_000
"""A week of minutes; more is neither drawn nor told."""


@dataclass(frozen=True)
class Series:
    """``values`` (n,), one for each ``step`` from ``start`` on; none of them is NaN."""

    start: dt.datetime
    step: dt.timedelta
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def time(self, at: int) -> dt.datetime:
        """When a step begins; also of steps that are still to come."""
        return self.start + at * self.step


def series(
    points: Sequence[tuple[dt.datetime, Any]],
    step: dt.timedelta,
    now: dt.datetime,
    gaps_are_zero: bool,
) -> Series | None:
    """The course of these points; None where there are none.

    A step without a row had nothing to count (``gaps_are_zero``), or is as the one before it.
    """
    known = {at: float(value) for at, value in points if value is not None and at + step <= now}
    if not known:
        return None
    last = max(known)
    start = max(min(known), last - MOST_STEPS * step)
    count = round((last - start) / step) + 1
    values = np.full(count, np.nan)
    for at, value in known.items():
        if at >= start:
            values[round((at - start) / step)] = value
    return Series(start, step, _filled(values, gaps_are_zero))


def _filled(values: NDArray[np.float64], zero: bool) -> NDArray[np.float64]:
    gaps = np.isnan(values)
    if zero:
        return np.where(gaps, 0.0, values)
    # The place of the newest known value at or before each step; the first one is known.
    places = np.maximum.accumulate(np.where(gaps, 0, np.arange(len(values))))
    return values[places]
