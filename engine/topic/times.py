"""Event times as the pipeline reads them: epoch milliseconds or ISO-8601."""

from __future__ import annotations

import datetime as dt
import re

_DIGITS = re.compile(r"[+-]?[0-9]{11,14}", re.ASCII)
_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
    r" ?(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_FIRST_MS, _LAST_MS = -62135596800000, 253402300799999  # years 1 to 9999


class Number(str):
    """A JSON number's text: ``1735689600123`` is a time, the text ``"12345"`` is none."""

    __slots__ = ()


def parse_time(value: str) -> dt.timedelta | None:
    """Time since 1970 in UTC, or None; ``value`` is a text or a ``Number``.

    >>> parse_time("2025-01-01T00:00:00Z") == parse_time(Number("1735689600000"))
    True
    >>> parse_time("2025-02-30") is parse_time("12345") is None
    True
    """
    pattern = _INTEGER if isinstance(value, Number) else _DIGITS
    if pattern.fullmatch(value):
        ms = int(value)
        return dt.timedelta(milliseconds=ms) if _FIRST_MS <= ms <= _LAST_MS else None
    return None if isinstance(value, Number) else _iso(value)


def _iso(text: str) -> dt.timedelta | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        moment = dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            micros, tzinfo=dt.UTC,
        )  # fmt: skip
        return moment - _EPOCH - _offset(zone)
    except ValueError:
        return None


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _offset(zone: str | None) -> dt.timedelta:
    """ValueError beyond 18 hours, which Spark does not read."""
    if zone is None or zone == "Z":
        return dt.timedelta()
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > 59 or hours * 60 + minutes > 18 * 60:
        raise ValueError(zone)
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset
