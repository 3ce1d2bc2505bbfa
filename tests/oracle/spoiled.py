"""Ways to be refused: for each reason, records that have just that fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.contracts.names import Reason

Event = dict[str, Any]
Spoil = Callable[[Event, int], bytes]

MEBIBYTE = 1_048_576
PURCHASE: Event = {"event_type": "purchase", "price": 10, "quantity": 1, "currency": "USD"}


def dumps(event: Event) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def _raw(spoil: Callable[[bytes], bytes]) -> Spoil:
    return lambda event, _now: spoil(dumps(event))


def _set(**fields: Any) -> Spoil:
    return lambda event, _now: dumps({**event, **fields})


def _bought(**fields: Any) -> Spoil:
    return lambda event, _now: dumps({**event, **PURCHASE, **fields})


def _without(name: str, **fields: Any) -> Spoil:
    def spoil(event: Event, _now: int) -> bytes:
        return dumps({k: v for k, v in {**event, **fields}.items() if k != name})

    return spoil


def _shifted(**shift: int) -> Spoil:
    def spoil(event: Event, now_ms: int) -> bytes:
        ts = datetime.fromtimestamp(now_ms // 1000, UTC) + timedelta(**shift)
        return dumps({**event, "ts": ts.isoformat()})

    return spoil


SPOILED: dict[Reason, tuple[Spoil, ...]] = {
    Reason.TOO_LARGE: (
        lambda event, _now: dumps({**event, "note": "x" * MEBIBYTE}),
        lambda _event, _now: b"x" * (MEBIBYTE + 1),
    ),
    Reason.NOT_JSON: (
        _raw(lambda _value: b""),
        _raw(lambda _value: b"   "),
        _raw(lambda _value: b"<html>502</html>"),
        _raw(lambda value: value[:-1]),
        _raw(lambda value: value + b"}"),
        _raw(lambda value: value + value),
        _raw(lambda value: value[:-1] + b',"score":NaN}'),
        _raw(lambda value: value[:-1] + b',"score":-Infinity}'),
        _raw(lambda value: value[:-1] + b',"name":"\xff\xfe"}'),
        _raw(lambda value: value[:-1] + b",}"),
        _raw(lambda value: value.replace(b'"event_id"', b"event_id")),
        _raw(lambda value: value.replace(b'"', b"'")),
    ),
    Reason.NOT_OBJECT: (
        _raw(lambda _value: b"[]"),
        _raw(lambda _value: b"null"),
        _raw(lambda _value: b"42"),
        _raw(lambda _value: b'"purchase"'),
        _raw(lambda _value: b"true"),
        _raw(lambda value: b"[" + value + b"]"),
    ),
    Reason.MISSING_FIELD: (
        _without("event_id"),
        _without("event_type"),
        _without("ts"),
        _without("user_id"),
        _set(event_id=None),
        _set(user_id=""),
        _set(event_type="  "),
        _without("price", event_type="purchase"),
        _set(event_type="refund", price=None),
        _without("user_id", price="no number", ts="no time"),
        lambda _event, _now: b"{}",
    ),
    Reason.BAD_TYPE: (
        _set(user_id={"id": 1}),
        _set(event_id=["e"]),
        _set(country=["DE"]),
        _set(ts=True),
        _set(ts={"epoch": 1}),
        _set(price="ten"),
        _set(price=True),
        _set(discount=[0.1]),
        _set(quantity="many"),
        _set(quantity={}),
        _bought(price="1,50"),
        _bought(price="0x10"),
        _set(price="a lot", ts="no time", event_type="unknown"),
    ),
    Reason.BAD_TIMESTAMP: (
        _set(ts="yesterday"),
        _set(ts="2025-02-30T10:00:00Z"),
        _set(ts="2025-01-01T25:00:00Z"),
        _set(ts="12:30"),
        _set(ts=1735689600.5),
        _set(ts="2025-01-01T00:00:00Q"),
        _set(ts=10**18),
        _set(ts="12345"),
    ),
    Reason.UNKNOWN_EVENT_TYPE: (
        _set(event_type="page_veiw"),
        _set(event_type="PURCHASE"),
        _set(event_type=7),
        _set(event_type="teleport", price=-1, quantity=0),
    ),
    Reason.NEGATIVE_PRICE: (
        _bought(price=-0.01),
        _bought(price="-5"),
        _set(event_type="page_view", price=-1),
        _bought(price=-1, quantity=0, discount=2, currency="XXX"),
    ),
    Reason.BAD_QUANTITY: (
        _bought(quantity=0),
        _bought(quantity=-2),
        _bought(quantity=1.5),
        _bought(quantity="2.5"),
        _bought(quantity=3_000_000_000),
        _set(event_type="search", quantity=0),
    ),
    Reason.BAD_DISCOUNT: (_bought(discount=1.01), _bought(discount=-0.1), _bought(discount="15")),
    Reason.UNKNOWN_CURRENCY: (
        _bought(currency="XXX"),
        _bought(currency="Dollar"),
        _bought(currency=840),
        _bought(event_type="refund", currency="btc"),
    ),
    Reason.IN_FUTURE: (_shifted(minutes=11), _shifted(days=400)),
    Reason.TOO_LATE: (_shifted(minutes=-17), _shifted(hours=-30), _shifted(days=-4000)),
}
"""Reason → ways; each takes a valid event (left as it is) and now in epoch ms, and gives a value.

Where a record has several faults, the reason is the first one's.
"""
