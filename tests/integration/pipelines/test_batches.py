"""Batches on a real lake: equal to the oracle, however they are cut, killed and repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pyspark.sql import DataFrame, SparkSession

from engine.contracts.names import Table
from pipelines import batch as batch_module
from pipelines.parse import parse
from pipelines.tables import Lake
from tests.integration.pipelines.dying import feed_and_die, kill_after
from tests.integration.pipelines.running import Running, cut, event, places, silver_of
from tests.oracle import KafkaRecord
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, count_by_duckdb, kpis_of, rows_of, segments_of

pytestmark = pytest.mark.integration

Make = Callable[..., Running]


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
    parts = cut(records, 90)
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
    for part in cut(records, 150):
        lake.feed(runner, part)
    for table, found in (
        (Table.GOLD_KPIS, len(kpis_of(lake.lake))),
        (Table.GOLD_SEGMENTS, len(segments_of(lake.lake))),
    ):
        assert count_by_duckdb(lake.lake.open(table)) == found
        assert spark.read.format("delta").load(lake.lake.path(table)).count() == found


def test_that_a_repeat_in_a_later_process_is_a_duplicate(running: Make, records) -> None:
    lake = running()
    for part in cut(records, 220):
        lake.feed(lake.start(), part)
    lake.check(records)


def test_that_a_big_batch_gives_what_small_ones_give(running: Make, records, monkeypatch) -> None:
    small, big = running("small"), running("big")
    runner = small.start()
    for part in cut(records, 100):
        small.feed(runner, part)
    monkeypatch.setattr(batch_module, "SMALL_BATCH", 50)
    big.on_driver = False
    big.feed(big.start(), records)
    big.check(records)
    assert silver_of(small.lake) == silver_of(big.lake)
    assert _refused(small.lake) == _refused(big.lake)
    assert kpis_of(small.lake) == kpis_of(big.lake)
    assert segments_of(small.lake) == segments_of(big.lake)


def _refused(lake: Lake) -> list[dict[str, object]]:
    """Quarantine's rows without when they were written, in the order of the topic."""
    rows = [{**row, "processed_ts": None} for row in rows_of(lake, Table.QUARANTINE)]
    return sorted(rows, key=lambda row: (row["partition"], row["offset"]))


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
    with _largest_result(spark, "300k"):
        lake.feed(runner, many)
    assert runner._spared == batch_module.AFTER_LARGE - 1
    lake.check(many)


def test_that_refused_texts_need_not_fit_the_driver(running: Make, spark) -> None:
    lake = running()
    runner = lake.start()
    text = b"x" * 1000
    many = [KafkaRecord(i % 3, i // 3, NOON_MS + i, b"k", text) for i in range(1500)]
    with _largest_result(spark, "300k"):
        lake.feed(runner, many)
    assert runner._spared == batch_module.AFTER_LARGE - 1
    lake.check(many)
    assert len(rows_of(lake.lake, Table.QUARANTINE)) == len(many)


@contextmanager
def _largest_result(spark: SparkSession, size: str) -> Iterator[None]:
    conf = spark.sparkContext._jsc.sc().conf()
    kept = conf.get("spark.driver.maxResultSize")
    conf.set("spark.driver.maxResultSize", size)
    try:
        yield
    finally:
        conf.set("spark.driver.maxResultSize", kept)


def test_that_a_batch_of_refused_records_alone_is_complete(running: Make) -> None:
    lake = running()
    records = [KafkaRecord(0, n, NOON_MS, b"k", v) for n, v in enumerate((b"<", b"", None))]
    lake.feed(lake.start(), records)
    lake.check(records)
    assert lake.start().position.batch == 1


def test_that_an_event_without_any_dimension_is_complete(running: Make) -> None:
    lake = running()
    records = [KafkaRecord(0, 0, NOON_MS, b"k", event("a"))]
    lake.feed(lake.start(), records)
    lake.check(records)


def test_that_an_unset_time_as_the_first_event_stops_nothing(running: Make) -> None:
    lake = running()
    first = KafkaRecord(0, 0, NOON_MS, b"k", event("a", ts="0001-01-01T00:00:00Z", country="US"))
    second = KafkaRecord(0, 1, NOON_MS + 5, b"k", event("b", country="US"))
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
    for part in cut(records, 150):
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
        KafkaRecord(n % 2, offset, NOON_MS + n, b"k", event(f"e{n}", country="US"))
        for n, offset in enumerate(offsets)
    ]
    lake.feed(lake.start(), records)
    lake.check(records)


def _of_two_topics() -> tuple[list[KafkaRecord], list[KafkaRecord]]:
    """The same places in a topic and in the one that was made anew under its name."""
    old = [KafkaRecord(0, n, NOON_MS + n, b"k", event(f"old-{n}", country="US")) for n in range(6)]
    new = [
        KafkaRecord(0, n, NOON_MS + 1000 + n, b"k", value)
        for n, value in enumerate(
            (event("new-0", country="DE"), b"<", event("old-2"), event("new-3", country="DE"))
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


def test_that_akill_after_a_topic_was_made_anew_repeats_its_own_records_only(
    running: Make, monkeypatch
) -> None:
    lake = running()
    old, new = _of_two_topics()
    lake.feed(lake.start(), old)
    runner = lake.start("topic-2")
    with monkeypatch.context() as dying:
        kill_after(dying, "bronze")
        feed_and_die(lake, runner, new)
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
    old += [KafkaRecord(1, n, NOON_MS + n, b"k", event(f"old-1-{n}")) for n in range(5)]
    lake.feed(lake.start(), old)
    runner = lake.start("topic-2")
    lake.feed(runner, new)
    lake.rebuild(runner)
    later = KafkaRecord(1, 0, NOON_MS + 2000, b"k", event("new-1-0"))
    lake.feed(lake.start("topic-2"), [later])
    assert "new-1-0" in silver_of(lake.lake)
