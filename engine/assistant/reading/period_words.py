"""Words for stretches of time, each a pattern on the plain line with what is made of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from engine.assistant.reading.clock import CLOCK, FROM, Hours, hours_of
from engine.assistant.semantic.spans import back, floor
from engine.contracts.semantic import Period, PeriodUnit

Made = tuple[Period | Hours | dt.datetime, str]
Maker = Callable[[re.Match[str], dt.datetime], Made | None]
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
PART_NOTE: Final = " UTC."
_DATE: Final = r"(\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2})?(?:z|\+00:?00)?)?)"


def between(start: dt.datetime, end: dt.datetime | None) -> Period:
    """From ``start`` until before ``end``."""
    return Period(kind="between", start=start, end=end)


def whole_days(start: dt.datetime, n: int) -> Period:
    return between(start, start + dt.timedelta(days=n))


def _last_n(found: re.Match[str], now: dt.datetime) -> Made | None:
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


def _last_one(found: re.Match[str], now: dt.datetime) -> Made | None:
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


def _ago(found: re.Match[str], now: dt.datetime) -> Made | None:
    n = int(found.group(1)) if found.group(1).isdigit() else 1
    unit, times = _UNITS[found.group(2)]
    start = back(floor(now, unit), unit, n * times)
    end = back(floor(now, unit), unit, n * times - times)
    return (start, "") if unit == "day" else (between(start, end), "")


def _since_ago(found: re.Match[str], _now: dt.datetime) -> Made | None:
    n = int(found.group(1)) if found.group(1).isdigit() else 1
    unit, times = _UNITS[found.group(2)]
    return Period(kind="last", n=n * times, unit=unit), ""


def _this(found: re.Match[str], _now: dt.datetime) -> Made | None:
    unit, times = _UNITS[found.group(1)]
    if times != 1:
        return None
    return Period(kind="this", unit=unit), ""


def _year_so_far(_found: re.Match[str], now: dt.datetime) -> Made | None:
    return between(dt.datetime(now.year, 1, 1, tzinfo=dt.UTC), now), ""


def _weekday(found: re.Match[str], now: dt.datetime) -> Made | None:
    today = floor(now, "day")
    days = (today.weekday() - _DAYS[found.group("day")]) % 7
    if "last" in found.group().split()[:2] or "previous" in found.group():
        days = days or 7
    return back(today, "day", days), ""


def _since_weekday(found: re.Match[str], now: dt.datetime) -> Made | None:
    made = _weekday(found, now)
    assert made is not None
    start = made[0]
    assert isinstance(start, dt.datetime)
    return between(start, now), ""


def calendar_month(found: re.Match[str], now: dt.datetime) -> Made | None:
    month = _MONTHS[found.group("month")]
    if found.group() == "may":
        return None  # a verb
    if found.group("year"):
        year = int(found.group("year"))
    else:
        year = now.year if month <= now.month else now.year - 1
    start = dt.datetime(year, month, 1, tzinfo=dt.UTC)
    return between(start, back(start, "month", -1)), ""


def _month_day(found: re.Match[str], now: dt.datetime) -> Made | None:
    month, day = _MONTHS[found.group("month")], int(found.group("date"))
    if found.group("year"):
        return dt.datetime(int(found.group("year")), month, day, tzinfo=dt.UTC), ""
    start = dt.datetime(now.year, month, day, tzinfo=dt.UTC)
    return (start if start <= now else start.replace(year=now.year - 1)), ""


def _year(found: re.Match[str], _now: dt.datetime) -> Made | None:
    start = dt.datetime(int(found.group("year")), 1, 1, tzinfo=dt.UTC)
    return between(start, start.replace(year=start.year + 1)), ""


def moment_of(text: str) -> dt.datetime:
    """A date or moment as written; UTC where it has no zone."""
    found = dt.datetime.fromisoformat(text.upper().replace(" ", "T"))
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def _date(found: re.Match[str], _now: dt.datetime) -> Made | None:
    moment = moment_of(found.group("moment"))
    return (moment, "") if len(found.group("moment")) == 10 else None


def _date_range(found: re.Match[str], _now: dt.datetime) -> Made | None:
    first, last = found.group("from"), found.group("to")
    start, end = moment_of(first), moment_of(last)
    if len(last) == 10:
        end += dt.timedelta(days=1)
    return between(start, end), "" if len(last) != 10 else "The last day is counted in."


def _since_date(found: re.Match[str], now: dt.datetime) -> Made | None:
    return between(moment_of(found.group("moment")), now), ""


def _until_date(found: re.Match[str], _now: dt.datetime) -> Made | None:
    return Period(kind="between", end=moment_of(found.group("moment"))), ""


def _hours(found: re.Match[str], _now: dt.datetime) -> Made | None:
    hours = hours_of(found)
    return None if hours is None else (hours, "")


def _part(found: re.Match[str], now: dt.datetime) -> Made | None:
    start, end = _PARTS[found.group("part")]
    hours = Hours(start * 60, end * 60)
    if found.group("of") == "this":
        return hours.on(floor(now, "day"), now), f"{start}:00 to {end}:00{PART_NOTE}"
    if found.group("of") == "yesterday":
        day = back(floor(now, "day"), "day", 1)
        return hours.on(day, now), f"{start}:00 to {end}:00{PART_NOTE}"
    return None


def _since_day_time(found: re.Match[str], now: dt.datetime) -> Made | None:
    hours = hours_of(found)
    if hours is None:
        return None
    today = floor(now, "day")
    day = back(today, "day", 1) if found.group("of") == "yesterday" else today
    return between(hours.begin(day), now), ""


def _since_part(found: re.Match[str], now: dt.datetime) -> Made | None:
    start, _ = _PARTS[found.group("part")]
    return between(floor(now, "day") + dt.timedelta(hours=start), now), ""


def _half_hour(found: re.Match[str], _now: dt.datetime) -> Made | None:
    return Period(kind="last", n=90 if "one" in found.group() else 30, unit="minute"), ""


def _weekend(found: re.Match[str], now: dt.datetime) -> Made | None:
    today = floor(now, "day")
    saturday = today - dt.timedelta(days=(today.weekday() - 5) % 7)
    if today.weekday() >= 5 and "last" in found.group():
        saturday -= dt.timedelta(days=7)
    return whole_days(saturday, 2), ""


def _fixed(kind: str, unit: PeriodUnit = "hour", n: int = 1, note: str = "") -> Maker:
    period = Period.model_validate({"kind": kind, "unit": unit, "n": n})

    def make(_found: re.Match[str], _now: dt.datetime) -> Made:
        return period, note

    return make


def _before_yesterday(_found: re.Match[str], now: dt.datetime) -> Made | None:
    return back(floor(now, "day"), "day", 2), ""


def _since_yesterday(_found: re.Match[str], now: dt.datetime) -> Made | None:
    return between(back(floor(now, "day"), "day", 1), now), ""


_NOW_NOTE: Final = "'Now' is taken as the last five minutes."
_RAW: Final[tuple[tuple[str, Maker], ...]] = (
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
     rf"(?: (?P<year>20\d\d))?"), calendar_month),
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
PATTERNS: Final = tuple(
    (re.compile(rf"(?<![^ ]){pattern}(?![^ ])"), make) for pattern, make in _RAW
)
