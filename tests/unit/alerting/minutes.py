"""An hour of a steady shop, minute by minute, to spoil."""

from __future__ import annotations

from typing import Any

from engine.alerting.model import Measurements, Minute
from engine.contracts.pack import AlertRuleSpec, PackSpec

NOON = 1_735_732_800
"""2025-01-01 12:00 UTC, seconds; a whole minute."""


def minute(start_s: int, **changes: float) -> Minute:
    """A minute as most are; its orders swing a little from one to the next."""
    swing = (start_s // 60) % 3
    values: dict[str, float | None] = {
        "events": 18_000.0 + 200 * swing,
        "late_events": 900.0,
        "orders": 540.0 + 20 * swing,
        "gmv_usd": 100_000.0,
        "view_users": 2_500.0,
        "purchase_users": 300.0,
        "conversion_rate": 0.12,
    }
    return Minute(start_s, values | changes)


def hour(until_s: int = NOON, count: int = 62) -> dict[int, Minute]:
    """The ``count`` minutes before ``until_s``."""
    return {s: minute(s) for s in range(until_s - count * 60, until_s, 60)}


def measured(now_s: float, minutes: dict[int, Minute], **changes: Any) -> Measurements:
    """All services up for hours, nothing waiting."""
    values: dict[str, Any] = {
        "minutes": minutes,
        "steady_from_s": now_s - 7200,
        "reach_s": now_s - 20,
        "figures": {"error_rate": 0.01, "processing_lag_s": 2.0},
        "volumes": {"input_rows": 18_000.0},
        "down_s": {"broker": 0.0, "pipeline": 0.0},
    }
    return Measurements(**(values | changes))


def rule(pack: PackSpec, name: str, **changes: Any) -> AlertRuleSpec:
    """A rule of the pack, perhaps changed."""
    found = next(rule for rule in pack.alerts if rule.name == name)
    return found.model_copy(update=changes)
