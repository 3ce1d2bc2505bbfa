"""What one record says by itself: its first fault, or its typed fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.contracts.names import Reason
from tests.oracle import fields, strict_json, timestamps
from tests.oracle.fields import EVENT_TYPES, FIELDS, WORTH, BadType
from tests.oracle.records import KafkaRecord

MEBIBYTE = 1_048_576
FUTURE_US = 5 * 60 * 1_000_000

_CONVERT = {
    "string": fields.text,
    "double": fields.double,
    "integer": fields.integer,
    "timestamp": fields.moment,
}


class Judged(NamedTuple):
    """``reason`` is set for a refused record, ``event`` (typed, ``ts`` in µs) for another."""

    reason: Reason | None
    event: dict[str, Any]


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        self.reason = reason


def judge_alone(record: KafkaRecord, rates: Mapping[str, float]) -> Judged:
    """Every check that needs no other record, in the contract's order."""
    try:
        return Judged(None, _event(record, rates))
    except _Refused as refused:
        return Judged(refused.reason, {})


def _event(record: KafkaRecord, rates: Mapping[str, float]) -> dict[str, Any]:
    raw = _object(record.value)
    _check_missing(raw)
    event = _typed(raw)
    event["ts"] = timestamps.parse(event["ts"])
    if event["ts"] is None:
        raise _Refused(Reason.BAD_TIMESTAMP)
    if event["event_type"] not in EVENT_TYPES:
        raise _Refused(Reason.UNKNOWN_EVENT_TYPE)
    _check_ranges(raw, event)
    _complete(event)
    _value(event, rates)
    if event["ts"] > record.kafka_ts * 1000 + FUTURE_US:
        raise _Refused(Reason.IN_FUTURE)
    known = {rule.name for rule in FIELDS}
    extra = {name: strict_json.plain(value) for name, value in raw.items() if name not in known}
    event["extra"] = extra or None
    return event


def _object(value: bytes | None) -> dict[str, Any]:
    if value is not None and len(value) > MEBIBYTE:
        raise _Refused(Reason.TOO_LARGE)
    try:
        raw = strict_json.loads(value or b"")
    except strict_json.NotJson:
        raise _Refused(Reason.NOT_JSON) from None
    if not isinstance(raw, dict):
        raise _Refused(Reason.NOT_OBJECT)
    return raw


def _check_missing(raw: Mapping[str, Any]) -> None:
    kind = raw.get("event_type")
    known = isinstance(kind, str) and kind in EVENT_TYPES
    for rule in FIELDS:
        needed = rule.required or (known and kind in rule.required_for)
        if needed and fields.is_missing(rule, raw.get(rule.name)):
            raise _Refused(Reason.MISSING_FIELD)


def _typed(raw: Mapping[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for rule in FIELDS:
        value = raw.get(rule.name)
        try:
            missing = value is None or (rule.kind == "string" and fields.is_missing(rule, value))
            event[rule.name] = None if missing else _CONVERT[rule.kind](value)
        except BadType:
            raise _Refused(Reason.BAD_TYPE) from None
    return event


def _check_ranges(raw: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    price, quantity, discount = event["price"], event["quantity"], event["discount"]
    if price is not None and price < 0:
        raise _Refused(Reason.NEGATIVE_PRICE)
    if raw.get("quantity") is not None and (quantity is None or quantity < 1):
        raise _Refused(Reason.BAD_QUANTITY)
    if discount is not None and not 0 <= discount <= 1:
        raise _Refused(Reason.BAD_DISCOUNT)


def _complete(event: dict[str, Any]) -> None:
    """Defaults and upper case."""
    for rule in FIELDS:
        value = event[rule.name]
        if value is None:
            event[rule.name] = rule.default
        elif rule.upper:
            event[rule.name] = value.upper()


def _value(event: dict[str, Any], rates: Mapping[str, float]) -> None:
    """``usd_rate`` and ``amount_usd``; None for events that are worth nothing."""
    event["usd_rate"] = event["amount_usd"] = None
    if event["event_type"] not in WORTH:
        return
    rate = rates.get(event["currency"])
    if rate is None:
        raise _Refused(Reason.UNKNOWN_CURRENCY)
    event["usd_rate"] = rate
    event["amount_usd"] = event["price"] * event["quantity"] * (1 - event["discount"]) * rate
