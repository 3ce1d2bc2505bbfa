"""What a figure is set against: "compared with yesterday", "vs the hour before"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal

from engine.assistant.reading.periods import FoundPeriod
from engine.assistant.reading.words import Text
from engine.assistant.semantic.spans import span_of
from engine.contracts.semantic import Period, PeriodUnit

Compare = Literal["none", "previous", "day", "week"]
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class FoundCompare:
    """How it is compared, with the period meant where the question gives only the other one."""

    compare: Compare
    first: int
    end: int
    period: Period | None = None


_LINK: Final = (
    r"(?:(?:as )?compared? (?:it |that |this )?(?:to|with|against)|in comparison (?:to|with)|versus"
    r"|vs|against|relative to|than|from|over|and|with|to)"
)
_UNIT: Final = r"(?P<unit>minute|hour|day|week|month)"
_FIXED: Final[tuple[tuple[str, Compare], ...]] = (
    ((rf"(?:{_LINK} )?(?:at )?(?:(?:the )?same|this) "
      r"(?:time|hours?|period|minute|stretch)? ?(?:of "
      rf"|on )?"
     r"(?:yesterday|the day before|the previous day|a day (?:ago|earlier|before)|one day earlier)"),
     "day"),
    ((rf"(?:{_LINK} )?(?:at )?(?:the )?same (?:time|hour|day|period|weekday)? ?(?:of |on |in )?"
     r"(?:last week|the week before|the previous week|a week (?:ago|earlier|before))"), "week"),
    ((rf"(?:{_LINK} )?(?:the |an? |one )?(?:period|time|stretch|one) (?:before|earlier|prior)"
     r"(?: that| it)?"), "previous"),
    (rf"(?:{_LINK} )?(?:the )?(?:previous|prior|preceding) (?:period|one|time)", "previous"),
    ((rf"{_LINK} (?:the |an? |one )?(?:minute|hour|day|week|month)s? (?:before|earlier|prior)"
     r"(?: that| it)?"), "previous"),
    ((rf"{_LINK} (?:in |during |over )?(?:the )?(?:\d+) (?:minute|hour|day|week"
      rf"|month)?s? ?(?:before|earlier|prior)"
     r"(?: that| it)?"), "previous"),
    (rf"{_LINK} (?:the )?before(?: that| it)?", "previous"),
)  # fmt: skip
_OVER: Final = re.compile(rf"{_UNIT} (?:over|on) (?P=unit)")
_SHORT: Final[dict[str, tuple[PeriodUnit, Compare]]] = {
    "wow": ("week", "week"), "dod": ("day", "day"), "hoh": ("hour", "previous"),
    "mom": ("month", "previous"),
}  # fmt: skip
_PATTERNS: Final = tuple((re.compile(rf"(?<![^ ]){p}(?![^ ])"), how) for p, how in _FIXED)
_OVERS: Final[dict[str, Compare]] = {"week": "week", "day": "day"}
_BETWEEN: Final = re.compile(
    r"(?:(?:as )?compared? (?:to|with|against)|in comparison (?:to|with)|versus|vs|against|than"
    r"|relative to|with|to|from|and|over)"
)


def find_compare(text: Text) -> FoundCompare | None:
    """A comparison that needs no second period to be understood."""
    for pattern, how in _PATTERNS:
        if found := pattern.search(text.line):
            return FoundCompare(how, *text.place(found.start(), found.end()))
    for found in _OVER.finditer(text.line):
        unit = found.group("unit")
        how = _OVERS.get(unit, "previous")
        period = Period.model_validate({"kind": "last", "n": 1, "unit": unit})
        return FoundCompare(how, *text.place(found.start(), found.end()), period)
    for at, token in enumerate(text.tokens):
        if token.low in _SHORT:
            unit_, how_ = _SHORT[token.low]
            return FoundCompare(how_, at, at + 1, Period(kind="last", n=1, unit=unit_))
    return None


def link_before(text: Text, place: int) -> int | None:
    """Where the words begin that set what follows at ``place`` against something, if any do."""
    for length in (4, 3, 2, 1):
        start = place - length
        if start >= 0:
            words = " ".join(token.low for token in text.tokens[start:place])
            if _BETWEEN.fullmatch(words):
                return start
    return None


STRONG: Final = frozenset({"compared", "compare", "versus", "vs", "against", "than", "relative"})
"""Links that say a comparison by themselves; "from", "and", "to" only beside other signs of one."""


def relation(
    one: FoundPeriod, other: FoundPeriod, now: dt.datetime
) -> tuple[Period, Compare] | None:
    """The later of the two and how the earlier one lies to it; None where that has no name."""
    first, second = span_of(one.period, now), span_of(other.period, now)
    if first.start is None or second.start is None:
        return None
    period, late, early = (one.period, first, second)
    if second.start > first.start:
        period, late, early = other.period, second, first
    assert late.start is not None
    assert early.start is not None
    gap = late.start - early.start
    length = (late.end or now) - late.start
    if period.kind == "this" and early.end == late.start:
        return period, "previous"
    before = (early.end or now) - early.start
    if abs(before - length) > dt.timedelta(minutes=2) and period.kind != "this":
        return None
    if gap == _DAY:
        return period, "previous" if early.end == late.start else "day"
    if gap == 7 * _DAY:
        return period, "week"
    if early.end is not None and abs(early.end - late.start) < dt.timedelta(minutes=1):
        return period, "previous"
    return None


def base_of(against: Period) -> tuple[Period, Compare] | None:
    """The period that is compared with this one, where the question names only this one."""
    if against.kind in ("previous", "last") and against.n == 1:
        if against.kind == "previous" or against.unit in ("week", "month"):
            return Period(kind="this", unit=against.unit), "previous"
        return Period(kind="last", unit=against.unit), "previous"
    return None
