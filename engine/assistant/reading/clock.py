"""Hours of a day: "since 9 am", "between 10:00 and 11:00", "at noon"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from engine.contracts.semantic import Period


@dataclass(frozen=True)
class Hours:
    """Minutes of a day: from ``start``, before ``end``; None is open on that side."""

    start: int | None
    end: int | None

    def begin(self, midnight: dt.datetime) -> dt.datetime:
        """When they begin on that day."""
        return midnight + dt.timedelta(minutes=self.start or 0)

    def on(self, midnight: dt.datetime, now: dt.datetime) -> Period:
        """The period they are on that day; open ends reach to now or to the end of the day."""
        start = self.begin(midnight)
        if self.end is not None:
            end = midnight + dt.timedelta(minutes=self.end)
        else:
            end = min(midnight + dt.timedelta(days=1), max(now, start))
        if end <= start and self.end is not None and self.start is not None:
            end += dt.timedelta(days=1)  # from 10 pm to 2 am
        return Period(kind="between", start=start, end=end)


def _time(name: str) -> str:
    """A time of day; a bare number counts only where the pattern makes it one."""
    return (
        rf"(?P<{name}>noon|midnight|\d{{1,2}}:\d{{2}}|\d{{1,2}})"
        rf"(?: (?P<{name}_half>am|pm|o clock|oclock|h))?(?: utc)?"
    )


_MARKED: Final = (
    r"(?P<{0}>noon|midnight|\d{{1,2}}:\d{{2}}(?: (?P<{0}_half>am|pm))?"
    r"|\d{{1,2}} (?P<{0}_end>am|pm|o clock|oclock))(?: utc)?"
)
FROM: Final = _MARKED.format("from")
"""A time of day that says itself that it is one."""
CLOCK: Final = (
    rf"(?:between|from) {_time('from')} (?:and|to|until|till) {_time('to')}",
    rf"{_MARKED.format('from')} (?:to|until|till) {_MARKED.format('to')}",
    rf"(?:since|after|from|starting(?: at)?) {_MARKED.format('from')}(?: on| onwards?)?",
    rf"(?:until|till|before|up to|by) {_MARKED.format('to')}",
    rf"(?:at|around|during|in the hour of|in the) {_MARKED.format('at')}(?: hour)?",
)
"""Patterns on the plain line, with groups ``from``, ``to`` or ``at``."""


def hours_of(found: re.Match[str]) -> Hours | None:
    """What one of CLOCK found; None where it is no time of day."""
    groups = found.groupdict()
    start, end, at = (_minutes(groups, name) for name in ("from", "to", "at"))
    if at is not None:
        exact = ":" in groups["at"] and not groups["at"].startswith(("noon",)) and at % 60
        return Hours(at, at + (1 if exact else 60))
    if groups.get("from") and groups.get("to") and not groups.get("from_half"):
        start = _as_the_other(groups, start)
    if (groups.get("from") and start is None) or (groups.get("to") and end is None):
        return None
    return Hours(start, end)


def _as_the_other(groups: dict[str, str | None], start: int | None) -> int | None:
    """In "9 to 11 am" both are in the morning."""
    half = groups.get("to_half") or groups.get("to_end")
    if start is None or half != "pm" or not (groups.get("from") or "").isdigit():
        return start
    to = int(re.match(r"\d+", groups["to"] or "0").group()) % 12  # type: ignore[union-attr]  # to_half follows digits
    hour = start // 60
    return start + 12 * 60 if hour < 12 and hour <= to else start


def _minutes(groups: dict[str, str | None], name: str) -> int | None:
    said = groups.get(name)
    if not said:
        return None
    if said.startswith(("noon", "midnight")):
        return 0 if said == "midnight" and name != "to" else 12 * 60 if said == "noon" else 24 * 60
    number = re.match(r"(\d{1,2})(?::(\d{2}))?", said)
    assert number is not None
    hour, minute = int(number.group(1)), int(number.group(2) or 0)
    half = groups.get(f"{name}_half") or groups.get(f"{name}_end")
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return hour * 60 + minute
