"""Batches on a real lake: equal to the oracle, however they are cut, killed and repeated."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from pyspark.sql import DataFrame

from engine.contracts.names import Table
from pipelines import batch as batch_module
from pipelines.batch import BatchRunner
from pipelines.gold import Gold
from pipelines.parse import parse
from pipelines.sinks import Sinks
from tests.integration.pipelines.running import Killed, Running, places, silver_of
from tests.oracle import KafkaRecord
from tests.oracle.make_events import as_records, make_events
from tests.oracle.spoiled import dumps
from tests.unit.pipelines.lakes import NOON_MS, count_by_duckdb, kpis_of, rows_of, segments_of

pytestmark = pytest.mark.integration

Make = Callable[..., Running]


@pytest.fixture
def records() -> list[KafkaRecord]:
    return as_records(make_events(420, 31, NOON_MS), NOON_MS)


def _cut(records: Sequence[KafkaRecord], size: int) -> list[list[KafkaRecord]]:
    """Batches of about ``size`` in order of arrival, with no millisecond in two of them."""
    parts: list[list[KafkaRecord]] = [[]]
    for record in sorted(records, key=lambda r: r.arrival):
        if len(parts[-1]) >= size and parts[-1][-1].kafka_ts != record.kafka_ts:
            parts.append([])
        parts[-1].append(record)
    return parts


def _event(event_id: str, **fields: object) -> bytes:
    event = {"event_id": event_id, "event_type": "page_view", "ts": NOON_MS, "user_id": "ann"}
    return dumps({**event, **fields})


def test_that_one_batch_gives_the_oracles_lake(running: Make, records) -> None:
    lake = running()
    runner = lake.start()
    lake.feed(runner, records)
    expected = lake.check(records)
    (told,) = lake.reports
    assert told.input_rows == len(records)
    assert told.accepted == len(expected.silver)
    assert told.rejected == len(expected.quarantine)
    assert told.duplicates == len(expected.duplicates)
    assert told.late == sum(row["is_late"] for row in expected.silver.values())


@pytest.mark.parametrize("on_driver", [True, False], ids=["on-driver", "on-executors"])
def test_that_many_batches_give_the_oracles_lake_and_one_row_of_metrics_each(
    running: Make, records, on_driver: bool
) -> None:
    lake = running()
    lake.on_driver = on_driver
    runner = lake.start()
    parts = _cut(records, 90)
    for part in parts:
        lake.feed(runner, part)
    lake.check(records)
    lake.stop()
    metrics = rows_of(lake.lake, Table.METRICS)
    assert sorted(row["batch_id"] for row in metrics) == list(range(len(parts)))
    assert sum(row["input_rows"] for row in metrics) == len(records)
    assert sum(row["rejected"] for row in metrics) == len(rows_of(lake.lake, Table.QUARANTINE))
    for row in metrics:
        stages = row["parse_ms"] + row["judge_ms"] + row["append_ms"] + row["gold_ms"]
        assert 0.8 * row["duration_ms"] < stages <= row["duration_ms"]
        assert max(row["bronze_ms"], row["silver_ms"]) <= row["append_ms"]


def test_that_spark_and_duckdb_see_one_row_a_minute_too(running: Make, records, spark) -> None:
    lake = running()
    runner = lake.start()
    for part in _cut(records, 150):
        lake.feed(runner, part)
    for table, found in (
        (Table.GOLD_KPIS, len(kpis_of(lake.lake))),
        (Table.GOLD_SEGMENTS, len(segments_of(lake.lake))),
    ):
        assert count_by_duckdb(lake.lake.open(table)) == found
        assert spark.read.format("delta").load(lake.lake.path(table)).count() == found


def test_that_a_repeat_in_a_later_process_is_a_duplicate(running: Make, records) -> None:
    lake = running()
    for part in _cut(records, 220):
        lake.feed(lake.start(), part)
    lake.check(records)


def test_that_a_big_batch_gives_what_small_ones_give(running: Make, records, monkeypatch) -> None:
    small, big = running("small"), running("big")
    runner = small.start()
    for part in _cut(records, 100):
        small.feed(runner, part)
    monkeypatch.setattr(batch_module, "SMALL_BATCH", 50)
    big.on_driver = False
    big.feed(big.start(), records)
    big.check(records)
    assert silver_of(small.lake) == silver_of(big.lake)
    assert kpis_of(small.lake) == kpis_of(big.lake)
    assert segments_of(small.lake) == segments_of(big.lake)


def test_that_a_batch_above_the_limit_gives_the_oracles_lake(running: Make) -> None:
    lake = running()
    many = as_records(make_events(batch_module.SMALL_BATCH + 500, 5, NOON_MS), NOON_MS, per_ms=60)
    lake.feed(lake.start(), many)
    lake.check(many)


def test_that_records_too_large_for_the_driver_are_written_by_spark(running: Make, spark) -> None:
    lake = running()
    many = as_records(make_events(2000, 6, NOON_MS), NOON_MS, per_ms=60)
    runner = lake.start()
    lake.feed(runner, many[:900])
    conf = spark.sparkContext._jsc.sc().conf()
    kept = conf.get("spark.driver.maxResultSize")
    conf.set("spark.driver.maxResultSize", "300k")
    try:
        lake.feed(runner, many)
    finally:
        conf.set("spark.driver.maxResultSize", kept)
    assert not runner._on_driver
    lake.check(many)


KILLS = ("before-bronze", "bronze", "silver", "quarantine", "gold_kpis", "gold", "metrics")


def _kill_after(monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    """From this stage on nothing is written any more, as if the process had ended there."""
    gone = threading.Event()
    spark, refused, metrics = (
        Sinks.append_events,
        Sinks.append_quarantine,
        Sinks.append_metrics,
    )
    reached = {"before-bronze": (), "bronze": (Table.BRONZE,)}.get(
        stage, (Table.BRONZE, Table.SILVER)
    )

    def append_events(self, rows, table, mark, files) -> None:
        if table not in reached:
            gone.set()
            raise Killed(table)
        spark(self, rows, table, mark, files)

    def append_quarantine(self, rows, mark) -> None:
        if stage in ("before-bronze", "bronze", "silver"):
            raise Killed("quarantine")
        refused(self, rows, mark)

    def refresh(self, minutes, mark) -> None:
        if stage == "gold_kpis":
            monkeypatch.setattr(Gold, "_merge", merge)
            original(self, minutes, mark)
        if stage not in ("gold", "metrics"):
            raise Killed("gold")
        original(self, minutes, mark)

    def merge(self, name, rows, mark) -> None:
        if name is Table.GOLD_SEGMENTS:
            raise Killed(name)
        original_merge(self, name, rows, mark)

    def append_metrics(self, row, mark) -> None:
        if stage == "gold":
            raise Killed("metrics")
        metrics(self, row, mark)

    original, original_merge = Gold.refresh, Gold._merge
    monkeypatch.setattr(Sinks, "append_events", append_events)
    monkeypatch.setattr(Sinks, "append_quarantine", append_quarantine)
    monkeypatch.setattr(Sinks, "append_metrics", append_metrics)
    monkeypatch.setattr(Gold, "refresh", refresh)


def _feed_and_die(lake: Running, runner: BatchRunner, part: Sequence[KafkaRecord]) -> None:
    try:
        lake.feed(runner, part)
        lake.stop()
    except Killed:
        lake._open[-2:] = lake._open[-1:]  # the runner's pool dies with it
        runner._pool.shutdown()


@pytest.mark.parametrize("stage", KILLS)
@pytest.mark.parametrize("which", [0, 1], ids=["first-batch", "second-batch"])
def test_that_a_kill_between_two_stages_changes_nothing(
    running: Make, records, monkeypatch, stage: str, which: int
) -> None:
    lake = running()
    parts = _cut(records, 210)
    for part in parts[:which]:
        lake.feed(lake.start(), part)
    runner = lake.start()
    with monkeypatch.context() as dying:
        _kill_after(dying, stage)
        _feed_and_die(lake, runner, parts[which])
    runner = lake.start()
    lake.check([r for part in parts[: which + (stage != "before-bronze")] for r in part])
    for part in parts[which:]:
        lake.feed(runner, part)
    lake.check(records)
    lake.start()
    lake.check(records)


@pytest.mark.parametrize("lost", [Table.BRONZE, Table.SILVER])
@pytest.mark.parametrize("which", [0, 1], ids=["first-batch", "second-batch"])
def test_that_a_table_left_behind_by_the_others_catches_up(
    running: Make, records, monkeypatch, lost: Table, which: int
) -> None:
    """The three appends run at once: any of them may be the one that is missing."""
    lake = running()
    parts = _cut(records, 210)
    for part in parts[:which]:
        lake.feed(lake.start(), part)
    runner = lake.start()
    with monkeypatch.context() as dying:
        _lose(dying, lost)
        _feed_and_die(lake, runner, parts[which])
    runner = lake.start()
    for part in parts[which:]:
        lake.feed(runner, part)
    lake.check(records)


def test_that_a_first_batch_without_bronze_is_judged_as_the_first_time(
    running: Make, monkeypatch
) -> None:
    """Its own newest event must not make its older ones too late."""
    lake = running()
    records = [
        KafkaRecord(0, n, NOON_MS + n, b"k", _event(f"e{n}", ts=ts, country="US"))
        for n, ts in enumerate((NOON_MS - 20 * 60_000, NOON_MS))
    ]
    runner = lake.start()
    with monkeypatch.context() as dying:
        _lose(dying, Table.BRONZE)
        _feed_and_die(lake, runner, records)
    lake.feed(lake.start(), records)
    lake.check(records)


def _lose(monkeypatch: pytest.MonkeyPatch, lost: Table) -> None:
    spark = Sinks.append_events

    def append_events(self, rows, table, mark, files) -> None:
        if table is not lost:
            spark(self, rows, table, mark, files)

    def refresh(self, minutes, mark) -> None:
        raise Killed("gold")

    monkeypatch.setattr(Sinks, "append_events", append_events)
    monkeypatch.setattr(Gold, "refresh", refresh)


def test_that_a_repeated_batch_does_not_call_its_own_events_duplicates(
    running: Make, records, monkeypatch
) -> None:
    """What ``pipeline_metrics`` says of a batch that was killed after silver."""
    lake = running()
    first, second = _cut(records, 210)
    runner = lake.start()
    lake.feed(runner, first)
    lake.reports.clear()
    with monkeypatch.context() as dying:
        _kill_after(dying, "quarantine")
        _feed_and_die(lake, runner, second)
    lake.start()
    expected = lake.check(records)
    (told,) = lake.reports
    places = {record.place for record in second}
    assert told.duplicates == len(places.intersection(expected.duplicates))
    assert told.accepted + told.rejected + told.duplicates == told.input_rows


def test_that_a_batch_of_refused_records_alone_is_complete(running: Make) -> None:
    lake = running()
    records = [KafkaRecord(0, n, NOON_MS, b"k", v) for n, v in enumerate((b"<", b"", None))]
    lake.feed(lake.start(), records)
    lake.check(records)
    assert lake.start().position.batch == 1


def test_that_an_event_without_any_dimension_is_complete(running: Make) -> None:
    lake = running()
    records = [KafkaRecord(0, 0, NOON_MS, b"k", _event("a"))]
    lake.feed(lake.start(), records)
    lake.check(records)


def test_that_an_unset_time_as_the_first_event_stops_nothing(running: Make) -> None:
    lake = running()
    first = KafkaRecord(0, 0, NOON_MS, b"k", _event("a", ts="0001-01-01T00:00:00Z", country="US"))
    second = KafkaRecord(0, 1, NOON_MS + 5, b"k", _event("b", country="US"))
    runner = lake.start()
    lake.feed(runner, [first])
    lake.feed(runner, [second])
    lake.check([first, second])


def test_that_an_empty_batch_leaves_everything_as_it_is(running: Make) -> None:
    lake = running()
    runner = lake.start()
    assert runner.run(_no_records(lake), 0) == 0
    assert runner.position.batch == 0
    assert lake.lake.open(Table.BRONZE).version() == 0


def _no_records(lake: Running) -> DataFrame:
    return parse(lake.frame([KafkaRecord(0, 0, NOON_MS, b"k", b"")]), lake.pack).limit(0)


def test_that_a_rebuild_gives_what_live_gave(running: Make, records) -> None:
    lake = running()
    runner = lake.start()
    for part in _cut(records, 150):
        lake.feed(runner, part)
    lake.rebuild(runner)
    lake.check(records)
    lake.start()
    lake.check(records)


def test_that_a_rebuild_in_chunks_gives_what_live_gave(running: Make, records, monkeypatch) -> None:
    lake = running()
    runner = lake.start()
    lake.feed(runner, records)
    monkeypatch.setattr("pipelines.rebuild.CHUNK_ROWS", 120)
    lake.rebuild(runner)
    lake.check(records)


def test_that_gaps_in_the_offsets_change_nothing(running: Make) -> None:
    """A compacted or expired topic has gaps in its offsets."""
    lake = running()
    offsets = (7, 1_000_000, 1_000_001, 5_000_000)
    records = [
        KafkaRecord(n % 2, offset, NOON_MS + n, b"k", _event(f"e{n}", country="US"))
        for n, offset in enumerate(offsets)
    ]
    lake.feed(lake.start(), records)
    lake.check(records)


def _of_two_topics() -> tuple[list[KafkaRecord], list[KafkaRecord]]:
    """The same places in a topic and in the one that was made anew under its name."""
    old = [KafkaRecord(0, n, NOON_MS + n, b"k", _event(f"old-{n}", country="US")) for n in range(6)]
    new = [
        KafkaRecord(0, n, NOON_MS + 1000 + n, b"k", value)
        for n, value in enumerate(
            (_event("new-0", country="DE"), b"<", _event("old-2"), _event("new-3", country="DE"))
        )
    ]
    return old, new


WANTED = {*(f"old-{n}" for n in range(6)), "new-0", "new-3"}


def test_that_a_topic_made_anew_adds_to_the_lake(running: Make) -> None:
    lake = running()
    old, new = _of_two_topics()
    lake.feed(lake.start(), old)
    lake.feed(lake.start("topic-2"), new)
    assert set(silver_of(lake.lake)) == WANTED
    assert places(rows_of(lake.lake, Table.QUARANTINE)) == [(0, 1)]


def test_that_a_kill_after_a_topic_was_made_anew_repeats_its_own_records_only(
    running: Make, monkeypatch
) -> None:
    lake = running()
    old, new = _of_two_topics()
    lake.feed(lake.start(), old)
    runner = lake.start("topic-2")
    with monkeypatch.context() as dying:
        _kill_after(dying, "bronze")
        _feed_and_die(lake, runner, new)
    lake.start("topic-2")
    assert set(silver_of(lake.lake)) == WANTED
    assert places(rows_of(lake.lake, Table.QUARANTINE)) == [(0, 1)]


def test_that_a_rebuild_after_a_topic_was_made_anew_keeps_both_topics_records(
    running: Make,
) -> None:
    lake = running()
    old, new = _of_two_topics()
    lake.feed(lake.start(), old)
    runner = lake.start("topic-2")
    lake.feed(runner, new)
    lake.rebuild(runner)
    assert set(silver_of(lake.lake)) == WANTED
    assert places(rows_of(lake.lake, Table.QUARANTINE)) == [(0, 1)]


def test_that_a_rebuild_does_not_hide_a_new_topics_records_behind_an_old_ones_offsets(
    running: Make,
) -> None:
    lake = running()
    old, new = _of_two_topics()
    old += [KafkaRecord(1, n, NOON_MS + n, b"k", _event(f"old-1-{n}")) for n in range(5)]
    lake.feed(lake.start(), old)
    runner = lake.start("topic-2")
    lake.feed(runner, new)
    lake.rebuild(runner)
    later = KafkaRecord(1, 0, NOON_MS + 2000, b"k", _event("new-1-0"))
    lake.feed(lake.start("topic-2"), [later])
    assert "new-1-0" in silver_of(lake.lake)
