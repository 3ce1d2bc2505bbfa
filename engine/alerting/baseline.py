"""What a minute is compared with: the same figure's whole minutes of the hour before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.alerting.model import MINUTE_S, Measurements, Minute

HOUR_S = 3600
FEWEST = 3
"""Minutes below which nothing is said. So few are enough because ``min_spread`` widens what they
show, and because somebody who has just started should not wait an hour to be warned."""

NEW_NORMAL_S = 900
"""What lasts a quarter of an hour is no disturbance any more: it becomes part of the baseline, and
the alert clears."""

Periods = Sequence[tuple[float, float | None]]


@dataclass(frozen=True)
class Baseline:
    """Mean and standard deviation of ``count`` minutes."""

    mean: float
    spread: float
    count: int


def baseline(
    measured: Measurements, metric: str, before_s: int, disturbed: Periods, now_s: float
) -> Baseline | None:
    """None where fewer than FEWEST whole, undisturbed minutes end by ``before_s``."""
    values = [
        minute.get(metric)
        for minute in _whole(measured, before_s)
        if not _is_disturbed(minute, disturbed, now_s)
    ]
    if len(values) < FEWEST:
        return None
    return Baseline(statistics.fmean(values), statistics.stdev(values), len(values))


def _whole(measured: Measurements, before_s: int) -> Iterator[Minute]:
    """Minutes between two others: the first and the last of a stretch are cut off somewhere."""
    for start in range(before_s - HOUR_S, before_s, MINUTE_S):
        minute = measured.minutes.get(start)
        if (
            minute is not None
            and minute.is_traffic
            and has_traffic(measured, start - MINUTE_S)
            and has_traffic(measured, start + MINUTE_S)
        ):
            yield minute


def has_traffic(measured: Measurements, start_s: int) -> bool:
    """Whether events of that minute came when they happened."""
    minute = measured.minutes.get(start_s)
    return minute is not None and minute.is_traffic


def _is_disturbed(minute: Minute, periods: Periods, now_s: float) -> bool:
    for start, end in periods:
        until = now_s if end is None else end
        # A breach is seen while its minute runs or soon after, so the one before counts as well.
        touched = start - MINUTE_S < minute.end_s and minute.start_s < until
        if touched and until - start < NEW_NORMAL_S:
            return True
    return False
