"""Hours of a running lakehouse without starting one, so that every page can be looked at.

The real generator's stream is drawn in memory, judged by the oracle, and written as the pipeline
writes it; gold comes from the pipeline's own SQL. Incidents play on the way, so that there is
something to see. Only what a Spark micro-batch would measure of itself is drawn by lot.

    python -m tests.helpers.demo_lake FOLDER --hours 3 --rate 20
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from engine.contracts.names import Reason, Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.generator.stream import CALM, EventStream
from pipelines.gold import Gold
from pipelines.marks import Mark, properties
from pipelines.tables import Lake, TableLocks, ensure_tables, table_columns
from tests.oracle import KafkaRecord, judge_alone

SHIPPED = Path(__file__).parents[2] / "resources" / "domains" / "ecommerce"
SOURCE = "demo-topic"
DELAY_US, GRACE_US = 600_000_000, 900_000_000
FILE_S = 600
"""A compacted file holds about so many seconds; the last minute lies in a file a batch."""
BATCH_S = 2.0
INCIDENTS = (("bad_deploy", 0.35), ("checkout_outage", 0.6), ("traffic_spike", 0.8))
"""Which incident begins at which share of the time."""

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}
_DETAILS = {
    Reason.NOT_JSON: "no JSON: unexpected character",
    Reason.MISSING_FIELD: "user_id is missing",
    Reason.NEGATIVE_PRICE: "price is outside its range from 0",
    Reason.UNKNOWN_CURRENCY: "currency is not in the pack's table",
    Reason.TOO_LATE: "more than 15 minutes before the newest event",
}

Row = dict[str, Any]


def make_demo_lake(
    root: Path,
    *,
    hours: float = 3.0,
    rate: float = 20.0,
    end: dt.datetime | None = None,
    seed: int = 7,
    pack: PackSpec | None = None,
) -> Lake:
    """Fills ``root`` with every table; ``rate`` is in records a second.

    About 0.25 ms of work a record: three hours at 20 a second take a minute.
    """
    pack = pack or load_pack(SHIPPED)
    lake = Lake(root)
    ensure_tables(lake, pack)
    end_ms = int((end or dt.datetime.now(dt.UTC)).timestamp() * 1000)
    start_ms = end_ms - int(hours * 3_600_000)
    rng = Random(seed)
    judge = _Judge(pack)
    batches: list[Row] = []
    for records in _files(_records(pack, start_ms, end_ms, rate, seed), start_ms, end_ms):
        judged = judge.take(records)
        _write_records(lake, pack, records, judged)
        batches += _batches(records, judged, rng, len(batches))
    _append(lake, pack, Table.METRICS, batches)
    gold = Gold(lake, pack, TableLocks())
    gold.replace(_mark())
    gold.close()
    return lake


def _records(
    pack: PackSpec, start_ms: int, end_ms: int, rate: float, seed: int
) -> Iterator[KafkaRecord]:
    """What stands in Kafka, in order of arrival."""
    stream = EventStream(pack, seed, start_ms)
    rng = Random(seed + 1)
    offsets = [0] * pack.partitions
    length = end_ms - start_ms
    plays = {
        name: (start_ms + share * length, stream.incidents[name])
        for name, share in INCIDENTS
        if name in stream.incidents
    }
    at = float(start_ms)
    while at < end_ms:
        now = [i for begin, i in plays.values() if begin <= at < begin + i.seconds * 1000]
        stream.play(now[0] if now else CALM)
        record = stream.next(at)
        partition = sum(record.key) % pack.partitions
        yield KafkaRecord(partition, offsets[partition], int(at), record.key, record.value)
        offsets[partition] += 1
        at += rng.expovariate(rate * stream.rate_factor * stream.day.rate_factor(at)) * 1000


def _files(
    records: Iterable[KafkaRecord], start_ms: int, end_ms: int
) -> Iterator[list[KafkaRecord]]:
    """Ten minutes at a time; of the last minute a batch at a time."""
    held: list[KafkaRecord] = []
    until = start_ms + FILE_S * 1000
    for record in records:
        if record.kafka_ts >= until:
            if held:
                yield held
            held = []
            fresh = record.kafka_ts >= end_ms - 60_000
            length = int(BATCH_S * 1000) if fresh else FILE_S * 1000
            until = record.kafka_ts + length
            if not fresh:
                until = min(until, end_ms - 60_000)
        held.append(record)
    if held:
        yield held


@dataclass
class _Judged:
    """By place in the list of records: a silver row, a reason, or neither (a duplicate)."""

    silver: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, Reason] = field(default_factory=dict)


class _Judge:
    """The oracle's rules on a stream: what it takes is one stretch of it."""

    def __init__(self, pack: PackSpec) -> None:
        self._rates = pack.currencies
        self._seen: set[str] = set()
        self._newest = -(1 << 62)

    def take(self, records: list[KafkaRecord]) -> _Judged:
        """Verdicts of the next records."""
        found = _Judged()
        for place, record in enumerate(records):
            reason, event = judge_alone(record, self._rates)
            if reason is None:
                self._newest = max(self._newest, event["ts"])
                if event["ts"] < self._newest - GRACE_US:
                    reason = Reason.TOO_LATE
            if reason is not None:
                found.refused[place] = reason
            elif event["event_id"] not in self._seen:
                self._seen.add(event["event_id"])
                event["is_late"] = event["ts"] < self._newest - DELAY_US
                found.silver[place] = event
        return found


def _write_records(lake: Lake, pack: PackSpec, records: list[KafkaRecord], judged: _Judged) -> None:
    places = [_place(record, pack.topic) for record in records]
    raws = [(record.value or b"").decode("utf-8", "replace") for record in records]
    _append(
        lake,
        pack,
        Table.BRONZE,
        [
            {
                **place,
                "raw": raw,
                "key": (record.key or b"").decode(),
                "ingest_ts": place["kafka_ts"] + 900_000,
                "ingest_date": place["kafka_ts"],
                "source": SOURCE,
            }
            for record, place, raw in zip(records, places, raws, strict=True)
        ],
    )
    _append(lake, pack, Table.SILVER, [_silver(e, places[at]) for at, e in judged.silver.items()])
    _append(
        lake,
        pack,
        Table.QUARANTINE,
        [
            {
                **places[at],
                "raw": raws[at][:4096],
                "reason": reason.value,
                "detail": _DETAILS.get(reason, reason.value.replace("_", " ")),
                "processed_ts": places[at]["kafka_ts"] + 900_000,
            }
            for at, reason in judged.refused.items()
        ],
    )


def _place(record: KafkaRecord, topic: str) -> Row:
    return {
        "topic": topic,
        "partition": record.partition,
        "offset": record.offset,
        "kafka_ts": record.kafka_ts * 1000,
    }


def _silver(event: Row, place: Row) -> Row:
    extra = event["extra"]
    return {
        **event,
        **place,
        "extra": None if extra is None else json.dumps(extra),
        "event_date": event["ts"],
        "ingest_ts": place["kafka_ts"] + 600_000,
        "processed_ts": place["kafka_ts"] + 900_000,
        "event_key": hash(event["event_id"]),
        "source": SOURCE,
    }


def _batches(records: list[KafkaRecord], judged: _Judged, rng: Random, first: int) -> list[Row]:
    """A row of pipeline_metrics for every two seconds of records."""
    arrived = np.array([record.kafka_ts for record in records])
    cuts = np.searchsorted(arrived, np.arange(arrived[0], arrived[-1], BATCH_S * 1000))
    bounds = sorted({0, *cuts.tolist(), len(records)})
    rows: list[Row] = []
    for low, high in pairwise(bounds):
        count = high - low
        rejected = sum(at in judged.refused for at in range(low, high))
        accepted = sum(at in judged.silver for at in range(low, high))
        duration = 700 + 0.4 * count + rng.gammavariate(2, 90)
        p50 = duration * 0.9 + rng.gammavariate(2, 60)
        rows.append(
            {
                "query": "main",
                "batch_id": first + len(rows),
                "started_at": int(arrived[high - 1]) * 1000,
                "duration_ms": duration,
                "input_rows": count,
                "rejected": rejected,
                "duplicates": count - rejected - accepted,
                "late": sum(
                    judged.silver[at]["is_late"] for at in range(low, high) if at in judged.silver
                ),
                "input_rate": count / BATCH_S,
                "process_rate": count / duration * 1000,
                "kafka_lag": rng.randrange(0, count + 1),
                "end_to_end_p50_ms": p50,
                "end_to_end_p95_ms": p50 * 1.6,
            }
        )
    return rows


def _append(lake: Lake, pack: PackSpec, table: Table, rows: list[Row]) -> None:
    if not rows:
        return
    columns = table_columns(pack)[table]
    arrays = {name: _array([row.get(name) for row in rows], kind) for name, kind in columns.items()}
    write_deltalake(
        lake.path(table), pa.table(arrays), mode="append", commit_properties=properties(_mark())
    )


def _array(values: list[Any], kind: str) -> pa.Array:
    """Moments and days are given in microseconds since 1970."""
    if kind == "date":
        return pa.array(values, pa.timestamp("us")).cast(pa.date32(), safe=False)
    return pa.array(values, _ARROW[kind])


def _mark() -> Mark:
    ends: Mapping[int, int] = {0: 0}
    return Mark(SOURCE, 0, dict(ends), dict(ends), -(1 << 62), 0)


def main() -> None:
    """Makes a lake in a data folder, so that the window can be opened on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=20.0)
    chosen = parser.parse_args()
    make_demo_lake(chosen.folder, hours=chosen.hours, rate=chosen.rate)


if __name__ == "__main__":
    main()
