"""Three days of a small shop, drawn by lot: dense in the last hours, with gaps and odd rows.

What is drawn is what silver, quarantine and the metrics hold; gold is computed from silver here,
in plain Python, so that SQL over gold and over silver are both checked against the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

Row = dict[str, Any]

NOW = dt.datetime(2026, 11, 25, 10, 30, 20, tzinfo=dt.UTC)
RATES = {"USD": 1.0, "EUR": 1.1, "JPY": 0.0067}
PRODUCTS = {f"prd-{n:05d}": (("toys", "books", "home")[n % 3], 5.0 + 7 * n) for n in range(12)}
UNSOLD = "prd-00011"
"""Looked at, and never bought."""
PATH = ("page_view", "search", "product_view", "add_to_cart", "checkout_start", "purchase")
STAY = (0.9, 0.75, 0.7, 0.65, 0.7)


@dataclass(frozen=True)
class Shop:
    """The rows of each table."""

    events: list[Row]
    minutes: list[Row]
    segments: list[Row]
    refused: list[Row]
    batches: list[Row]
    alerts: list[Row]


def make_shop(seed: int = 11) -> Shop:
    """The same shop for the same seed."""
    rng = Random(seed)
    events: list[Row] = []
    for number in range(420):
        back = rng.uniform(0, 150) if number % 2 else rng.uniform(0, 72 * 60)
        _visit(rng, events, NOW - dt.timedelta(minutes=back), number)
    events = [event for event in events if event["ts"] <= NOW + dt.timedelta(minutes=4)]
    minutes, segments = _gold(events)
    return Shop(events, minutes, segments, _refused(rng), _batches(rng), _alerts())


def _visit(rng: Random, events: list[Row], at: dt.datetime, number: int) -> None:
    user = int(rng.paretovariate(0.6)) % 60
    common: Row = {
        "user_id": f"u-{user:06d}",
        "session_id": None if rng.random() < 0.03 else f"s-{number:012x}",
        "country": None if user % 13 == 5 else ("DE", "US", "FR")[user % 3],
        "device_type": rng.choice(("mobile", "mobile", "desktop", "tablet")),
        "referrer": rng.choice(("google", "direct", None)),
        "campaign": rng.choice(("summer-sale", "", None)),
        "currency": ("EUR", "USD", "JPY")[user % 3],
    }
    for place, kind in enumerate(PATH):
        if kind == "search" and rng.random() < 0.6:
            continue
        at += dt.timedelta(seconds=rng.uniform(1, 90))
        product = rng.choice(list(PRODUCTS)) if kind == "product_view" else common.get("product_id")
        if kind in PATH[2:]:
            category, price = PRODUCTS[product or "prd-00000"]
            common |= {"product_id": product, "category_id": category, "price": price}
        common["quantity"] = rng.choice((1, 1, 1, 2, 5))
        common["discount"] = rng.choice((0, 0, 0.1, 0.3))
        _add(rng, events, kind, at, common)
        if kind == "add_to_cart" and rng.random() < 0.2:
            _add(rng, events, "remove_from_cart", at + dt.timedelta(seconds=2), common)
        if place < len(STAY) and rng.random() > STAY[place]:
            return
        if kind == "product_view" and product == UNSOLD:
            return
    if rng.random() < 0.3:
        _add(rng, events, "refund", at + dt.timedelta(seconds=rng.uniform(30, 4000)), common)


def _add(rng: Random, events: list[Row], kind: str, at: dt.datetime, common: Row) -> None:
    event: Row = {"product_id": None, "category_id": None, "price": None, **common}
    paid = kind in ("purchase", "refund")
    if kind in ("page_view", "search"):
        event |= {"product_id": None, "category_id": None, "price": None, "quantity": 1}
    if kind not in ("checkout_start", "purchase", "refund"):
        event["discount"] = 0.0
    rate = RATES[event["currency"]] if paid else None
    late = rng.random() < 0.03
    arrived = at + dt.timedelta(minutes=11) if late else at + dt.timedelta(milliseconds=120)
    events.append(
        {
            **event,
            "event_id": f"e-{len(events):06d}",
            "event_type": kind,
            "ts": at,
            "ua": "Firefox/140.0" if rng.random() < 0.9 else None,
            "usd_rate": rate,
            "amount_usd": (
                event["price"] * event["quantity"] * (1 - event["discount"]) * rate
                if rate is not None
                else None
            ),
            "event_date": at.date(),
            "is_late": late,
            "extra": '{"x": 1}' if rng.random() < 0.02 else None,
            "topic": "ecommerce_events",
            "partition": len(events) % 3,
            "offset": len(events),
            "kafka_ts": arrived,
            "ingest_ts": arrived + dt.timedelta(milliseconds=500),
            "processed_ts": arrived + dt.timedelta(milliseconds=rng.uniform(500, 2500)),
        }
    )


def floor(moment: dt.datetime) -> dt.datetime:
    """The minute that it is in."""
    return moment.replace(second=0, microsecond=0)


def _gold(events: list[Row]) -> tuple[list[Row], list[Row]]:
    minutes: dict[dt.datetime, list[Row]] = defaultdict(list)
    cells: dict[tuple[dt.datetime, str, str], list[Row]] = defaultdict(list)
    for event in events:
        minute = floor(event["ts"])
        minutes[minute].append(event)
        for dimension in ("country", "device_type", "category_id", "referrer"):
            if event[dimension] is not None:
                cells[minute, dimension, event[dimension]].append(event)
    gold = [_minute(minute, rows) for minute, rows in sorted(minutes.items())]
    segments = []
    for (minute, dimension, value), rows in cells.items():
        whole = _minute(minute, rows)
        kept = ("window_start", "events", "orders", "gmv_usd", "active_users", "updated_at")
        segments.append({**{k: whole[k] for k in kept}, "dimension": dimension, "value": value})
    return gold, segments


def _minute(minute: dt.datetime, rows: list[Row]) -> Row:
    bought = [row for row in rows if row["event_type"] == "purchase"]
    back = [row for row in rows if row["event_type"] == "refund"]
    users = {
        kind: {row["user_id"] for row in rows if row["event_type"] == kind}
        for kind in ("page_view", "add_to_cart", "purchase")
    }
    gmv = sum(row["amount_usd"] for row in bought)
    refunded = sum(row["amount_usd"] for row in back)
    buyers, viewers, carts = (
        len(users["purchase"]),
        len(users["page_view"]),
        len(users["add_to_cart"]),
    )
    return {
        "window_start": minute,
        "window_end": minute + dt.timedelta(minutes=1),
        "events": len(rows),
        "orders": len(bought),
        "gmv_usd": gmv,
        "refunds": len(back),
        "refund_usd": refunded,
        "net_usd": gmv - refunded,
        "active_users": len({row["user_id"] for row in rows}),
        "view_users": viewers,
        "cart_users": carts,
        "purchase_users": buyers,
        "conversion_rate": buyers / viewers if viewers else None,
        "cart_conversion_rate": buyers / carts if carts else None,
        "avg_order_value_usd": gmv / len(bought) if bought else None,
        "products_sold": sum(row["quantity"] for row in bought),
        "cart_additions": sum(row["event_type"] == "add_to_cart" for row in rows),
        "discount_usd": sum(
            row["price"] * row["quantity"] * row["discount"] * row["usd_rate"] for row in bought
        ),
        "late_events": sum(row["is_late"] for row in rows),
        "updated_at": minute,
    }


def _refused(rng: Random) -> list[Row]:
    return [
        {
            "raw": "{" * 10,
            "reason": rng.choice(("not_json", "not_json", "bad_type", "too_late")),
            "detail": rng.choice(("unexpected character", "price is a text")),
            "topic": "ecommerce_events",
            "partition": number % 3,
            "offset": number,
            "kafka_ts": (at := NOW - dt.timedelta(minutes=rng.uniform(0, 200))),
            "processed_ts": at + dt.timedelta(seconds=1),
        }
        for number in range(120)
    ]


def _batches(rng: Random) -> list[Row]:
    rows = []
    for number in range(900):
        count = rng.choice((0, 5, 20, 80))
        p50 = rng.uniform(500, 3000) if count else None
        rows.append(
            {
                "query": "main",
                "batch_id": number,
                "started_at": NOW - dt.timedelta(seconds=12 * (900 - number)),
                "duration_ms": rng.uniform(200, 2500),
                "input_rows": count,
                "rejected": min(count, rng.choice((0, 0, 1))),
                "duplicates": min(count, rng.choice((0, 0, 2))),
                "late": 0,
                "input_rate": count / 2,
                "process_rate": count * 1.5,
                "kafka_lag": rng.randrange(50),
                "end_to_end_p50_ms": p50,
                "end_to_end_p95_ms": None if p50 is None else p50 * 1.6,
            }
        )
    return rows


def _alerts() -> list[Row]:
    def alert(number: int, rule: str, severity: str, ago: float, lasted: float | None) -> Row:
        raised = NOW - dt.timedelta(minutes=ago)
        return {
            "alert_id": f"a-{number}",
            "raised_at": raised,
            "cleared_at": None if lasted is None else raised + dt.timedelta(minutes=lasted),
            "rule": rule,
            "severity": severity,
            "metric": rule,
            "value": 1.0,
            "threshold": 2.0,
            "baseline": None,
            "message": f"Something about {rule}.",
        }

    return [
        alert(1, "error_rate", "critical", 30, None),
        alert(2, "events_anomaly", "warning", 20, None),
        alert(3, "error_rate", "critical", 300, 10),
        alert(4, "service_down", "critical", 500, 4),
        alert(5, "error_rate", "critical", 3000, 5),
    ]
