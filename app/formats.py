"""Numbers with units, times in the local zone: one way of writing them, for every page."""

from __future__ import annotations

import datetime as dt
import math

DASH = "–"
_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


def number(value: float | None, digits: int = 0) -> str:
    """``12,345``."""
    return DASH if value is None or _missing(value) else f"{value:,.{digits}f}"


def compact(value: float | None) -> str:
    """``12.3 k``; below a thousand as it is, with at most two decimals."""
    if value is None or _missing(value):
        return DASH
    for size, unit in _STEPS:
        if abs(value) >= size:
            return f"{value / size:,.1f} {unit}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def money(value: float | None, digits: int = 2) -> str:
    """``$1,234.50``: amounts in the lake are US dollars."""
    if value is None or _missing(value):
        return DASH
    sign = "−" if value < 0 else ""
    return f"{sign}${abs(value):,.{digits}f}"


def money_compact(value: float | None) -> str:
    """``$12.3 k``."""
    if value is None or _missing(value):
        return DASH
    return money(value) if abs(value) < 10_000 else f"${compact(value)}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as ``3.4 %``."""
    return DASH if value is None or _missing(value) else f"{value * 100:,.{digits}f} %"


def change(value: float | None) -> str:
    """A relative change as ``+12.3 %``."""
    if value is None or _missing(value):
        return DASH
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{abs(value) * 100:,.1f} %"


def size(count: float | None) -> str:
    """Bytes as ``12.3 MB`` (powers of ten)."""
    if count is None or _missing(count):
        return DASH
    for step, unit in _STEPS:
        if abs(count) >= step:
            return f"{count / step:,.1f} {unit}B" if unit != "k" else f"{count / step:,.1f} kB"
    return f"{count:,.0f} B"


def rate(value: float | None) -> str:
    """``301 events/s``."""
    if value is None or _missing(value):
        return DASH
    return f"{value:,.1f} events/s" if 0 < value < 10 else f"{value:,.0f} events/s"


def duration_ms(value: float | None) -> str:
    """Milliseconds as ``840 ms``, ``1.2 s``, ``3 min 5 s`` or ``2 h 4 min``."""
    if value is None or _missing(value):
        return DASH
    if value < 1000:
        return f"{value:,.0f} ms"
    return duration_s(value / 1000)


def duration_s(value: float | None) -> str:
    """Seconds as ``1.2 s``, ``3 min 5 s``, ``2 h 4 min`` or ``3 d 4 h``."""
    if value is None or _missing(value):
        return DASH
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def ago(seconds: float | None) -> str:
    """``12 s ago``; ``just now`` below two seconds."""
    if seconds is None or _missing(seconds):
        return DASH
    return "just now" if seconds < 2 else f"{duration_s(max(seconds, 0.0))} ago"


def _aware(moment: dt.datetime) -> dt.datetime:
    """Times without a zone come from the lake and are UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def local_time(moment: dt.datetime | None, *, seconds: bool = True, date: bool = False) -> str:
    """In the local zone: ``12:31:05``, with ``date`` also ``2026-03-01``."""
    if moment is None:
        return DASH
    pattern = ("%Y-%m-%d " if date else "") + ("%H:%M:%S" if seconds else "%H:%M")
    return _aware(moment).astimezone().strftime(pattern)


def utc_tooltip(moment: dt.datetime | None) -> str:
    """``2026-03-01 11:31:05 UTC``, for a hover text."""
    if moment is None:
        return ""
    return _aware(moment).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
