"""gold_kpis and gold_segments, recomputed from silver's rows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

MINUTE_US = 60_000_000
NANO = 10**9
WIDEST = 10**27
"""An amount above 10**18 dollars does not fit DECIMAL(27,9) and is left out of sums."""

KPI_COLUMNS = (
    "events", "orders", "gmv_usd", "refunds", "refund_usd", "net_usd", "active_users",
    "view_users", "cart_users", "purchase_users", "conversion_rate", "cart_conversion_rate",
    "avg_order_value_usd", "products_sold", "cart_additions", "discount_usd", "late_events",
)  # fmt: skip
SEGMENT_COLUMNS = ("events", "orders", "gmv_usd", "active_users")
DIMENSIONS = ("country", "device_type", "category_id", "referrer")

Row = dict[str, Any]


def kpis(silver: Iterable[Row]) -> dict[int, Row]:
    """Start of the minute (µs) → its measures."""
    minutes: dict[int, list[Row]] = defaultdict(list)
    for row in silver:
        minutes[minute_of(row)].append(row)
    return {minute: _kpis(rows) for minute, rows in minutes.items()}


def segments(silver: Iterable[Row]) -> dict[tuple[int, str, str], Row]:
    """(start of the minute in µs, dimension, value) → its measures; no row for no value."""
    groups: dict[tuple[int, str, str], list[Row]] = defaultdict(list)
    for row in silver:
        for dimension in DIMENSIONS:
            if row[dimension] is not None:
                groups[minute_of(row), dimension, row[dimension]].append(row)
    return {key: _segment(rows) for key, rows in groups.items()}


def minute_of(row: Row) -> int:
    """Start of the UTC minute of an event, in µs."""
    ts: int = row["ts"]
    return ts - ts % MINUTE_US


def _kpis(rows: Sequence[Row]) -> Row:
    bought, returned = _of(rows, "purchase"), _of(rows, "refund")
    gmv, refund = money(r["amount_usd"] for r in bought), money(r["amount_usd"] for r in returned)
    viewers, carts = _users(_of(rows, "page_view")), _users(_of(rows, "add_to_cart"))
    buyers = _users(bought)
    return {
        "events": len(rows),
        "orders": len(bought),
        "gmv_usd": gmv,
        "refunds": len(returned),
        "refund_usd": refund,
        "net_usd": round(gmv - refund, 9),
        "active_users": _users(rows),
        "view_users": viewers,
        "cart_users": carts,
        "purchase_users": buyers,
        "conversion_rate": buyers / viewers if viewers else None,
        "cart_conversion_rate": buyers / carts if carts else None,
        "avg_order_value_usd": gmv / len(bought) if bought else None,
        "products_sold": sum(r["quantity"] for r in bought),
        "cart_additions": len(_of(rows, "add_to_cart")),
        "discount_usd": money(
            r["price"] * r["quantity"] * r["discount"] * r["usd_rate"] for r in bought
        ),
        "late_events": sum(r["is_late"] for r in rows),
    }


def _segment(rows: Sequence[Row]) -> Row:
    bought = _of(rows, "purchase")
    gmv = money(r["amount_usd"] for r in bought)
    return {
        "events": len(rows),
        "orders": len(bought),
        "gmv_usd": gmv,
        "active_users": _users(rows),
    }


def _of(rows: Iterable[Row], event_type: str) -> list[Row]:
    return [row for row in rows if row["event_type"] == event_type]


def _users(rows: Iterable[Row]) -> int:
    return len({row["user_id"] for row in rows})


def money(amounts: Iterable[float]) -> float:
    """The sum in whole billionths, each amount rounded half away from zero.

    >>> money([0.1] * 3)
    0.3
    """
    total = sum(filter(None, map(_billionths, amounts)))
    return float(Decimal(total) / NANO)


def _billionths(amount: float) -> int | None:
    scaled = amount * NANO
    if not math.isfinite(scaled) or scaled >= WIDEST:
        return None
    whole = math.floor(scaled)
    return whole + 1 if scaled - whole >= 0.5 else whole
