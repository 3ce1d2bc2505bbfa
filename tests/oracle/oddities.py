"""Valid events spelt in the many ways that producers spell them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.oracle.spoiled import Event, dumps


def _moment(ts_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ts_ms)


def iso(ts_ms: int) -> str:
    """The usual spelling of a time."""
    return _moment(ts_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _with(changes: Callable[[int], dict[str, Any]]) -> Callable[[Event, int], bytes]:
    def odd(event: Event, ts_ms: int) -> bytes:
        event |= changes(ts_ms)
        return dumps(event)

    return odd


def _purchase(**fields: Any) -> Callable[[Event, int], bytes]:
    bought = {"event_type": "purchase", "price": 12.5, "quantity": 2, "discount": 0.1}
    return _with(lambda _ts: {**bought, "currency": "EUR", **fields})


def _zoned(ts_ms: int) -> str:
    return _moment(ts_ms).astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()


ODDITIES: tuple[Callable[[Event, int], bytes], ...] = (
    _with(lambda ts: {"ts": ts}),
    _with(lambda ts: {"ts": str(ts)}),
    _with(lambda ts: {"ts": _zoned(ts)}),
    _with(lambda ts: {"ts": _zoned(ts).replace("+05:30", "+0530")}),
    _with(lambda ts: {"ts": _moment(ts + 7_200_000).strftime("%Y-%m-%d %H:%M:%S.%f789 +02")}),
    _with(lambda ts: {"ts": _moment(ts).strftime("%Y-%m-%dT%H:%M:%S")}),
    _with(lambda ts: {"ts": _moment(ts).strftime("%Y-%m-%d %H:%M") + "Z"}),
    _with(lambda _ts: {"ab_test": "B", "app": {"version": "4.2", "flags": [1, True, None]}}),
    _with(lambda _ts: {"session_id": 42, "campaign": True, "ua": 12.5}),
    _with(lambda _ts: {"user_id": 1234}),
    _with(lambda _ts: {"country": "de", "session_id": None, "referrer": None, "campaign": ""}),
    _with(lambda _ts: {"referrer": "Größe ✓ \"quoted\" 'single' \\ / \n tab\t", "campaign": "[a]"}),
    _purchase(quantity="3", price="19.90", discount="0.05"),
    _purchase(quantity=2.0, price=" 7e1 ", currency="eur"),
    _purchase(quantity=None, discount=None, currency=None),
    _purchase(price=0, discount=1),
    _purchase(event_type="refund", currency="JPY", price=1999),
    lambda event, _ts: b" \n" + json.dumps(event, indent=2).encode() + b"\r\n",
)
