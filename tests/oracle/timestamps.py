"""Event times: epoch milliseconds or ISO-8601, as microseconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.strict_json import Number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INTEGER = re.compile(r"-?[0-9]+")
_DIGITS = re.compile(r"[+-]?[0-9]{11,14}")
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r" ?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def parse(value: Any) -> int | None:
    """Microseconds, or None for what is no time; ``value`` is a text or a ``Number``.

    >>> parse(Number("1735689600123"))
    1735689600123000
    >>> parse("2025-01-01 02:00:00.1234567+02") == parse("2025-01-01T00:00:00.123456Z")
    True
    >>> parse("2025-02-30") is parse(Number("1.5")) is None
    True
    """
    if isinstance(value, Number):
        return _epoch_ms(value) if _INTEGER.fullmatch(value) else None
    if _DIGITS.fullmatch(value):
        return _epoch_ms(value)
    return _iso(value)


def _epoch_ms(text: str) -> int | None:
    ms = int(text)
    try:
        _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None
    return ms * 1000


def _iso(text: str) -> int | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")), tzinfo=UTC,
        )  # fmt: skip
        moment = local - _offset(zone)
    except (ValueError, OverflowError):
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if minutes > 59 or hours * 60 + minutes > 18 * 60:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset
