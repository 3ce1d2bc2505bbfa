"""Records by the thousand: the reason each is refused for, or the typed fields that are wanted.

Nearly every record is plain: an object whose fields have just the types the pack names. Those are
read by orjson and a few comparisons (a tenth of what ``judge`` takes). Whatever is not plain,
refused or merely odd, is left to ``judge``, which stays the one place that decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from engine.contracts.names import FUTURE_TOLERANCE_MS, MAX_RECORD_BYTES, Reason
from engine.contracts.pack import FieldSpec, PackSpec
from engine.topic.judge import blank, judge, load, number_of, scalar
from engine.topic.times import parse_time

RATE: Final = "usd_rate"
"""The currency's US dollars, as the pipeline adds them to events that have an amount."""

_PLAIN_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_FAR = 1.7976931348623157e308
_MICRO = dt.timedelta(microseconds=1)
_KEPT_MINUTES = 10_000

Row = tuple[Any, ...]
"""(event id, event time in µs, then the wanted fields)."""


class _Number(NamedTuple):
    name: str
    whole: bool
    low: float
    high: float
    needed_for: frozenset[str]


class Reader:
    """Reads records of one pack; ``wanted`` are its fields, or ``RATE``, in the rows' order."""

    def __init__(self, pack: PackSpec, wanted: Sequence[str]) -> None:
        self._pack = pack
        roles = pack.roles
        self._id, self._type, self._time = roles.event_id, roles.event_type, roles.timestamp
        self._types = frozenset(pack.event_types)
        self._texts = tuple(f.name for f in pack.fields if f.type == "string")
        self._needed = {
            kind: tuple(f.name for f in pack.fields if f.type == "string" and _needs(f, kind))
            for kind in pack.event_types
        }
        self._numbers = tuple(
            _limits(f, pack) for f in pack.fields if f.type in ("double", "integer")
        )
        # A pack with further times is read with care throughout.
        if any(f.type == "timestamp" and f.name != self._time for f in pack.fields):
            self._types = frozenset()
        lookups = [f for f in pack.fields if f.lookup_reason is not None]
        self._lookups_for = {
            kind: tuple(f for f in lookups if not f.lookup_for or kind in f.lookup_for)
            for kind in pack.event_types
        }
        self._wanted = tuple(None if name == RATE else pack.field(name) for name in wanted)
        self._currency = pack.field(pack.amount.currency_field)
        self._minutes: dict[str, int] = {}

    def read(self, value: bytes | None, arrival_ms: int) -> Row | Reason:
        """The record's row, or the first fault in the contract's order."""
        plain = self._plain(value, arrival_ms) if value else None
        return plain or self._thorough(value, arrival_ms)

    def _plain(self, value: bytes, arrival_ms: int) -> Row | None:
        """The row of a record without anything unusual; None where it takes a closer look."""
        document = _object(value)
        if document is None:
            return None
        kind = document.get(self._type)
        if type(kind) is not str or kind not in self._types:
            return None
        if not self._is_plain(document, kind):
            return None
        event_us = self._plain_time(document.get(self._time))
        if event_us is None or event_us > (arrival_ms + FUTURE_TOLERANCE_MS) * 1000:
            return None
        return (document[self._id], event_us, *self._values(document, kind))

    def _is_plain(self, document: dict[str, Any], kind: str) -> bool:
        """Whether every field is of its type, there where it is needed, and within its limits."""
        get = document.get
        for name in self._texts:
            text = get(name)
            if text is not None and type(text) is not str:
                return False
        for name in self._needed[kind]:
            text = get(name)
            if text is None or not text.strip(" "):
                return False
        for number in self._numbers:
            if not _fits(number, get(number.name), kind):
                return False
        return all(
            _text(field, get(field.name)) in self._pack.currencies
            for field in self._lookups_for[kind]
        )

    def _plain_time(self, value: Any) -> int | None:
        if type(value) is not str:
            return None
        match = _PLAIN_TIME.fullmatch(value)
        if match is None:
            return None
        minute, second, fraction = match.groups()
        base = self._minutes.get(minute)
        if base is None:
            moment = parse_time(f"{minute}:00Z")
            if moment is None:
                return None
            if len(self._minutes) > _KEPT_MINUTES:
                self._minutes.clear()
            base = self._minutes[minute] = moment // _MICRO
        micros = int(fraction.ljust(6, "0")) if fraction else 0
        return base + int(second) * 1_000_000 + micros

    def _thorough(self, value: bytes | None, arrival_ms: int) -> Row | Reason:
        found = judge(value, self._pack, arrival_ms)
        if found.reason is not None:
            return found.reason
        document = load(value or b"")
        moment = parse_time(document[self._time])
        assert moment is not None, "judged before"
        identity = scalar(document[self._id])
        kind = scalar(document[self._type])
        return (identity, moment // _MICRO, *self._values(document, kind))

    def _values(self, document: dict[str, Any], kind: str) -> list[Any]:
        return [
            self._rate(document, kind) if field is None else _typed(field, document.get(field.name))
            for field in self._wanted
        ]

    def _rate(self, document: dict[str, Any], kind: str) -> float | None:
        if kind not in self._pack.amount.event_types:
            return None
        code = _text(self._currency, document.get(self._currency.name))
        return None if code is None else self._pack.currencies.get(code)


def _object(value: bytes) -> dict[str, Any] | None:
    if len(value) > MAX_RECORD_BYTES:
        return None
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return document if type(document) is dict else None


def _needs(field: FieldSpec, kind: str) -> bool:
    return field.required or kind in field.required_for


def _limits(field: FieldSpec, pack: PackSpec) -> _Number:
    low = -_FAR if field.minimum is None or field.range_reason is None else field.minimum
    high = _FAR if field.maximum is None or field.range_reason is None else field.maximum
    whole = field.type == "integer"
    if whole:
        low, high = max(low, -(2.0**31) + 1), min(high, 2.0**31 - 1)
    needed = frozenset(kind for kind in pack.event_types if _needs(field, kind))
    return _Number(field.name, whole, low, high, needed)


def _fits(number: _Number, value: Any, kind: str) -> bool:
    if value is None:
        return kind not in number.needed_for
    if type(value) is not int and (number.whole or type(value) is not float):
        return False
    return bool(number.low <= value <= number.high)


def _typed(field: FieldSpec, value: Any) -> Any:
    if field.type == "string":
        return _text(field, value)
    if value is None:
        return field.default
    if field.type == "timestamp":
        moment = parse_time(value)
        return None if moment is None else moment // _MICRO
    number = number_of(value) if isinstance(value, str) else float(value)
    if field.type == "double" or number is None:
        return number
    return int(number)


def _text(field: FieldSpec, value: Any) -> str | None:
    """A text field with its default; a blank text is as good as none."""
    if blank(value):
        return None if field.default is None else str(field.default)
    text = scalar(value)
    return text.upper() if field.uppercase else text
