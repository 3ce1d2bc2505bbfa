"""What the harness tells a peer, and what every peer computes from an event.

Imported inside each peer's own virtual environment: standard library only.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SALE = "purchase"
MINUTE_S = 60


@dataclass(frozen=True)
class Job:
    """``client`` holds librdkafka's settings; ``rates`` US dollars for one unit of a currency."""

    client: dict[str, str]
    topic: str
    lake: str
    state: str
    rates: dict[str, float]
    gold_mode: str = "update"
    """``append`` or ``update``; only the classical job knows both."""
    java: str = ""
    jars: tuple[str, ...] = ()


def read_job() -> Job:
    """From the file named on the command line; the password stands in no argv."""
    loaded: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return Job(**{**loaded, "jars": tuple(loaded["jars"])})


def parse(value: bytes) -> dict[str, Any] | None:
    """The event's columns, typed; None for what is no event. No rule beyond that."""
    try:
        event = json.loads(value)
        moment = moment_of(event["ts"])
        return {
            "event_id": str(event["event_id"]),
            "event_type": str(event["event_type"]),
            "user_id": str(event["user_id"]),
            "ts": moment,
            "price": float(event.get("price") or 0.0),
            "quantity": int(event.get("quantity") or 1),
            "discount": float(event.get("discount") or 0.0),
            "currency": str(event.get("currency") or "USD").upper(),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def moment_of(ts: str | int) -> datetime:
    """Either way in which the topic's producers write a time: ISO-8601, or epoch milliseconds."""
    if isinstance(ts, int):
        return datetime.fromtimestamp(ts / 1000, UTC)
    return datetime.fromisoformat(ts).astimezone(UTC)


def sale_usd(event: dict[str, Any], rates: dict[str, float]) -> float:
    """Worth of a purchase in US dollars; 0 for anything else."""
    if event["event_type"] != SALE:
        return 0.0
    worth: float = event["price"] * event["quantity"] * (1.0 - event["discount"])
    return worth * rates.get(event["currency"], 0.0)


def minute_of(moment: datetime) -> datetime:
    """Start of the UTC minute."""
    return moment.replace(second=0, microsecond=0)
