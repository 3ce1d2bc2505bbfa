"""A lake with the real batch code on it, fed from the oracle's records instead of Kafka."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import BatchDone, Step
from pipelines.arrival import NEVER, KeyWindow
from pipelines.batch import BatchRunner, Floors, Position, Rules
from pipelines.gold import ALL, Gold
from pipelines.marks import Mark
from pipelines.parse import parse
from pipelines.rebuild import Rebuilder
from pipelines.recovery import Plan, load_window, plan
from pipelines.restore import Restorer
from pipelines.sinks import Sinks
from pipelines.tables import Lake, TableLocks, ensure_tables
from pipelines.warmup import bronze_records
from tests.oracle import KafkaRecord, OracleResult, recompute
from tests.oracle.spoiled import dumps
from tests.unit.pipelines.lakes import NOON_MS, TOPIC_ID, Row, kpis_of, rows_of, segments_of

MINUTE_US = 60_000_000
RULES = Rules(10 * MINUTE_US, 15 * MINUTE_US)
HORIZON_US = 60 * MINUTE_US
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RECORD = "value binary, key string, topic string, partition int, offset bigint, kafka_ts timestamp"
TYPED = (
    "event_id", "event_type", "ts", "user_id", "session_id", "product_id", "category_id",
    "country", "device_type", "referrer", "campaign", "ua", "price", "quantity", "discount",
    "currency", "amount_usd", "usd_rate", "is_late", "partition", "offset",
)  # fmt: skip


class Killed(Exception):
    """What a test puts in the place of a kill: everything after it does not happen."""


class Running:
    """The parts of ``pipelines.job`` without Kafka; ``start`` is a new process on the same lake."""

    def __init__(self, spark: SparkSession, pack: PackSpec, lake: Lake) -> None:
        self.spark = spark
        self.pack = pack
        self.lake = lake
        self.locks = TableLocks()
        self.on_driver = True
        self.waiting = 0
        """How many records the broker has beside those of the batch in hand."""
        self.reports: list[BatchDone] = []
        self._open: list[BatchRunner | Gold] = []
        ensure_tables(lake, pack)

    def frame(self, records: Sequence[KafkaRecord]) -> DataFrame:
        """The records as Spark's Kafka source gives them."""
        rows = [
            (
                None if r.value is None else bytearray(r.value),
                None if r.key is None else r.key.decode(),
                self.pack.topic,
                r.partition,
                r.offset,
                EPOCH + timedelta(milliseconds=r.kafka_ts),
            )
            for r in records
        ]
        return self.spark.createDataFrame(rows, RECORD)

    def start(self, source: str = TOPIC_ID, low: dict[int, int] | None = None) -> BatchRunner:
        """What a new process does before its first batch, the repeated one included."""
        self.stop()
        made = plan(self.lake, source, low or {0: 0, 1: 0, 2: 0})
        gold = Gold(self.lake, self.pack, self.locks)
        window = KeyWindow(RULES.late_grace_us, HORIZON_US)
        newest = made.silver_newest_us
        if newest != NEVER:
            load_window(self.lake, window, made, gold.files(newest - HORIZON_US, 1 << 62))
        runner = self._runner(made.position, made.floors, window, gold, made.owed)
        self._open += [runner, gold]
        self._repeat(made, runner)
        runner.settle()
        return runner

    def _repeat(self, made: Plan, runner: BatchRunner) -> None:
        if made.repeat is None:
            return
        start, end = made.repeat
        records = bronze_records(self.spark, self.lake, made.position.source, start, end)
        runner.run(parse(records, self.pack), 10, bronze=False)

    def _runner(
        self,
        position: Position,
        floors: Floors,
        window: KeyWindow,
        gold: Gold | None,
        owed: Iterable[int] = (),
    ) -> BatchRunner:
        return BatchRunner(
            pack=self.pack,
            rules=RULES,
            sinks=Sinks(self.lake, self.locks),
            gold=gold,
            window=window,
            position=position,
            floors=floors,
            report=self.reports.append,
            lag=lambda _: self.waiting,
            on_driver=self.on_driver,
            owed=owed,
        )

    def feed(self, runner: BatchRunner, records: Sequence[KafkaRecord]) -> None:
        """One batch of what the stream has not read yet."""
        done = runner.position.offsets
        new = [r for r in records if r.offset >= done.get(r.partition, 0)]
        if new:
            runner.run(parse(self.frame(new), self.pack), len(new))

    def rebuild(self, runner: BatchRunner, given_up: Callable[[], bool] = lambda: False) -> None:
        """Silver, quarantine and gold from bronze."""
        runner.settle()
        position = runner.position
        gold = Gold(self.lake, self.pack, self.locks)
        self._open.append(gold)
        steps: list[Step] = []
        rebuilder = Rebuilder(self.spark, self.lake, self.locks, gold, steps.append, given_up)
        before = replace(position, offsets={}, newest_us=NEVER)
        window = KeyWindow(RULES.late_grace_us, HORIZON_US)
        second = self._runner(before, {}, window, None)
        self._open.append(second)
        rebuilder.silver(second, Mark(position.source, position.batch))
        rebuilder.gold(Mark(position.source, position.batch), ALL)
        assert steps[-1].done == steps[-1].total

    def restore(self, runner: BatchRunner, table: Table, version: int) -> None:
        """What the job does between stopping the stream and starting it again."""
        restorer = Restorer(self.lake, self.locks, self.pack)
        restorer.check(table, version)
        runner.settle()
        done = runner.done()
        if table is Table.BRONZE:
            restorer.restore_bronze(version, done, {0: 0, 1: 0, 2: 0})
            return
        restorer.restore(table, version)
        if table is Table.SILVER:
            gold = Gold(self.lake, self.pack, self.locks)
            self._open.append(gold)
            gold.replace(done)

    def stop(self) -> None:
        """Ends threads; a kill leaves the same lake behind."""
        for part in self._open:
            part.close()
        self._open.clear()

    def check(self, records: Iterable[KafkaRecord]) -> OracleResult:
        """Every table against the oracle."""
        records = list(records)
        expected = recompute(records, self.pack.currencies)
        assert places(rows_of(self.lake, Table.BRONZE)) == sorted(r.place for r in records)
        assert silver_of(self.lake) == expected_silver(expected)
        refused = rows_of(self.lake, Table.QUARANTINE)
        assert places(refused) == sorted(expected.quarantine)
        found = {(r["partition"], r["offset"]): r["reason"] for r in refused}
        assert found == {p: q.reason.value for p, q in expected.quarantine.items()}
        counted = Counter(q.reason.value for q in expected.quarantine.values())
        assert Counter(r["reason"] for r in refused) == counted
        assert kpis_of(self.lake) == expected.kpis
        assert segments_of(self.lake) == expected.segments
        return expected


def places(rows: Iterable[Row]) -> list[tuple[int, int]]:
    """(partition, offset) of each row, sorted, with repeats."""
    return sorted((row["partition"], row["offset"]) for row in rows)


def silver_of(lake: Lake) -> dict[str, Row]:
    """Silver in the oracle's shape; an error where an event stands twice."""
    rows = rows_of(lake, Table.SILVER)
    found = {row["event_id"]: typed(row) for row in rows}
    assert len(found) == len(rows), "an event stands in silver twice"
    return found


def typed(row: Row) -> Row:
    """The columns that the oracle knows; ``extra`` parsed."""
    extra = row["extra"]
    return {name: row[name] for name in TYPED} | {"extra": None if extra is None else _exact(extra)}


def expected_silver(result: OracleResult) -> dict[str, Row]:
    """The oracle's silver with ``extra`` marked by type, so that 1, 1.0 and True differ."""
    return {
        event_id: {name: row[name] for name in TYPED} | {"extra": marked(row["extra"])}
        for event_id, row in result.silver.items()
    }


def _exact(text: str) -> Any:
    return marked(json.loads(text))


def marked(value: Any) -> Any:
    """The value with each scalar's kind beside it: JSON numbers compare by value, not spelling."""
    if isinstance(value, dict):
        return {name: marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    kind = "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
    return None if value is None else (kind or type(value).__name__, value)


def cut(records: Sequence[KafkaRecord], size: int) -> list[list[KafkaRecord]]:
    """Batches of about ``size`` in order of arrival, with no millisecond in two of them."""
    parts: list[list[KafkaRecord]] = [[]]
    for record in sorted(records, key=lambda r: r.arrival):
        if len(parts[-1]) >= size and parts[-1][-1].kafka_ts != record.kafka_ts:
            parts.append([])
        parts[-1].append(record)
    return parts


def event(event_id: str, **fields: object) -> bytes:
    """A record's value: a page view at noon, with these fields besides or instead."""
    usual = {"event_id": event_id, "event_type": "page_view", "ts": NOON_MS, "user_id": "ann"}
    return dumps({**usual, **fields})
