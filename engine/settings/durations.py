"""Durations as people write them: ``10 minutes``, ``15m``, ``500 ms``, or plain seconds."""

from __future__ import annotations

import math
import re

_UNITS = {
    "ms": 0.001,
    "millisecond": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}
_FORM = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)")


def parse_duration(value: object) -> float:
    """Seconds; a number, or text without a unit, is seconds already.

    >>> parse_duration("10 minutes"), parse_duration("15m"), parse_duration("0 seconds")
    (600.0, 900.0, 0.0)
    >>> parse_duration(2.5), parse_duration("500ms")
    (2.5, 0.5)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        # ValueError, not TypeError: pydantic turns only the former into a validation error.
        raise ValueError("a duration is a number or text such as '10 minutes'")
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError("a duration is a finite number of seconds")
        return float(value)
    return _parse_text(value)


def duration_text(seconds: float) -> str:
    """As a person would write it, in the largest unit that leaves no fraction.

    >>> duration_text(900), duration_text(5400), duration_text(0), duration_text(1)
    ('15 minutes', '90 minutes', '0 seconds', '1 second')
    >>> duration_text(0.25), duration_text(86_400)
    ('0.25 seconds', '1 day')
    """
    for unit, scale in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % scale == 0:
            return _counted(seconds / scale, unit)
    return _counted(seconds, "second")


def _counted(count: float, unit: str) -> str:
    return f"{count:.10g} {unit}" if count == 1 else f"{count:.10g} {unit}s"


def _parse_text(text: str) -> float:
    match = _FORM.fullmatch(text.strip().lower())
    unit = match.group(2) if match else ""
    scale = 1.0 if unit == "" else _UNITS.get(unit, _UNITS.get(unit.removesuffix("s")))
    if match is None or scale is None:
        raise ValueError("a duration looks like '10 minutes', '15m', '0 seconds' or '2.5'")
    return float(match.group(1)) * scale
