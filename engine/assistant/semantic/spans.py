"""From a period to moments; weeks begin on Monday, everything is UTC."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from engine.contracts.semantic import Period, PeriodUnit

_STEP = {
    "minute": dt.timedelta(minutes=1),
    "hour": dt.timedelta(hours=1),
    "day": dt.timedelta(days=1),
    "week": dt.timedelta(weeks=1),
}


@dataclass(frozen=True)
class Span:
    """From ``start`` until before ``end``; None is open on that side."""

    start: dt.datetime | None
    end: dt.datetime | None


def span_of(period: Period, now: dt.datetime) -> Span:
    """The moments of a period. The start of ``last`` is cut to its minute.

    Gold has rows of whole minutes: so it counts the same events as silver does.
    """
    now = now.astimezone(dt.UTC)
    match period.kind:
        case "all":
            return Span(None, None)
        case "between":
            return Span(_utc(period.start), _utc(period.end))
        case "last":
            return Span(floor(back(now, period.unit, period.n), "minute"), now)
        case "this":
            return Span(floor(now, period.unit), now)
        case "previous":
            end = floor(now, period.unit)
            return Span(back(end, period.unit, period.n), end)


def shifted(
    period: Period, now: dt.datetime, compare: Literal["previous", "day", "week"]
) -> Span | None:
    """What the period is compared with; None where it has no beginning.

    The period before this day is the whole of yesterday, of a stretch of time it is the stretch
    of the same length that ends where it begins.
    """
    span = span_of(period, now)
    if span.start is None:
        return None
    end = span.end or now
    if compare == "previous":
        if period.kind == "this":
            return Span(back(span.start, period.unit, 1), span.start)
        if period.kind == "previous":
            return Span(back(span.start, period.unit, period.n), span.start)
        if period.kind == "last":
            return Span(back(span.start, period.unit, period.n), span.start)
        return Span(floor(span.start - (end - span.start), "minute"), span.start)
    step = _STEP[compare]
    return Span(span.start - step, end - step)


def floor(moment: dt.datetime, unit: PeriodUnit) -> dt.datetime:
    """The beginning of the unit that the moment is in."""
    match unit:
        case "minute":
            return moment.replace(second=0, microsecond=0)
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
    return day


def back(moment: dt.datetime, unit: PeriodUnit, n: int) -> dt.datetime:
    """``n`` units earlier; a month has the day it can have (31 March less one is 28 February)."""
    if unit != "month":
        gone = min(n * _STEP[unit], moment - dt.datetime.min.replace(tzinfo=dt.UTC))
        return moment - gone
    months = moment.year * 12 + moment.month - 1 - n
    year, month = divmod(months, 12)
    if year < 1:
        return moment.replace(year=1, month=1, day=1)
    following = dt.datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=moment.tzinfo)
    last = (following - dt.timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
