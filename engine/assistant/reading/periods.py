"""Stretches of time in a question: "last hour", "since 9 am", "on Monday", "in November".

Each pattern is matched on the plain line of the question; what a clock says and what a calendar
says are then put together ("yesterday between 10 and 11").
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from engine.assistant.reading.clock import CLOCK, FROM, Hours, hours_of
from engine.assistant.reading.words import Text
from engine.assistant.semantic.spans import back, floor
from engine.contracts.semantic import Period, PeriodUnit


@dataclass(frozen=True)
class FoundPeriod:
    """A period, the tokens that say it, and what was assumed about it."""

    period: Period
    first: int
    end: int
    note: str = ""


@dataclass(frozen=True)
class _Piece:
    """What one pattern found: a period, or hours of a day that is named elsewhere or not."""

    first: int
    end: int
    period: Period | None = None
    hours: Hours | None = None
    day: dt.datetime | None = None
    note: str = ""


_Made = tuple[Period | Hours | dt.datetime, str]
_Maker = Callable[[re.Match[str], dt.datetime], _Made | None]

_UNITS: Final[dict[str, tuple[PeriodUnit, int]]] = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), ("minute", 1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("hour", 1)),
    **dict.fromkeys(("d", "day", "days"), ("day", 1)),
    **dict.fromkeys(("w", "wk", "week", "weeks"), ("week", 1)),
    **dict.fromkeys(("mo", "month", "months"), ("month", 1)),
    **dict.fromkeys(("quarter", "quarters"), ("month", 3)),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), ("month", 12)),
}
_LONG: Final = r"(minutes?|mins?|hours?|hrs?|days?|weeks?|wk|months?|quarters?|years?|yrs?)"
_UNIT: Final = r"(minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wk|w|months?|quarters?|years?|yrs?)"
_IN: Final = (
    r"(?:(?:in|over|during|for|within|from|of|on|at|across|through|throughout|since|by|as of)"
    r" )?(?:the )?(?:whole |entire |full )?"
)
_LAST: Final = r"(?:last|past|latest|trailing|prior|preceding|previous|recent|most recent)"
_DAYS: Final = {
    day: at
    for at, names in enumerate(
        (
            ("monday", "mon"), ("tuesday", "tue", "tues"), ("wednesday", "wed"),
            ("thursday", "thu", "thurs"), ("friday", "fri"), ("saturday", "sat"),
            ("sunday", "sun"),
        )
    )
    for day in names
}  # fmt: skip
_DAY: Final = "(" + "|".join(sorted(_DAYS, key=len, reverse=True)) + ")"
_MONTHS: Final = {
    name: at + 1
    for at, long in enumerate(
        (
            *("january", "february", "march", "april", "may", "june", "july", "august"),
            *("september", "october", "november", "december"),
        )
    )
    for name in (long, long[:3], "sept" if long == "september" else long)
}
_MONTH: Final = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_PARTS: Final = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 24),
    "noon": (12, 13),
    "night": (18, 24),
}
_PART_NOTE: Final = " UTC."
_DATE: Final = r"(\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?(?:z|\+00:?00)?)?)"


def find_periods(text: Text, now: dt.datetime) -> tuple[FoundPeriod, ...]:
    """All of them in order; those that overlap a longer one are left out."""
    now = now.astimezone(dt.UTC)
    pieces: list[_Piece] = []
    for pattern, make in _PATTERNS:
        for found in pattern.finditer(text.line):
            made = _made(make, found, now)
            place = text.place(found.start(), found.end())
            if made is not None and not (make is _month and _after_number(text, place[0])):
                pieces.append(_piece(made, *place))
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.first - p.end, p.first)):
        if all(piece.end <= k.first or piece.first >= k.end for k in kept):
            kept.append(piece)
    kept.sort(key=lambda p: p.first)
    return tuple(_together(kept, text, now))


def _after_number(text: Text, first: int) -> bool:
    """Whether a day of the month stands before a month, one that it does not have."""
    before = text.tokens[first - 1] if first else None
    return before is not None and (
        before.kind == "number" or before.low in ("st", "nd", "rd", "th")
    )


def _made(make: _Maker, found: re.Match[str], now: dt.datetime) -> _Made | None:
    try:
        return make(found, now)
    except (ValueError, OverflowError):
        return None  # the 31st of November is no day


def _piece(made: _Made, first: int, end: int) -> _Piece:
    what, note = made
    if isinstance(what, Period) and note.endswith(_PART_NOTE):
        assert what.start is not None
        return _Piece(first, end, period=what, day=floor(what.start, "day"), note=note)
    match what:
        case Period():
            return _Piece(first, end, period=what, note=note)
        case Hours():
            return _Piece(first, end, hours=what, note=note)
    return _Piece(first, end, day=what, note=note)


def _together(pieces: list[_Piece], text: Text, now: dt.datetime) -> list[FoundPeriod]:
    """Hours join the day beside them; hours alone are of today, or of yesterday if yet to come."""
    found: list[FoundPeriod] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        other = pieces[at + 1] if at + 1 < len(pieces) else None
        if other is not None and _near(piece, other, text):
            joined = _join(piece, other, now)
            if joined is not None:
                found.append(joined)
                at += 2
                continue
        found.append(_alone(piece, now))
        at += 1
    return found


def _near(one: _Piece, other: _Piece, text: Text) -> bool:
    between = text.tokens[one.end : other.first]
    return all(token.low in ("on", "at", "of", "and") for token in between) and len(between) < 2


def _join(one: _Piece, other: _Piece, now: dt.datetime) -> FoundPeriod | None:
    """A day and hours of it, in either order."""
    hours = one.hours or other.hours
    note = (
        "" if (one.period and one.day) or (other.period and other.day) else one.note or other.note
    )
    days = [day for day in (_day_of(one, now), _day_of(other, now)) if day is not None]
    if hours is None or len(days) != 1 or (one.hours and other.hours):
        return None
    return FoundPeriod(hours.on(days[0], now), one.first, other.end, note)


def _day_of(piece: _Piece, now: dt.datetime) -> dt.datetime | None:
    """The midnight at which the piece's day begins, if it is a day."""
    if piece.day is not None:
        return piece.day
    period = piece.period
    if period is None or period.unit != "day" or period.n != 1:
        return None
    today = floor(now, "day")
    return {"this": today, "previous": back(today, "day", 1)}.get(period.kind)


def _alone(piece: _Piece, now: dt.datetime) -> FoundPeriod:
    if piece.period is not None:
        return FoundPeriod(piece.period, piece.first, piece.end, piece.note)
    if piece.day is not None:
        return FoundPeriod(_days(piece.day, 1), piece.first, piece.end, piece.note)
    assert piece.hours is not None
    today = floor(now, "day")
    day = today if piece.hours.begin(today) <= now else back(today, "day", 1)
    note = piece.note or ("" if day == today else "That hour is yet to come today: yesterday's.")
    return FoundPeriod(piece.hours.on(day, now), piece.first, piece.end, note)


def between(start: dt.datetime, end: dt.datetime | None) -> Period:
    """From ``start`` until before ``end``."""
    return Period(kind="between", start=start, end=end)


def _days(start: dt.datetime, n: int) -> Period:
    return between(start, start + dt.timedelta(days=n))


def _last_n(found: re.Match[str], now: dt.datetime) -> _Made | None:
    count, word = found.group(1), found.group(2)
    note = ""
    if count.isdigit():
        n = int(count)
    else:
        n = 2 if "couple" in count else 3
        note = "" if n == 2 else f"'{count}' is taken as three."
    if word.startswith("sec"):
        return between(now - dt.timedelta(seconds=n), now), note
    unit, times = _UNITS[word]
    return (Period(kind="last", n=n * times, unit=unit), note) if 0 < n * times <= 100_000 else None


def _last_one(found: re.Match[str], now: dt.datetime) -> _Made | None:
    """ "the last hour" is the 60 minutes up to now, "last week" the one before this."""
    article, which, word = found.group("the"), found.group("which"), found.group("unit")
    if word.startswith("sec"):
        return between(now - dt.timedelta(seconds=1), now), ""
    unit, times = _UNITS[word]
    rolling = which in ("past", "trailing", "latest") or article is not None
    calendar = unit in ("week", "month") and not rolling
    if calendar or which in ("previous", "preceding", "prior"):
        return Period(kind="previous", unit=unit, n=times), ""
    return Period(kind="last", unit=unit, n=times), ""


def _ago(found: re.Match[str], now: dt.datetime) -> _Made | None:
    n = int(found.group(1)) if found.group(1).isdigit() else 1
    unit, times = _UNITS[found.group(2)]
    start = back(floor(now, unit), unit, n * times)
    end = back(floor(now, unit), unit, n * times - times)
    return (start, "") if unit == "day" else (between(start, end), "")


def _since_ago(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    n = int(found.group(1)) if found.group(1).isdigit() else 1
    unit, times = _UNITS[found.group(2)]
    return Period(kind="last", n=n * times, unit=unit), ""


def _this(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    unit, times = _UNITS[found.group(1)]
    if times != 1:
        return None
    return Period(kind="this", unit=unit), ""


def _year_so_far(_found: re.Match[str], now: dt.datetime) -> _Made | None:
    return between(dt.datetime(now.year, 1, 1, tzinfo=dt.UTC), now), ""


def _weekday(found: re.Match[str], now: dt.datetime) -> _Made | None:
    today = floor(now, "day")
    days = (today.weekday() - _DAYS[found.group("day")]) % 7
    if "last" in found.group().split()[:2] or "previous" in found.group():
        days = days or 7
    return back(today, "day", days), ""


def _since_weekday(found: re.Match[str], now: dt.datetime) -> _Made | None:
    made = _weekday(found, now)
    assert made is not None
    start = made[0]
    assert isinstance(start, dt.datetime)
    return between(start, now), ""


def _month(found: re.Match[str], now: dt.datetime) -> _Made | None:
    month = _MONTHS[found.group("month")]
    if found.group() == "may":
        return None  # a verb
    if found.group("year"):
        year = int(found.group("year"))
    else:
        year = now.year if month <= now.month else now.year - 1
    start = dt.datetime(year, month, 1, tzinfo=dt.UTC)
    return between(start, back(start, "month", -1)), ""


def _month_day(found: re.Match[str], now: dt.datetime) -> _Made | None:
    month, day = _MONTHS[found.group("month")], int(found.group("date"))
    if found.group("year"):
        return dt.datetime(int(found.group("year")), month, day, tzinfo=dt.UTC), ""
    start = dt.datetime(now.year, month, day, tzinfo=dt.UTC)
    return (start if start <= now else start.replace(year=now.year - 1)), ""


def _year(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    start = dt.datetime(int(found.group("year")), 1, 1, tzinfo=dt.UTC)
    return between(start, start.replace(year=start.year + 1)), ""


def moment_of(text: str) -> dt.datetime:
    """A date or moment as written; UTC where it has no zone."""
    found = dt.datetime.fromisoformat(text.upper().replace(" ", "T"))
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _date(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    moment = moment_of(found.group("moment"))
    return (moment, "") if len(found.group("moment")) == 10 else None


def _date_range(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    first, last = found.group("from"), found.group("to")
    start, end = moment_of(first), moment_of(last)
    if len(last) == 10:
        end += dt.timedelta(days=1)
    return between(start, end), "" if len(last) != 10 else "The last day is counted in."


def _since_date(found: re.Match[str], now: dt.datetime) -> _Made | None:
    return between(moment_of(found.group("moment")), now), ""


def _until_date(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    return Period(kind="between", end=moment_of(found.group("moment"))), ""


def _hours(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    hours = hours_of(found)
    return None if hours is None else (hours, "")


def _part(found: re.Match[str], now: dt.datetime) -> _Made | None:
    start, end = _PARTS[found.group("part")]
    hours = Hours(start * 60, end * 60)
    if found.group("of") == "this":
        return hours.on(floor(now, "day"), now), f"{start}:00 to {end}:00{_PART_NOTE}"
    if found.group("of") == "yesterday":
        day = back(floor(now, "day"), "day", 1)
        return hours.on(day, now), f"{start}:00 to {end}:00{_PART_NOTE}"
    return None


def _since_day_time(found: re.Match[str], now: dt.datetime) -> _Made | None:
    hours = hours_of(found)
    if hours is None:
        return None
    today = floor(now, "day")
    day = back(today, "day", 1) if found.group("of") == "yesterday" else today
    return between(hours.begin(day), now), ""


def _since_part(found: re.Match[str], now: dt.datetime) -> _Made | None:
    start, _ = _PARTS[found.group("part")]
    return between(floor(now, "day") + dt.timedelta(hours=start), now), ""


def _half_hour(found: re.Match[str], _now: dt.datetime) -> _Made | None:
    return Period(kind="last", n=90 if "one" in found.group() else 30, unit="minute"), ""


def _weekend(found: re.Match[str], now: dt.datetime) -> _Made | None:
    today = floor(now, "day")
    saturday = today - dt.timedelta(days=(today.weekday() - 5) % 7)
    if today.weekday() >= 5 and "last" in found.group():
        saturday -= dt.timedelta(days=7)
    return _days(saturday, 2), ""


def _fixed(kind: str, unit: PeriodUnit = "hour", n: int = 1, note: str = "") -> _Maker:
    period = Period.model_validate({"kind": kind, "unit": unit, "n": n})

    def make(_found: re.Match[str], _now: dt.datetime) -> _Made:
        return period, note

    return make


def _before_yesterday(_found: re.Match[str], now: dt.datetime) -> _Made | None:
    return back(floor(now, "day"), "day", 2), ""


def _since_yesterday(_found: re.Match[str], now: dt.datetime) -> _Made | None:
    return between(back(floor(now, "day"), "day", 1), now), ""


_NOW_NOTE: Final = "'Now' is taken as the last five minutes."
_RAW: Final[tuple[tuple[str, _Maker], ...]] = (
    ((rf"{_IN}{_LAST} (\d+|few|couple of|couple) (?:full |whole )?"
     rf"({_UNIT[1:-1]}|seconds?|secs?)"), _last_n),
    (rf"{_IN}(\d+) (?:{_LAST} )?{_UNIT} (?:up )?(?:to|until) now", _last_n),
    (rf"(?:in|over|during|for|within) (?:the )?(\d+) {_UNIT}(?= |$)(?! (?:ago|before))", _last_n),
    (r"(\d+) (h|hours)$", _last_n),
    ((rf"(?:(?:in|over|during|for|within|from|of|across|throughout) )?(?P<the>the )?(?:whole )?"
     rf"(?P<which>last|past|latest|trailing|prior|preceding|previous) "
     rf"(?P<unit>{_UNIT[1:-1]}|seconds?)(?= |$)(?! (?:but|before))"), _last_one),
    (rf"{_IN}(?:last|past) (?:one and a )?half (?:an )?hour", _half_hour),
    (rf"(?:since|for) (?:about )?(\d+|an|a) {_LONG} ago", _since_ago),
    (rf"(?:about )?(\d+|an|a) {_LONG} ago", _ago),
    (rf"(?:so far )?{_IN}(?:this|current|the current) {_LONG}(?: so far| to date)?", _this),
    (rf"{_IN}today s? ?(?:so far)?", _fixed("this", "day")),
    (rf"(?:so far )?{_IN}today(?: so far)?", _fixed("this", "day")),
    (r"(?:ever )?since yesterday", _since_yesterday),
    (rf"{_IN}yesterday", _fixed("previous", "day")),
    (rf"{_IN}day before yesterday", _before_yesterday),
    (r"week to date|wtd", _fixed("this", "week")),
    (r"month to date|mtd", _fixed("this", "month")),
    (r"year to date|ytd|(?:so far )?(?:in |during )?this year(?: so far)?", _year_so_far),
    (rf"since (?:last |this )?(?P<day>{_DAY[1:-1]})", _since_weekday),
    (rf"(?:on |from |for |of )?(?:the )?(?:last |this |past |previous )?(?P<day>{_DAY[1:-1]})",
     _weekday),
    ((rf"(?:in|during|for|of|from|over)? ?(?:the month of )?(?P<month>{_MONTH[1:-1]})"
     rf"(?: (?P<year>20\d\d))?"), _month),
    ((rf"(?:on |from |for )?(?:the )?(?P<month>{_MONTH[1:-1]}) (?:the )?(?P<date>\d{{1,2}})"
     rf"(?: ?(?:st|nd|rd|th))?(?: (?P<year>20\d\d))?(?= |$)"), _month_day),
    ((rf"(?:on |from |for )?(?:the )?(?P<date>\d{{1,2}})(?: ?(?:st|nd|rd|th))? (?:of )?"
     rf"(?P<month>{_MONTH[1:-1]})(?: (?P<year>20\d\d))?"), _month_day),
    (r"(?:in|during|for|of) (?P<year>20\d\d)", _year),
    (rf"(?:between|from) (?P<from>{_DATE[1:-1]}) (?:and|to|until|till) (?P<to>{_DATE[1:-1]})",
     _date_range),
    (rf"(?:since|after|from) (?P<moment>{_DATE[1:-1]})(?: on| onwards?)?", _since_date),
    (rf"(?:until|till|before|up to) (?P<moment>{_DATE[1:-1]})", _until_date),
    (rf"(?:on |for |of |from )?(?:the )?(?P<moment>{_DATE[1:-1]})", _date),
    (rf"(?:in |during |from )?(?P<of>this|yesterday) (?P<part>{'|'.join(_PARTS)})", _part),
    (rf"since (?:this )?(?P<part>{'|'.join(_PARTS)})", _since_part),
    (r"(?:on |over |during |at )?(?:the |this |last )?weekend", _weekend),
    (rf"{_IN}(?:all time|all times|whole time|entire time)", _fixed("all")),
    (r"(?:since|from) (?:the )?(?:very )?(?:beginning|start)(?: on)?(?: of time)?", _fixed("all")),
    ((r"(?:ever|in total|to date|so far|until now|up to now|overall|altogether|in all"
     r"|(?:in|over|of|from|across) (?:all|all of)? ?(?:the )?(?:whole |entire )?"
     r"(?:data ?set|data|lake|history))"), _fixed("all")),
    (r"(?:right now|just now|at the moment|at this moment|as of now|at present|now|currently)",
     _fixed("last", "minute", 5, _NOW_NOTE)),
    (rf"(?:since|from|after) (?P<of>yesterday|today) (?:at )?{FROM}(?: on| onwards?)?",
     _since_day_time),
    (rf"(?:since|from|after) {FROM} (?P<of>yesterday|today)(?: on| onwards?)", _since_day_time),
    *((pattern, _hours) for pattern in CLOCK),
)  # fmt: skip
_PATTERNS: Final = tuple(
    (re.compile(rf"(?<![^ ]){pattern}(?![^ ])"), make) for pattern, make in _RAW
)


def with_note(found: FoundPeriod, note: str) -> FoundPeriod:
    """The same, saying also that."""
    return replace(found, note=f"{found.note} {note}".strip())
