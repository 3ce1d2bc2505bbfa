"""An event as the bytes a producer sends, with the small habits that real producers have."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from typing import Any

import orjson

from engine.contracts.pack import PackSpec


@lru_cache(maxsize=64)
def _seconds(second: int) -> str:
    """The part that all events of one second share."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.")


def iso(ms: int) -> str:
    """
    >>> iso(1735689600123)
    '2025-01-01T00:00:00.123Z'
    """
    second, rest = divmod(ms, 1000)
    return f"{_seconds(second)}{rest:03d}Z"


def encode(event: dict[str, Any]) -> bytes:
    """Compact JSON."""
    return orjson.dumps(event)


def reworded(value: bytes, rng: Random) -> bytes:
    """The same event from a client that orders and spaces its fields differently."""
    items = list(json.loads(value).items())
    rng.shuffle(items)
    return json.dumps(dict(items), ensure_ascii=False).encode()


class Habits:
    """Harmless oddities: what is sent differs, what it means does not."""

    def __init__(self, pack: PackSpec, rng: Random) -> None:
        self._rng = rng
        self._time = pack.roles.timestamp
        self._integers = [field.name for field in pack.fields if field.type == "integer"]
        self._uppercase = [field.name for field in pack.fields if field.uppercase]
        habits: list[Callable[[dict[str, Any], int], None]] = [
            self._extra, self._epoch, self._text_number, self._lower_case
        ]  # fmt: skip
        self._habits = habits

    def apply(self, event: dict[str, Any], ts_ms: int) -> None:
        """One oddity, in place; ``ts_ms`` is the event's time."""
        self._rng.choice(self._habits)(event, ts_ms)

    def _extra(self, event: dict[str, Any], _ts_ms: int) -> None:
        event["ab_test"] = self._rng.choice(("A", "B"))
        if self._rng.random() < 0.3:
            event["app"] = {"version": "4.2.1", "flags": ["fast-lane"]}

    def _epoch(self, event: dict[str, Any], ts_ms: int) -> None:
        event[self._time] = ts_ms

    def _text_number(self, event: dict[str, Any], _ts_ms: int) -> None:
        for name in self._integers:
            if name in event:
                event[name] = str(event[name])

    def _lower_case(self, event: dict[str, Any], _ts_ms: int) -> None:
        for name in self._uppercase:
            if name in event:
                event[name] = event[name].lower()
