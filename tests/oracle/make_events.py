"""Events for tests, with what must become of each: every reason, repeats, late ones, oddities.

The answers hold whatever the broker's clock and partitions do, as long as the first event (the
anchor, which is the newest) is acknowledged before the rest is sent, all arrive within four
minutes of ``now_ms``, and events of one key go to one partition.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from random import Random
from typing import NamedTuple

from tests.oracle.oddities import ODDITIES, iso
from tests.oracle.records import KafkaRecord
from tests.oracle.spoiled import SPOILED, Event, dumps

VALID, LATE, DUPLICATE = "valid", "late", "duplicate"

MINUTE_MS = 60_000
TYPES = ("page_view", "product_view", "search", "add_to_cart", "remove_from_cart",
         "checkout_start", "purchase", "purchase", "purchase", "refund")  # fmt: skip
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "BRL", "INR")
COUNTRIES = ("US", "DE", "GB", "JP", "BR", "IN", "NO", None)


class MadeEvent(NamedTuple):
    """``expected`` is ``valid``, ``late``, ``duplicate`` or a Reason's value."""

    key: bytes | None
    value: bytes
    expected: str


def make_events(count: int, seed: int, now_ms: int) -> list[MadeEvent]:
    """``count`` events around ``now_ms``; the same arguments give the same bytes."""
    return _Maker(seed, now_ms).make(count)


def as_records(
    events: Iterable[MadeEvent], kafka_ts: int, partitions: int = 3, per_ms: int = 4
) -> list[KafkaRecord]:
    """The events as they would stand in Kafka, ``per_ms`` of them in a millisecond."""
    ends = [0] * partitions
    records = []
    for number, event in enumerate(events):
        partition = zlib.crc32(event.key or b"") % partitions
        at = kafka_ts + (number + per_ms - 1) // per_ms  # the anchor has its own millisecond
        records.append(KafkaRecord(partition, ends[partition], at, event.key, event.value))
        ends[partition] += 1
    return records


class _Maker:
    def __init__(self, seed: int, now_ms: int) -> None:
        self._rng = Random(seed)
        self._seed = seed
        self._now = now_ms
        self._made: list[MadeEvent] = []
        self._repeatable: list[MadeEvent] = []

    def make(self, count: int) -> list[MadeEvent]:
        self._keep(self._event(0, self._now), VALID)
        self._one_of_each(count)
        for number in range(len(self._made), count):
            self._any(number)
        return self._made[:count]

    def _one_of_each(self, count: int) -> None:
        """Every way to be wrong and every oddity, as far as ``count`` allows."""
        ways = [(reason, spoil) for reason, spoils in SPOILED.items() for spoil in spoils]
        for reason, spoil in ways[: max(0, count - 1)]:
            self._spoiled(len(self._made), reason.value, spoil)
        for oddity in ODDITIES[: max(0, count - len(self._made))]:
            self._odd(len(self._made), oddity)

    def _any(self, number: int) -> None:
        chance = self._rng.random()
        if chance < 0.06:
            reason = self._rng.choice([r for r in SPOILED if r != "too_large"])
            self._spoiled(number, reason.value, self._rng.choice(SPOILED[reason]))
        elif chance < 0.12 and self._repeatable:
            self._repeat(self._rng.choice(self._repeatable))
        elif chance < 0.20:
            behind = self._rng.randrange(11 * MINUTE_MS, 14 * MINUTE_MS)
            self._keep(self._event(number, self._now - behind), LATE)
        elif chance < 0.35:
            self._odd(number, self._rng.choice(ODDITIES))
        else:
            self._keep(self._event(number, self._recent()), VALID)

    def _recent(self) -> int:
        return self._now - self._rng.randrange(5 * MINUTE_MS)

    def _event(self, number: int, ts_ms: int) -> Event:
        rng = self._rng
        event: Event = {
            "event_id": f"e-{self._seed}-{number}",
            "event_type": rng.choice(TYPES),
            "ts": iso(ts_ms),
            "user_id": f"user-{rng.randrange(40)}",
            "session_id": f"session-{rng.randrange(99)}",
            "country": rng.choice(COUNTRIES),
            "device_type": rng.choice(("mobile", "desktop", "tablet")),
            "referrer": rng.choice(("google", "direct", "newsletter")),
        }
        if event["event_type"] not in ("page_view", "search"):
            event |= {"product_id": f"p-{rng.randrange(20)}", "category_id": rng.choice("abc")}
            event |= {"price": round(rng.uniform(0, 500), 2), "quantity": rng.randint(1, 4)}
            event |= {"discount": rng.choice((0, 0.1, 0.25)), "currency": rng.choice(CURRENCIES)}
        return event

    def _keep(self, event: Event, expected: str, value: bytes | None = None) -> None:
        made = MadeEvent(str(event["user_id"]).encode(), value or dumps(event), expected)
        self._made.append(made)
        if len(made.value) < 10_000:
            self._repeatable.append(made)

    def _repeat(self, original: MadeEvent) -> None:
        """Byte for byte, or the same event spelt otherwise."""
        value = original.value
        if self._rng.random() < 0.5:
            fields = list(json.loads(value).items())
            self._rng.shuffle(fields)
            value = json.dumps(dict(fields), indent=1).encode()
        self._made.append(MadeEvent(original.key, value, DUPLICATE))

    def _spoiled(self, number: int, reason: str, spoil: Callable[[Event, int], bytes]) -> None:
        event = self._event(number, self._recent())
        key = None if number % 7 == 0 else str(event["user_id"]).encode()
        self._made.append(MadeEvent(key, spoil(event, self._now), reason))

    def _odd(self, number: int, oddity: Callable[[Event, int], bytes]) -> None:
        ts_ms = self._recent()
        event = self._event(number, ts_ms)
        value = oddity(event, ts_ms)
        self._keep(event, VALID, value)
