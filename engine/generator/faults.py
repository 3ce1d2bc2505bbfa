"""Spoiling events: for each reason that a producer can cause, records that have just that fault."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

from engine.contracts.names import FUTURE_TOLERANCE_MS, MAX_RECORD_BYTES, Reason
from engine.contracts.pack import FieldSpec, PackSpec
from engine.generator.encode import encode, iso

Event: TypeAlias = dict[str, Any]

MINUTE_MS = 60_000
GARBAGE = (b"<html><h1>502 Bad Gateway</h1></html>", b"event=purchase&price=10", b"{", b"")
WRONG_TIMES = ("yesterday", "2025-13-45T10:00:00Z", "12:30", 1735689600.5, "2025-02-30", "now")


class Faults:
    """Makes refused records out of valid events."""

    def __init__(self, pack: PackSpec, rng: Random) -> None:
        self._pack = pack
        self._rng = rng
        self._makers: dict[Reason, Callable[[Event, int], bytes]] = {
            Reason.TOO_LARGE: self._too_large,
            Reason.NOT_JSON: self._not_json,
            Reason.NOT_OBJECT: self._not_object,
            Reason.MISSING_FIELD: self._missing_field,
            Reason.BAD_TYPE: self._bad_type,
            Reason.BAD_TIMESTAMP: self._bad_timestamp,
            Reason.UNKNOWN_EVENT_TYPE: self._unknown_event_type,
            Reason.IN_FUTURE: self._in_future,
            Reason.TOO_LATE: self._too_late,
        }
        for field in pack.fields:
            if field.range_reason:
                self._makers[field.range_reason] = self._out_of_range(field)
            if field.lookup_reason and field.lookup_for:
                self._makers[field.lookup_reason] = self._not_in_table(field)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What this pack's events can be refused for."""
        return tuple(self._makers)

    def spoil(self, reason: Reason, event: Event, at_ms: int) -> bytes:
        """``event``, which is valid and happens at ``at_ms``, with one fault. Changes it."""
        return self._makers[reason](event, at_ms)

    def _too_large(self, event: Event, _at_ms: int) -> bytes:
        event["note"] = "x" * MAX_RECORD_BYTES
        return encode(event)

    def _not_json(self, event: Event, _at_ms: int) -> bytes:
        value = encode(event)
        cut = value[: self._rng.randrange(1, len(value))]
        spoilt = (cut, value[:-1] + b',"score":NaN}', value + b"}", value[:-1] + b',"x":"\xff"}')
        return self._rng.choice((*spoilt, self._rng.choice(GARBAGE)))

    def _not_object(self, event: Event, _at_ms: int) -> bytes:
        return self._rng.choice((b"[" + encode(event) + b"]", b'"purchase"', b"42", b"null"))

    def _missing_field(self, event: Event, _at_ms: int) -> bytes:
        name = self._rng.choice([field.name for field in self._pack.fields if field.required])
        if self._rng.random() < 0.6:
            del event[name]
        else:
            event[name] = self._rng.choice((None, "", "  "))
        return encode(event)

    def _bad_type(self, event: Event, _at_ms: int) -> bytes:
        field = self._rng.choice(self._pack.fields)
        wrong: tuple[Any, ...] = ({"value": 1}, ["a"])
        if field.type in ("double", "integer"):
            wrong = (*wrong, "a lot", True)
        event[field.name] = self._rng.choice(wrong)
        return encode(event)

    def _bad_timestamp(self, event: Event, _at_ms: int) -> bytes:
        event[self._pack.roles.timestamp] = self._rng.choice(WRONG_TIMES)
        return encode(event)

    def _unknown_event_type(self, event: Event, _at_ms: int) -> bytes:
        name = event[self._pack.roles.event_type]
        event[self._pack.roles.event_type] = self._rng.choice((f"{name}s", name.upper(), "test"))
        return encode(event)

    def _in_future(self, event: Event, at_ms: int) -> bytes:
        # Half a minute more than the tolerance: the broker's clock may be a little ahead of ours.
        ahead = FUTURE_TOLERANCE_MS + self._rng.randrange(MINUTE_MS // 2, 120 * MINUTE_MS)
        event[self._pack.roles.timestamp] = iso(at_ms + ahead)
        return encode(event)

    def _too_late(self, event: Event, at_ms: int) -> bytes:
        behind = self._rng.randrange(16 * MINUTE_MS, 180 * MINUTE_MS)
        event[self._pack.roles.timestamp] = iso(at_ms - behind)
        return encode(event)

    def _out_of_range(self, field: FieldSpec) -> Callable[[Event, int], bytes]:
        wrong: list[float] = []
        if field.minimum is not None:
            wrong += [field.minimum - 1, field.minimum - 7]
        if field.maximum is not None:
            wrong += [field.maximum + 0.5, field.maximum + 14]
        if field.type == "integer":
            wrong = [int(value) for value in wrong] + [2.5]

        def spoil(event: Event, _at_ms: int) -> bytes:
            event[field.name] = self._rng.choice(wrong)
            return encode(event)

        return spoil

    def _not_in_table(self, field: FieldSpec) -> Callable[[Event, int], bytes]:
        def spoil(event: Event, _at_ms: int) -> bytes:
            self._become(event, self._rng.choice(field.lookup_for))
            event[field.name] = self._rng.choice(("XXX", "BTC", "DOLLAR"))
            return encode(event)

        return spoil

    def _become(self, event: Event, event_type: str) -> None:
        """Makes ``event`` a valid one of another type."""
        event[self._pack.roles.event_type] = event_type
        for field in self._pack.fields:
            if event_type in field.required_for and field.name not in event:
                event[field.name] = "none" if field.type == "string" else 10
