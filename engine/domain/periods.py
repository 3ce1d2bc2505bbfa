"""Periods in words: as a sentence has them, and as a pack writes a default."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, Literal

from engine.contracts.semantic import Period, PeriodUnit

_UNITS: Final[dict[str, PeriodUnit]] = {
    word: unit for unit in ("minute", "hour", "day", "week", "month") for word in (unit, f"{unit}s")
}
_LAST_N: Final = re.compile(r"last (?:(\d{1,5}) )?([a-z]+)")
_CALENDAR: Final = re.compile(r"(this|previous) ([a-z]+)")
_FIXED: Final = {
    "all": Period(),
    "today": Period(kind="this", unit="day"),
    "yesterday": Period(kind="previous", unit="day"),
}


def spoken(period: Period) -> str:
    """The period as a sentence has it.

    >>> [spoken(Period(kind="last", n=n, unit="hour")) for n in (1, 3)]
    ['in the last hour', 'in the last 3 hours']
    >>> spoken(Period(kind="previous", unit="day"))
    'yesterday'
    """
    match period.kind:
        case "all":
            return "in all the data"
        case "between":
            return _between(period.start, period.end)
        case "last":
            return f"in the last {_several(period.n, period.unit)}"
        case "this":
            return "today" if period.unit == "day" else f"this {period.unit}"
        case "previous":
            if period.unit == "day" and period.n == 1:
                return "yesterday"
            return f"in the previous {_several(period.n, period.unit)}"


def named_period(text: str) -> Period | None:
    """What a pack writes as a default: ``all``, ``today``, ``yesterday``, ``last 24 hours``,
    ``this week``, ``previous month``; None where it is none of these.

    >>> named_period("last 24 hours")
    Period(kind='last', n=24, unit='hour', start=None, end=None)
    """
    if text in _FIXED:
        return _FIXED[text]
    if (found := _LAST_N.fullmatch(text)) and found[2] in _UNITS and int(found[1] or 1) > 0:
        return Period(kind="last", n=int(found[1] or 1), unit=_UNITS[found[2]])
    if (found := _CALENDAR.fullmatch(text)) and found[2] in _UNITS:
        kind: Literal["this", "previous"] = "this" if found[1] == "this" else "previous"
        return Period(kind=kind, unit=_UNITS[found[2]])
    return None


def _several(n: int, unit: str) -> str:
    return unit if n == 1 else f"{n} {unit}s"


def _between(start: dt.datetime | None, end: dt.datetime | None) -> str:
    if start is None or end is None:
        if start is not None:
            return f"since {_moment(start)} UTC"
        return "in all the data" if end is None else f"before {_moment(end)} UTC"
    whole = start.time() == end.time() == dt.time()
    if whole and end - start == dt.timedelta(days=1):
        return f"on {start:%Y-%m-%d}"
    return f"from {_moment(start)} to {_moment(end)} UTC"


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
