"""Stretches of time in a question: "last hour", "since 9 am", "on Monday", "in November".

What a clock says and what a calendar says are put together here ("yesterday between 10 and 11").
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from engine.assistant.reading.clock import Hours
from engine.assistant.reading.period_words import (
    PART_NOTE,
    PATTERNS,
    Made,
    Maker,
    calendar_month,
    whole_days,
)
from engine.assistant.reading.words import Text
from engine.assistant.semantic.spans import back, floor
from engine.contracts.semantic import Period


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


def find_periods(text: Text, now: dt.datetime) -> tuple[FoundPeriod, ...]:
    """All of them in order; those that overlap a longer one are left out."""
    now = now.astimezone(dt.UTC)
    pieces: list[_Piece] = []
    for pattern, make in PATTERNS:
        for found in pattern.finditer(text.line):
            made = _made(make, found, now)
            place = text.place(found.start(), found.end())
            if made is not None and not (make is calendar_month and _after_number(text, place[0])):
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


def _made(make: Maker, found: re.Match[str], now: dt.datetime) -> Made | None:
    try:
        return make(found, now)
    except (ValueError, OverflowError):
        return None  # the 31st of November is no day


def _piece(made: Made, first: int, end: int) -> _Piece:
    what, note = made
    if isinstance(what, Period) and note.endswith(PART_NOTE):
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
        return FoundPeriod(whole_days(piece.day, 1), piece.first, piece.end, piece.note)
    assert piece.hours is not None
    today = floor(now, "day")
    day = today if piece.hours.begin(today) <= now else back(today, "day", 1)
    note = piece.note or ("" if day == today else "That hour is yet to come today: yesterday's.")
    return FoundPeriod(piece.hours.on(day, now), piece.first, piece.end, note)
