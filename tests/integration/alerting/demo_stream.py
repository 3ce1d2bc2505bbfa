"""The demo's real event stream, as gold would show it every five seconds; no broker, no Spark."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from engine.alerting.evaluate import evaluate
from engine.alerting.measure import EARLIER_S, SETTLE_S, WARM_UP_S
from engine.alerting.model import Key, Measurements, Minute, Track
from engine.contracts.alerts import AlertRow
from engine.contracts.pack import PackSpec
from engine.generator.pacing import Pacer
from engine.generator.stream import CALM, EventStream, Record

NEW_YEAR = 1_767_225_600
SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"
MEANT = {
    "traffic_spike": "events_anomaly",
    "checkout_outage": "conversion_low",
    "bad_deploy": "error_rate",
}
"""The rule that each incident is there to break."""
RATE = 300.0
SLICE_MS = 250
LOOK_MS = 5_000
VISIBLE_AFTER_S = 4.0
"""Later than nearly every event on two busy cores."""


@dataclass
class Tally:
    """One minute's KPIs, counted in plain Python."""

    events: int = 0
    late: int = 0
    orders: int = 0
    gmv_usd: float = 0.0
    viewers: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)

    def row(self, start_s: int) -> Minute:
        values: dict[str, float | None] = {
            "events": self.events,
            "late_events": self.late,
            "orders": self.orders,
            "gmv_usd": self.gmv_usd,
            "view_users": len(self.viewers),
            "conversion_rate": len(self.buyers) / len(self.viewers) if self.viewers else None,
        }
        return Minute(start_s, values)


@dataclass(frozen=True)
class Told:
    """Raised (True) or cleared, so many seconds after the start."""

    at_s: float
    raised: bool
    row: AlertRow


class Demo:
    """A shop from its opening on, watched by the pack's rules."""

    def __init__(self, pack: PackSpec, seed: int, start_s: int) -> None:
        self._pack = pack
        self._start_s = start_s
        self._stream = EventStream(pack, seed, start_s * 1000)
        self._pacer = Pacer(RATE, start_s * 1000.0)
        self._pacer.begin(start_s * 1000.0)
        self._now_ms = start_s * 1000
        self._tallies: dict[int, Tally] = {}
        self._changed: set[int] = set()
        self._minutes: dict[int, Minute] = {}
        self._looks: deque[tuple[float, dict[int, Minute]]] = deque()
        self._counts: deque[tuple[float, int, int]] = deque()
        self._records = self._refused = 0
        self._state: dict[Key, Track] = {}

    def play(self, seconds: float, incident: str | None = None) -> list[Told]:
        """Goes on for so long, with or without an incident; what was raised and cleared."""
        self._stream.play(self._stream.incidents[incident] if incident else CALM)
        return list(self._play(self._now_ms + round(seconds * 1000)))

    def _play(self, until_ms: int) -> Iterator[Told]:
        while self._now_ms < until_ms:
            self._now_ms += SLICE_MS
            factor = self._stream.rate_factor * self._stream.day.rate_factor(self._now_ms)
            for at in self._pacer.due(self._now_ms, factor):
                self._count(self._stream.next(at), at)
            if self._now_ms % LOOK_MS == 0:
                yield from self._look(self._now_ms / 1000 + VISIBLE_AFTER_S)

    def _count(self, record: Record, at: float) -> None:
        self._records += 1
        if record.label not in ("valid", "late"):
            self._refused += record.label != "duplicate"
            return
        event = orjson.loads(record.value)
        start_s = (
            _seconds(event["ts"]) // 60 * 60 if record.label == "late" else int(at) // 60_000 * 60
        )
        tally = self._tallies.setdefault(start_s, Tally())
        self._changed.add(start_s)
        tally.events += 1
        tally.late += record.label == "late"
        if event["event_type"] == "page_view":
            tally.viewers.add(event["user_id"])
        elif event["event_type"] == "purchase":
            tally.buyers.add(event["user_id"])
            tally.orders += 1
            tally.gmv_usd += self._worth(event)

    def _worth(self, event: dict[str, Any]) -> float:
        price = event["price"] * int(event.get("quantity", 1)) * (1 - event.get("discount", 0))
        return float(price) * self._pack.currencies[event.get("currency", "USD").upper()]

    def _look(self, now: float) -> Iterator[Told]:
        self._minutes |= {start: self._tallies[start].row(start) for start in self._changed}
        self._changed.clear()
        state, rules = self._state, self._pack.alerts
        outcome = evaluate(rules, self._pack, self._measured(now), state, now)
        self._state = outcome.state
        for raised, rows in ((True, outcome.raised), (False, outcome.cleared)):
            for row in rows:
                yield Told(now - self._start_s, raised, row)

    def _measured(self, now: float) -> Measurements:
        youngest, oldest = EARLIER_S
        self._looks.append((now, {s: m for s, m in self._minutes.items() if s > now - 180}))
        self._counts.append((now, self._records, self._refused))
        while now - self._looks[0][0] > oldest:
            self._looks.popleft()
            self._counts.popleft()
        earlier = [minutes for at, minutes in self._looks if now - at >= youngest]
        records = self._records - self._counts[0][1]
        refused = self._refused - self._counts[0][2]
        return Measurements(
            minutes=self._minutes,
            earlier=earlier[-1] if earlier else {},
            steady_from_s=self._start_s + WARM_UP_S,
            reach_s=now - SETTLE_S,
            figures={
                "error_rate": refused / records if records else None,
                "processing_lag_s": VISIBLE_AFTER_S,
            },
            volumes={"input_rows": float(records)},
            down_s={"broker": 0.0, "pipeline": 0.0, "generator": 0.0},
        )


def _seconds(ts: str | int) -> int:
    if isinstance(ts, int):
        return ts // 1000
    return int(dt.datetime.fromisoformat(ts).timestamp())
