"""Figures as they are written in a sentence; the window writes them the same way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any, Final

from engine.contracts.semantic import Unit

DASH: Final = "–"
LONGEST: Final = 60
"""Characters of a value in a sentence; the grid has all of it."""

MANIFOLD: Final = 9.0
"""More than tenfold: per cent of a base that small say nothing."""


def moved(now: Any, before: Any) -> str:
    """From one figure to the other, in words; from nothing there are no per cent.

    >>> moved(12, 10), moved(40_613, 3), moved(5, 0), moved(0, 0), moved(None, 3)
    ('up 20.0 %', 'up', 'up', 'unchanged', '')
    """
    if now is None or before is None:
        return ""
    if not before:
        return "unchanged" if not now else "up" if now > 0 else "down"
    return change((now - before) / abs(before))


def figure(value: Any, unit: Unit = "number") -> str:
    """A number with its unit; what is not there is ``–``.

    >>> figure(1234), figure(0.0312, "share"), figure(-5.5, "usd"), figure(1500, "ms")
    ('1,234', '3.1 %', '−$5.50', '1.5 s')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return DASH
    if isinstance(value, bool) or not isinstance(value, int | float):
        return label(value)
    return _WRITTEN.get(unit, _number)(value)


def change(share: float | None) -> str:
    """A relative change in words; without per cent where the base is next to nothing.

    >>> change(0.123), change(-0.5), change(0.0002), change(13_537.0), change(None)
    ('up 12.3 %', 'down 50.0 %', 'unchanged', 'up', '')
    """
    if share is None or not math.isfinite(share):
        return ""
    if share > MANIFOLD:
        return "up"
    if abs(share) < 0.0005:
        return "unchanged"
    return f"{'up' if share > 0 else 'down'} {abs(share) * 100:,.1f} %"


def label(value: Any) -> str:
    """A value that is no figure: one line, not too long, quoted where it is more than a word.

    Values come from events, and so from anybody: in a sentence they stay values.
    """
    if value is None:
        return "(none)"
    if isinstance(value, dt.datetime):
        return moment(value)
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return text if text.replace("_", "").replace("-", "").isalnum() else f"“{text}”"


def moment(at: dt.datetime, day: bool = True) -> str:
    """A time in UTC, without the day where all times are of one.

    >>> moment(dt.datetime(2026, 1, 31, 9, 5, tzinfo=dt.UTC))
    '2026-01-31 09:05'
    """
    utc = at.astimezone(dt.UTC)
    return f"{utc:%Y-%m-%d %H:%M}" if day else f"{utc:%H:%M}"


def listed(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def _sign(value: float) -> str:
    return "−" if value < 0 else ""


def _number(value: float) -> str:
    whole = isinstance(value, int) or value.is_integer()
    return f"{_sign(value)}{abs(value):,.0f}" if whole else f"{_sign(value)}{abs(value):,.2f}"


def _seconds(value: float) -> str:
    if abs(value) < 120:
        return f"{value:,.1f} s"
    return f"{value / 60:,.1f} min" if abs(value) < 7_200 else f"{value / 3_600:,.1f} h"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if abs(value) < 1_000 else f"{value / 1_000:,.1f} s"


_WRITTEN: Final[dict[str, Callable[[float], str]]] = {
    "usd": lambda value: f"{_sign(value)}${abs(value):,.2f}",
    "share": lambda value: f"{_sign(value)}{abs(value) * 100:,.1f} %",
    "ms": _ms,
    "seconds": _seconds,
    "per_second": lambda value: f"{_number(value)} a second",
    "per_minute": lambda value: f"{_number(value)} a minute",
}
