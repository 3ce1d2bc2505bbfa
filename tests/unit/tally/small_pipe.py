"""A lake that grows a micro-batch at a time, by the oracle's verdicts, and a topic to count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.tally.chunk import Taken
from engine.topic.read import Reader
from pipelines.arrival import NEVER
from pipelines.gold import Gold
from pipelines.marks import Mark, properties
from pipelines.tables import Lake, TableLocks
from tests.oracle import KafkaRecord, OracleResult, recompute
from tests.oracle.judge import judge_alone
from tests.oracle.oddities import iso
from tests.oracle.spoiled import dumps
from tests.unit.pipelines import lakes
from tests.unit.pipelines.lakes import NOON_MS, TOPIC_ID

MINUTE_US = 60_000_000
PARTITIONS = 3


def shop(minutes: int, a_minute: int = 60, seed: int = 5) -> list[KafkaRecord]:
    """Records of so many minutes from noon on: late, too late, repeated and broken ones too."""
    rng, ends, made = Random(seed), [0] * PARTITIONS, []
    values: list[tuple[int, bytes]] = []
    for number in range(minutes * a_minute):
        at = NOON_MS + number * 60_000 // a_minute
        back = rng.choice((0, 0, 0, 0, 0, 0, 40_000, 650_000, 1_200_000)) if number else 0
        event = {
            "event_id": f"e{number}",
            "event_type": rng.choice(("page_view", "add_to_cart", "purchase", "refund")),
            "ts": iso(at - back),
            "user_id": f"u{rng.randrange(30)}",
            "price": round(rng.random() * 90, 2),
            "quantity": rng.randrange(1, 4),
            "discount": rng.choice((0, 0.1, 0.25)),
            "currency": rng.choice(("USD", "EUR", "JPY")),
        }
        if number % 17 == 9:
            event["price"] = -1
        values.append((at, dumps(event)))
        if number % 11 == 5:
            values.append((at, dumps(event)))
        if number % 23 == 7:
            values.append((at, b"{no json"))
    for number, (at, value) in enumerate(values):
        partition = number % PARTITIONS
        made.append(KafkaRecord(partition, ends[partition], at + 20, None, value))
        ends[partition] += 1
    return made


class FakeFeed:
    """The topic in memory: reads when told to."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.records: list[KafkaRecord] = []
        self.positions: dict[int, int] = {}

    def go_to(self, offsets: Mapping[int, int]) -> None:
        self.positions = dict(offsets)

    def reached(self, offsets: Mapping[int, int]) -> bool:
        return all(self.positions.get(p, 0) >= offset for p, offset in offsets.items())

    def read(self) -> list[Taken]:
        """Everything that was not read yet."""
        found = []
        for record in self.records:
            if record.offset >= self.positions.get(record.partition, 0):
                row = self._reader.read(record.value, record.kafka_ts)
                found.append(Taken(record.partition, record.offset, record.kafka_ts, row))
        for taken in found:
            self.positions[taken.partition] = taken.offset + 1
        return found


class SmallPipe:
    """Writes what the pipeline would; every table but silver's verdicts by its own code."""

    def __init__(self, lake: Lake, pack: PackSpec) -> None:
        self.lake = lake
        self._pack = pack
        self._gold = Gold(lake, pack, TableLocks())
        self._records: list[KafkaRecord] = []
        self._ends = dict.fromkeys(range(PARTITIONS), 0)
        self._newest = NEVER
        self._left: set[int] = set()
        self.batch = 0

    def run(
        self, records: Sequence[KafkaRecord], *, omits: bool = False, owes: bool = False
    ) -> Mark:
        """One micro-batch.

        ``omits``: of the last minute but one that it touches, gold stays as it was, and so of those
        left out before; ``owes``: and the marks say so.
        """
        mark = self._mark(records)
        expected = recompute(self._records, self._pack.currencies)
        places = {record.place for record in records}
        self._bronze(records, mark)
        rows = [r for r in expected.silver.values() if (r["partition"], r["offset"]) in places]
        self._silver(rows, mark)
        self._quarantine(expected, places, mark)
        touched = sorted({row["ts"] // MINUTE_US for row in rows})
        due = {*touched, *self._left}
        self._left = {*self._left, *touched[-2:-1]} if omits or owes else set()
        mark = replace(mark, owed=tuple(self._left) if owes else ())
        self._gold.refresh(np.array(sorted(due - self._left)), mark)
        lakes.commit(self.lake, Table.METRICS, mark)
        return mark

    def close(self) -> None:
        self._gold.close()

    def _mark(self, records: Sequence[KafkaRecord]) -> Mark:
        start, before = dict(self._ends), self._newest
        self._records += records
        for record in records:
            self._ends[record.partition] = record.offset + 1
            judged = judge_alone(record, self._pack.currencies)
            if judged.reason is None:
                self._newest = max(self._newest, judged.event["ts"])
        mark = Mark(TOPIC_ID, self.batch, start, dict(self._ends), before, self._newest)
        self.batch += 1
        return mark

    def _bronze(self, records: Sequence[KafkaRecord], mark: Mark) -> None:
        rows = [
            {
                "raw": (record.value or b"").decode(),
                "topic": self._pack.topic,
                "partition": record.partition,
                "offset": record.offset,
                "kafka_ts": _moment(record.kafka_ts),
                "source": TOPIC_ID,
            }
            for record in records
        ]
        append(self.lake, Table.BRONZE, rows, mark)

    def _silver(self, rows: Iterable[dict[str, Any]], mark: Mark) -> None:
        full = [lakes._silver_row(row) for row in rows]
        append(self.lake, Table.SILVER, full, mark)

    def _quarantine(self, expected: OracleResult, places: set[Any], mark: Mark) -> None:
        rows = [
            {
                "reason": found.reason.value,
                "partition": found.record.partition,
                "offset": found.record.offset,
                "kafka_ts": _moment(found.record.kafka_ts),
            }
            for place, found in expected.quarantine.items()
            if place in places
        ]
        if rows:
            append(self.lake, Table.QUARANTINE, rows, mark)


def append(lake: Lake, table: Table, rows: list[dict[str, Any]], mark: Mark | None = None) -> None:
    """Rows as one commit; without a mark as another program would write it."""
    target = DeltaTable(lake.path(table))
    types = {f.name: lakes._arrow_type(str(f.type)) for f in target.schema().fields}
    columns = {
        name: pa.array([row.get(name) for row in rows], kind) for name, kind in types.items()
    }
    write_deltalake(
        target,
        pa.table(columns),
        mode="append",
        commit_properties=properties(mark) if mark else None,
    )


def _moment(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
