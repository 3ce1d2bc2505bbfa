"""An alert's message, filled in with its figures."""

from __future__ import annotations

import math

from engine.alerting.model import Reading
from engine.contracts.pack import AlertRuleSpec


def figure(value: float | None, unit: str) -> str:
    """A value with its unit.

    >>> figure(0.0134, "share"), figure(18211.0, "number"), figure(1234.5, "usd")
    ('1.3 %', '18,211', '$1,235')
    >>> figure(75, "seconds"), figure(8000, "seconds"), figure(300, "seconds"), figure(None, "usd")
    ('1 min 15 s', '2 h 13 min', '5 min', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    match unit:
        case "share":
            return f"{value * 100:,.2g} %" if value < 0.001 else f"{value * 100:,.1f} %"
        case "usd":
            return f"${value:,.0f}"
        case "seconds":
            return _duration(value)
        case _:
            return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2f}"


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s".removesuffix(" 0 s")
    return f"{whole // 3600} h {whole % 3600 // 60} min".removesuffix(" 0 min")


def sentence(rule: AlertRuleSpec, reading: Reading) -> str:
    """The rule's message with what was measured in it."""
    return rule.message.format(
        title=rule.title,
        value=figure(reading.value, rule.unit),
        threshold=figure(reading.threshold, rule.unit),
        baseline=figure(reading.baseline, rule.unit),
        service=reading.metric,
    )
