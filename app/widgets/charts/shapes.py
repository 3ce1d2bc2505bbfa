"""What is drawn of a series, as plain arrays: gaps, stacks, ranges. No Qt here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)


def floats(values: ArrayLike) -> Floats:
    """A float copy; whatever is not finite becomes NaN, which is a gap."""
    result = np.array(values, dtype=np.float64, ndmin=1)
    result[~np.isfinite(result)] = np.nan
    return result


def isolated(y: Floats) -> NDArray[np.bool_]:
    """Points without a neighbour on either side: no line reaches them."""
    here = np.isfinite(y)
    neighbour = np.zeros_like(here)
    neighbour[1:] |= here[:-1]
    neighbour[:-1] |= here[1:]
    result: NDArray[np.bool_] = here & ~neighbour
    return result


def area(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The line with its gaps led along zero, so that what is filled under it has gaps too."""
    here = np.isfinite(y)
    if here.all():
        return x, y
    begins = here & ~np.concatenate(([False], here[:-1]))
    ends = here & ~np.concatenate((here[1:], [False]))
    times = 1 + begins.astype(np.intp) + ends.astype(np.intp)
    times[~here] = 0
    at = np.repeat(np.arange(len(x)), times)
    first = np.concatenate(([True], at[1:] != at[:-1])) if len(at) else np.zeros(0, bool)
    last = np.concatenate((at[1:] != at[:-1], [True])) if len(at) else np.zeros(0, bool)
    level = y[at].copy()
    level[(first & begins[at]) | (last & ends[at])] = 0.0
    return x[at], level


def grid(xs: Sequence[Floats]) -> Floats:
    """Every x of any series, sorted, once."""
    if not xs:
        return np.zeros(0)
    first = xs[0]
    if all(x is first or np.array_equal(x, first) for x in xs[1:]):
        return first
    return np.unique(np.concatenate(xs))


def on_grid(to: Floats, x: Floats, y: Floats) -> Floats:
    """``y`` at the grid's places; NaN where the series has no point."""
    if to is x:
        return y
    result = np.full(len(to), np.nan)
    result[np.searchsorted(to, x)] = y
    return result


def stacked(ys: Sequence[Floats]) -> list[Floats]:
    """Running sums on one grid; a gap counts as nothing unless all series have it."""
    total: Floats | None = None
    sums: list[Floats] = []
    empty = np.logical_and.reduce([np.isnan(y) for y in ys]) if ys else None
    for y in ys:
        total = np.nan_to_num(y) if total is None else total + np.nan_to_num(y)
        shown = total.copy()
        shown[empty] = np.nan
        sums.append(shown)
    return sums


def nearest(x: Floats, at: float) -> int:
    """Index of the value of sorted ``x`` nearest to ``at``; ``x`` is not empty."""
    right = int(np.searchsorted(x, at))
    if right == 0:
        return 0
    if right == len(x):
        return len(x) - 1
    return right if x[right] - at < at - x[right - 1] else right - 1


def stands_for(x: Floats, place: int, at: float) -> bool:
    """Whether a point stands for a place: in a series of its own rhythm, less than a step away."""
    return bool(abs(x[place] - at) <= 0.75 * spacing(x))


def reaching(x: Floats, low: float, high: float) -> slice:
    """The points of a span and one more at each side, so that a line leaves the view."""
    first, last = np.searchsorted(x, (low, high), side="left")
    return slice(max(0, int(first) - 1), min(len(x), int(last) + 1))


def spacing(x: Floats) -> float:
    """Usual distance between two points; 60 where there are fewer than two."""
    return float(np.median(np.diff(x))) if len(x) > 1 else 60.0


def value_range(ys: Sequence[Floats], from_zero: bool) -> tuple[float, float]:
    """A range with round ends that holds all values; (0, 1) where there is none."""
    found = [(float(np.nanmin(y)), float(np.nanmax(y))) for y in ys if np.isfinite(y).any()]
    if not found:
        return 0.0, 1.0
    low, high = min(low for low, _ in found), max(high for _, high in found)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            return 0.0, 1.0
        return -nice_above(-low * 1.02) if low < 0 else 0.0, nice_above(high * 1.02)
    margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    return low - margin, high + margin


def nice_above(value: float) -> float:
    """The next round number; steps are fine enough that at most a third stays empty."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(n for n in (*_NICE, 20.0) if n * power >= value * (1 - 1e-12)) * power


def tick_step(span: float, wanted: int) -> float:
    """1, 2 or 5 times a power of ten; the span has about ``wanted`` of these steps."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    rough = span / (max(wanted, 1) + 0.9)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(n for n in (1.0, 2.0, 5.0, 10.0) if n * power >= rough * (1 - 1e-9)) * power
