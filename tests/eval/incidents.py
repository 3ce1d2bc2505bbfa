"""What goes wrong in the frozen lake: incidents, the alerts they raise, batches that lag."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any, Final

import numpy as np

from tests.eval.moments import START, micros
from tests.oracle import KafkaRecord, OracleResult

BATCH_S: Final = 5
_SECOND: Final = 1_000_000

Row = dict[str, Any]


def _at(day: int, hour: int, minute: int, second: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, minute, second, tzinfo=dt.UTC)


INCIDENTS: Final = (
    ("traffic_spike", _at(17, 19, 0), _at(17, 19, 40)),
    ("bad_deploy", _at(18, 8, 10), _at(18, 8, 50)),
    ("checkout_outage", _at(18, 12, 5), _at(18, 13, 0)),
)
LAGGING: Final = (_at(18, 3, 0), _at(18, 3, 45))
"""Batches are slow and Kafka's backlog grows."""

_ALERTS: Final = (
    # raised, cleared, rule, severity, metric, value, threshold, baseline, message
    (_at(17, 13, 2), _at(17, 13, 9), "orders_anomaly", "warning", "orders", 14.0, 3.0, 4.1,
     "14 orders in a minute; the hour before had 4."),
    (_at(17, 16, 40), _at(17, 16, 43, 30), "service_down", "critical", "service_down_s", 75.0, 60.0,
     None, "The generator has been down for 75 s. The Services page shows why."),
    (_at(17, 19, 1), _at(17, 19, 44), "events_anomaly", "warning", "events", 214.0, 3.0, 76.0,
     "214 events in a minute; the hour before had 76."),
    (_at(17, 19, 3), _at(17, 19, 42), "gmv_anomaly", "warning", "gmv_usd", 2310.5, 3.0, 690.2,
     "$2,310.50 of purchases in a minute; the hour before had $690.20."),
    (_at(17, 19, 4), _at(17, 19, 41), "orders_anomaly", "warning", "orders", 13.0, 3.0, 4.3,
     "13 orders in a minute; the hour before had 4."),
    (_at(17, 23, 30), _at(17, 23, 31), "gmv_anomaly", "warning", "gmv_usd", 1980.0, 3.0, 410.0,
     "$1,980.00 of purchases in a minute; the hour before had $410.00."),
    (_at(18, 3, 6), _at(18, 3, 47), "processing_lag", "warning", "processing_lag_s", 341.0, 300.0,
     None, "Events wait 341 s until they are in gold; the limit is 300 s. See the Pipeline page."),
    (_at(18, 5, 15), _at(18, 5, 17, 20), "service_down", "critical", "service_down_s", 64.0, 60.0,
     None, "The pipeline has been down for 64 s. The Services page shows why."),
    (_at(18, 8, 12), _at(18, 8, 52), "error_rate", "critical", "error_rate", 0.41, 0.05, None,
     "41.0 % of the last minute's records were refused; the limit is 5.0 %."),
    (_at(18, 8, 14), _at(18, 8, 49), "events_anomaly", "warning", "events", 31.0, 3.0, 55.0,
     "31 events in a minute; the hour before had 55."),
    (_at(18, 12, 8), _at(18, 13, 4), "conversion_low", "critical", "conversion_rate", 0.0, 0.02,
     None, "Only 0.0 % of those who view a page buy; the limit is 2.0 %. Check the checkout."),
    (_at(18, 12, 9), _at(18, 13, 2), "orders_anomaly", "warning", "orders", 0.0, 3.0, 4.4,
     "0 orders in a minute; the hour before had 4."),
    (_at(18, 14, 11), None, "gmv_anomaly", "warning", "gmv_usd", 1744.3, 3.0, 520.0,
     "$1,744.30 of purchases in a minute; the hour before had $520.00."),
    (_at(18, 14, 22), None, "service_down", "critical", "service_down_s", 118.0, 60.0, None,
     "The generator has been down for 118 s. The Services page shows why."),
)  # fmt: skip


def incident_at(at_ms: float) -> str | None:
    """The incident that plays at a moment."""
    us = at_ms * 1000
    return next((name for name, begin, end in INCIDENTS if micros(begin) <= us < micros(end)), None)


def alert_rows() -> list[Row]:
    """Rows of alerts; the last two are open."""
    names = ("rule", "severity", "metric", "value", "threshold", "baseline", "message")
    return [
        {
            "alert_id": f"a-{number:04d}",
            "raised_at": micros(raised),
            "cleared_at": None if cleared is None else micros(cleared),
            **dict(zip(names, rest, strict=True)),
        }
        for number, (raised, cleared, *rest) in enumerate(_ALERTS, 1)
    ]


def batch_rows(records: list[KafkaRecord], truth: OracleResult) -> list[Row]:
    """Rows of pipeline_metrics, one for every five seconds of records; times are drawn."""
    rng = Random("batches")
    batch = np.array([(r.kafka_ts * 1000 - micros(START)) // (BATCH_S * _SECOND) for r in records])
    refused = np.array([r.place in truth.quarantine for r in records])
    repeats = set(truth.duplicates)
    repeated = np.array([r.place in repeats for r in records])
    late_places = {(e["partition"], e["offset"]) for e in truth.silver.values() if e["is_late"]}
    late = np.array([r.place in late_places for r in records])
    edges = np.flatnonzero(np.diff(batch, prepend=-1))
    sums = {
        name: np.add.reduceat(flags.astype(int), edges)
        for name, flags in (("rejected", refused), ("duplicates", repeated), ("late", late))
    }
    sizes = np.diff(np.append(edges, len(records)))
    return [
        _batch_row(number, int(batch[edge]), int(sizes[number]), rng)
        | {name: int(counts[number]) for name, counts in sums.items()}
        for number, edge in enumerate(edges)
    ]


def _batch_row(number: int, slot: int, size: int, rng: Random) -> Row:
    # A little before its last record's slot ends, so that none begins at the very end of the lake.
    started = micros(START) + (slot + 1) * BATCH_S * _SECOND - _SECOND // 2
    slow = micros(LAGGING[0]) <= started < micros(LAGGING[1])
    duration = (700 + 2.5 * size + rng.gammavariate(2, 90)) * (6 if slow else 1)
    p50 = duration * 0.9 + rng.gammavariate(2, 60)
    return {
        "query": "main",
        "batch_id": number,
        "started_at": started,
        "duration_ms": duration,
        "input_rows": size,
        "input_rate": size / BATCH_S,
        "process_rate": size / duration * 1000,
        "kafka_lag": rng.randrange(200, 900) if slow else rng.randrange(0, 12),
        "end_to_end_p50_ms": p50,
        "end_to_end_p95_ms": p50 * 1.6,
    }
