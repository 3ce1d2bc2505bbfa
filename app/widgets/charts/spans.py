"""What part of the time is shown, as (first, last) in epoch seconds. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence

from app.widgets.charts.shapes import Floats

Span = tuple[float, float]


def extent_of(xs: Sequence[Floats]) -> Span:
    """From the first time of any series to the last; a minute around a single point."""
    known = [x for x in xs if len(x)]
    if not known:
        return 0.0, 60.0
    low = min(float(x[0]) for x in known)
    high = max(float(x[-1]) for x in known)
    return (low, high) if high > low else (low - 30.0, high + 30.0)


def scaled(span: Span, factor: float, around: float) -> Span:
    """``factor`` times as long, with ``around`` at the same place."""
    low, high = span
    return around - (around - low) * factor, around + (high - around) * factor


def panned(span: Span, extent: Span, seconds: float) -> Span:
    """Moved by so much, as far as the extent goes."""
    low, high = span
    seconds = max(extent[0] - low, min(extent[1] - high, seconds))
    return low + seconds, high + seconds


def zoomed_to(span: Span, extent: Span, least: float) -> Span | None:
    """The part of it that exists, no shorter than ``least``; None where that is everything."""
    first, last = extent
    low, high = max(span[0], first), min(span[1], last)
    least = min(least, last - first)
    if high - low < least:
        middle = min(max((low + high) / 2, first + least / 2), last - least / 2)
        low, high = middle - least / 2, middle + least / 2
    return None if high - low >= (last - first) * 0.999 else (low, high)
