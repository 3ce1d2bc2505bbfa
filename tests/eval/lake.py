"""The frozen lake: a day and two hours of a shop, the same on every machine.

The generator's own stream is drawn from a seed and judged by the oracle, which also gives gold,
so that nothing of the pipeline decides what is right. A day lasts a day here, not an hour as in
the demo, and three incidents are long enough to be seen at a visitor a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow as pa
from deltalake import write_deltalake

from engine.contracts.names import Reason, Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.generator.stream import CALM, EventStream, Fractions
from pipelines.tables import Lake, ensure_tables, table_columns
from tests.eval.incidents import alert_rows, batch_rows, incident_at
from tests.eval.moments import NOW, START, micros
from tests.oracle import KafkaRecord, OracleResult, recompute

ROOT: Final = Path(__file__).parents[2]
SHIPPED: Final = ROOT / "resources" / "domains" / "ecommerce"
SEED: Final = 20_260_318
RATE: Final = 1.0
FRACTIONS: Final = Fractions(bad=0.015, duplicates=0.02, late=0.04)
LARGE: Final = 6
"""Records above a mebibyte; more would say nothing new and fill the disk."""
FILES: Final = 6
"""Files a table of events, as after maintenance."""
_MADE_OF: Final = (
    "tests/eval/lake.py",
    "tests/eval/incidents.py",
    "tests/eval/moments.py",
    "tests/oracle/*.py",
    "engine/generator/*.py",
    "pipelines/tables.py",
    *(f"resources/domains/ecommerce/{name}.yaml" for name in (
        "pack", "schema", "amounts", "currencies", "kpis", "segments", "generator",
    )),
)  # fmt: skip

_ARROW = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", "UTC"),
    "boolean": pa.bool_(),
}
_DETAILS = {
    Reason.TOO_LARGE: "larger than 1 MiB",
    Reason.NOT_JSON: "no JSON: unexpected character",
    Reason.MISSING_FIELD: "user_id is missing",
    Reason.NEGATIVE_PRICE: "price is outside its range from 0",
    Reason.UNKNOWN_CURRENCY: "currency is not in the pack's table",
    Reason.TOO_LATE: "more than 15 minutes before the newest event",
    Reason.IN_FUTURE: "more than 5 minutes ahead of its arrival",
}

Row = dict[str, Any]


def frozen_lake() -> Path:
    """Its folder; made once for each state of what it is made of, then taken from there."""
    home = Path(os.environ.get("RTLAKEHOUSE_EVAL_CACHE", tempfile.gettempdir()))
    folder = home / f"rt-lakehouse-eval-{os.getuid()}-{fingerprint()}"
    if not folder.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="rt-lakehouse-eval-", dir=home))
        try:
            build(unfinished)
            unfinished.rename(folder)
        except OSError:
            # Somebody else was quicker: theirs is the same.
            if not folder.is_dir():
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def fingerprint() -> str:
    """Changes with everything that the lake is made of."""
    digest = hashlib.sha256()
    for pattern in _MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def build(root: Path) -> None:
    """Writes every table below ``root``."""
    pack = load_pack(SHIPPED)
    lake = Lake(root)
    ensure_tables(lake, pack)
    records = list(_records(pack))
    truth = recompute(records, pack.currencies)
    for table, rows in _tables(pack, records, truth).items():
        size = max(-(-len(rows) // FILES), 1) if table in _EVENTS else max(len(rows), 1)
        for first in range(0, len(rows), size):
            _append(lake, pack, table, rows[first : first + size])


_EVENTS = (Table.BRONZE, Table.SILVER)


def _records(pack: PackSpec) -> Iterator[KafkaRecord]:
    """What stands in Kafka, in order of arrival."""
    curve = {**pack.generator["day_curve"], "period_seconds": 86_400}
    profile = {**pack.generator, "day_curve": curve}
    start, end = micros(START) / 1000, micros(NOW) / 1000
    stream = EventStream(
        pack.model_copy(update={"generator": profile}), SEED, int(start), fractions=FRACTIONS
    )
    rng = Random(SEED)
    offsets = [0] * pack.partitions
    at, large = start, 0
    while at < end:
        playing = incident_at(at)
        stream.play(stream.incidents[playing] if playing else CALM)
        record = stream.next(at)
        large += record.label == Reason.TOO_LARGE
        if record.label != Reason.TOO_LARGE or large <= LARGE:
            partition = sum(record.key) % pack.partitions
            yield KafkaRecord(partition, offsets[partition], int(at), record.key, record.value)
            offsets[partition] += 1
        at += rng.expovariate(RATE * min(stream.rate_factor, 3) * stream.day.rate_factor(at)) * 1000


def _tables(pack: PackSpec, records: list[KafkaRecord], truth: OracleResult) -> dict[Table, Any]:
    arrived = {record.place: record for record in records}
    silver = [_silver(event, arrived, pack.topic) for event in truth.silver.values()]
    return {
        Table.BRONZE: [_bronze(record, pack.topic) for record in records],
        Table.SILVER: silver,
        Table.QUARANTINE: [
            _refused(q.record, q.reason, pack.topic) for q in truth.quarantine.values()
        ],
        Table.GOLD_KPIS: [
            {
                **row,
                "window_start": minute,
                "window_end": minute + 60_000_000,
                "updated_at": minute + 63_000_000,
            }
            for minute, row in sorted(truth.kpis.items())
        ],
        Table.GOLD_SEGMENTS: [
            {
                **row,
                "window_start": minute,
                "dimension": dimension,
                "value": value,
                "updated_at": minute + 63_000_000,
            }
            for (minute, dimension, value), row in sorted(truth.segments.items())
        ],
        Table.METRICS: batch_rows(records, truth),
        Table.ALERTS: alert_rows(),
    }


def _place(record: KafkaRecord, topic: str) -> Row:
    return {
        "topic": topic,
        "partition": record.partition,
        "offset": record.offset,
        "kafka_ts": record.kafka_ts * 1000,
    }


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _bronze(record: KafkaRecord, topic: str) -> Row:
    return {
        **_place(record, topic),
        "raw": _text(record.value),
        "key": _text(record.key),
        "ingest_ts": record.kafka_ts * 1000 + 900_000,
        "ingest_date": record.kafka_ts * 1000,
        "source": "frozen",
    }


def _silver(event: Row, arrived: dict[tuple[int, int], KafkaRecord], topic: str) -> Row:
    place = _place(arrived[event["partition"], event["offset"]], topic)
    extra = event["extra"]
    key = hashlib.blake2b(event["event_id"].encode(), digest_size=8).digest()
    return {
        **event,
        **place,
        "extra": None if extra is None else json.dumps(extra),
        "event_date": event["ts"],
        "ingest_ts": place["kafka_ts"] + 900_000,
        "processed_ts": place["kafka_ts"] + 1_200_000 + key[0] * 8_000,
        "event_key": int.from_bytes(key, "big", signed=True),
        "source": "frozen",
    }


def _refused(record: KafkaRecord, reason: Reason, topic: str) -> Row:
    return {
        **_place(record, topic),
        "raw": _text(record.value)[:4096],
        "reason": reason.value,
        "detail": _DETAILS.get(reason, reason.value.replace("_", " ")),
        "processed_ts": record.kafka_ts * 1000 + 1_200_000,
    }


def _append(lake: Lake, pack: PackSpec, table: Table, rows: list[Row]) -> None:
    columns = table_columns(pack)[table]
    arrays = {name: _array([row.get(name) for row in rows], kind) for name, kind in columns.items()}
    write_deltalake(lake.path(table), pa.table(arrays), mode="append")


def _array(values: list[Any], kind: str) -> pa.Array:
    """Moments and days are given in microseconds since 1970."""
    if kind == "date":
        return pa.array(values, pa.timestamp("us")).cast(pa.date32(), safe=False)
    return pa.array(values, _ARROW[kind])
