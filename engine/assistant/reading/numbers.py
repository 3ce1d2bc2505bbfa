"""Numbers, "top five", and how finely time is cut ("per minute", "hourly", "by day")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from engine.assistant.reading.words import Text
from engine.contracts.semantic import Grain


@dataclass(frozen=True)
class FoundNumber:
    """A number in the text that is no part of a word; ``share`` where it is in per cent."""

    value: float
    first: int
    end: int
    share: bool = False
    money: bool = False


@dataclass(frozen=True)
class FoundTop:
    """How many of the best or worst are wanted; 1 for "the best country"."""

    n: int | None
    worst: bool
    first: int
    end: int


@dataclass(frozen=True)
class FoundGrain:
    """A unit that time is cut by."""

    grain: Grain
    first: int
    end: int
    style: Literal["per", "by", "adverb"]


_TIMES: Final = {"k": 1_000, "thousand": 1_000, "million": 1_000_000, "mio": 1_000_000}
_CURRENCY: Final = ("dollars", "dollar", "usd", "bucks")
_BEST: Final = r"(?:top|best|biggest|largest|highest|leading|greatest|strongest|busiest|first)"
_WORST: Final = r"(?:bottom|worst|smallest|lowest|weakest|least|fewest|last|slowest)"
_TOP: Final = (
    (re.compile(rf"(?:the )?{_BEST} (\d+)(?! (?:%|percent))"), False),
    (re.compile(rf"(?:the )?(\d+) (?:{_BEST}|most)"), False),
    (re.compile(rf"(?:the )?{_WORST} (\d+)"), True),
    (re.compile(rf"(?:the )?(\d+) {_WORST}"), True),
    (re.compile(r"limit(?: to| it to)? (\d+)"), False),
)
_UNIT_GRAINS: Final[dict[str, Grain]] = {
    **dict.fromkeys(("minute", "minutes", "min"), "minute"),
    **dict.fromkeys(("hour", "hours", "hr"), "hour"),
    **dict.fromkeys(("day", "days", "date"), "day"),
    **dict.fromkeys(("week", "weeks"), "week"),
    **dict.fromkeys(("month", "months"), "month"),
}
_ADVERBS: Final[dict[str, Grain]] = {
    "minutely": "minute",
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
}
_CUT: Final = re.compile(
    r"(?P<per>per|each|every|a|an|for each|for every|in each|in every)"
    r"(?: one| single)? (?P<unit>minute|min|hour|hr|day|week|month)(?= |$)(?! ago)"
)
_BY: Final = re.compile(
    r"(?:by|split by|broken down by|grouped by|group by|over) (?:the )?"
    r"(?P<unit>minutes?|hours?|days?|date|weeks?|months?)(?= |$)(?! of )"
)
_AFTER: Final = re.compile(r"(?P<unit>minute|hour|day|week|month) (?:by|over|on|to) (?P=unit)")
_ADVERB: Final = re.compile(
    r"(?:on (?:a|an) )?(?P<adverb>minutely|hourly|daily|weekly|monthly)(?: basis)?"
)


def find_numbers(text: Text) -> tuple[FoundNumber, ...]:
    """Every number with its unit of money, "k" or per cent."""
    found = []
    for at, token in enumerate(text.tokens):
        if token.kind != "number":
            continue
        value, first, end = float(token.low), at, at + 1
        share, money = False, at > 0 and text.tokens[at - 1].low in ("$", "€", "£")
        first -= money
        after = text.tokens[end].low if end < len(text.tokens) else ""
        if after in _TIMES:
            value, end = value * _TIMES[after], end + 1
            after = text.tokens[end].low if end < len(text.tokens) else ""
        if after in ("%", "percent"):
            value, end, share = value / 100, end + 1, True
        elif after in _CURRENCY:
            end, money = end + 1, True
        found.append(FoundNumber(value, first, end, share, money))
    return tuple(found)


def find_tops(text: Text) -> tuple[FoundTop, ...]:
    """ "top five", "3 worst"; what has no number is the reader's own business."""
    found = []
    for pattern, worst in _TOP:
        for match in _whole(pattern, text.line):
            first, end = text.place(match.start(), match.end())
            if 1 <= (n := int(float(match.group(1)))) <= 10_000:
                found.append(FoundTop(n, worst, first, end))
    return tuple(found)


def find_grains(text: Text) -> tuple[FoundGrain, ...]:
    """ "per minute", "hourly", "day by day"; not "per second", which is a rate."""
    found: list[FoundGrain] = []
    for match in _whole(_AFTER, text.line):
        found.append(_grain(text, match, "by"))
    for match in _whole(_CUT, text.line):
        found.append(_grain(text, match, "per"))
    for match in _whole(_BY, text.line):
        found.append(_grain(text, match, "by"))
    for match in _whole(_ADVERB, text.line):
        first, end = text.place(match.start(), match.end())
        found.append(FoundGrain(_ADVERBS[match.group("adverb")], first, end, "adverb"))
    kept: list[FoundGrain] = []
    for grain in found:
        if all(grain.end <= k.first or grain.first >= k.end for k in kept):
            kept.append(grain)
    return tuple(kept)


def _grain(text: Text, match: re.Match[str], style: Literal["per", "by"]) -> FoundGrain:
    first, end = text.place(match.start(), match.end())
    return FoundGrain(_UNIT_GRAINS[match.group("unit")], first, end, style)


def _whole(pattern: re.Pattern[str], line: str) -> list[re.Match[str]]:
    """Matches that begin and end with a word."""
    return [
        m
        for m in pattern.finditer(line)
        if (m.start() == 0 or line[m.start() - 1] == " ")
        and (m.end() == len(line) or line[m.end()] == " ")
    ]
