"""The lake as it must be, from the records as they stand in Kafka."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from engine.contracts.names import Reason
from tests.oracle import gold
from tests.oracle.judge import Judged, judge_alone
from tests.oracle.records import KafkaRecord

DELAY_US = 10 * 60 * 1_000_000
GRACE_US = 15 * 60 * 1_000_000
BEFORE_ALL = -(1 << 62)

Place = tuple[int, int]
Row = dict[str, Any]


@dataclass(frozen=True)
class Quarantined:
    """A refused record."""

    record: KafkaRecord
    reason: Reason


@dataclass(frozen=True)
class OracleResult:
    """Every record is in exactly one of ``silver``, ``quarantine`` and ``duplicates``.

    Attributes:
        silver: event_id → typed fields (``ts`` in µs UTC), amount_usd, usd_rate, is_late,
            extra (parsed, None without), partition, offset.
        quarantine: (partition, offset) → the record and its reason.
        duplicates: places of repeats, which go nowhere.
        kpis: start of the minute (µs) → measures of gold_kpis.
        segments: (start of the minute, dimension, value) → measures of gold_segments.
    """

    silver: dict[str, Row]
    quarantine: dict[Place, Quarantined]
    duplicates: tuple[Place, ...]
    kpis: dict[int, Row]
    segments: dict[tuple[int, str, str], Row]


def recompute(
    records: Iterable[KafkaRecord],
    rates: Mapping[str, float],
    delay_us: int = DELAY_US,
    grace_us: int = GRACE_US,
) -> OracleResult:
    """``rates`` is the pack's currency table. The order of ``records`` does not matter."""
    arrived = sorted(records, key=lambda record: record.arrival)
    judged = [(record, judge_alone(record, rates)) for record in arrived]
    silver: dict[str, Row] = {}
    quarantine: dict[Place, Quarantined] = {}
    duplicates: list[Place] = []
    for (record, (reason, event)), newest in zip(judged, _newest(judged), strict=True):
        if reason is None and event["ts"] < newest - grace_us:
            reason = Reason.TOO_LATE
        if reason is not None:
            quarantine[record.place] = Quarantined(record, reason)
        elif event["event_id"] in silver:
            duplicates.append(record.place)
        else:
            place = {"partition": record.partition, "offset": record.offset}
            late = event["ts"] < newest - delay_us
            silver[event["event_id"]] = {**event, **place, "is_late": late}
    rows = silver.values()
    return OracleResult(silver, quarantine, tuple(duplicates), gold.kpis(rows), gold.segments(rows))


def _newest(judged: Sequence[tuple[KafkaRecord, Judged]]) -> list[int]:
    """For each record the newest good event time up to and including its own millisecond."""
    newest, result = BEFORE_ALL, []
    for _, group in groupby(judged, key=lambda pair: pair[0].kafka_ts):
        together = list(group)
        good = [verdict.event["ts"] for _, verdict in together if verdict.reason is None]
        newest = max([newest, *good])
        result += [newest] * len(together)
    return result
