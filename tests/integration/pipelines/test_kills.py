"""A process that ends between two stages of a batch: the next one completes what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from engine.contracts.names import Table
from pipelines.gold import Gold
from pipelines.sinks import Sinks
from tests.integration.pipelines.dying import KILLS, feed_and_die, kill_after
from tests.integration.pipelines.running import Killed, Running, cut, event
from tests.oracle import KafkaRecord
from tests.unit.pipelines.lakes import NOON_MS

pytestmark = pytest.mark.integration

Make = Callable[..., Running]


def _die_in(
    lake: Running,
    parts: Sequence[Sequence[KafkaRecord]],
    which: int,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """Takes the batches before this one, each in a process of its own, and dies in it."""
    for part in parts[:which]:
        lake.feed(lake.start(), part)
    runner = lake.start()
    with monkeypatch.context() as dying:
        harm(dying)
        feed_and_die(lake, runner, parts[which])


@pytest.mark.parametrize("stage", KILLS)
@pytest.mark.parametrize("which", [0, 1], ids=["first-batch", "second-batch"])
def test_that_a_kill_between_two_stages_changes_nothing(
    running: Make, records, monkeypatch, stage: str, which: int
) -> None:
    lake = running()
    parts = cut(records, 210)
    _die_in(lake, parts, which, monkeypatch, partial(kill_after, stage=stage))
    runner = lake.start()
    lake.check([r for part in parts[: which + (stage != "before-bronze")] for r in part])
    for part in parts[which:]:
        lake.feed(runner, part)
    lake.check(records)
    lake.start()
    lake.check(records)


@pytest.mark.parametrize("lost", [Table.BRONZE, Table.SILVER, Table.QUARANTINE])
@pytest.mark.parametrize("which", [0, 1], ids=["first-batch", "second-batch"])
def test_that_a_table_left_behind_by_the_others_catches_up(
    running: Make, records, monkeypatch, lost: Table, which: int
) -> None:
    """The three appends run at once: any of them may be the one that is missing."""
    lake = running()
    parts = cut(records, 210)
    _die_in(lake, parts, which, monkeypatch, partial(_lose, lost=lost))
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
        KafkaRecord(0, n, NOON_MS + n, b"k", event(f"e{n}", ts=ts, country="US"))
        for n, ts in enumerate((NOON_MS - 20 * 60_000, NOON_MS))
    ]
    runner = lake.start()
    with monkeypatch.context() as dying:
        _lose(dying, Table.BRONZE)
        feed_and_die(lake, runner, records)
    lake.feed(lake.start(), records)
    lake.check(records)


def _lose(monkeypatch: pytest.MonkeyPatch, lost: Table) -> None:
    original = Sinks.append_events

    def append_events(self, rows, table, mark, files) -> None:
        if table is not lost:
            original(self, rows, table, mark, files)

    def refresh(self, minutes, mark) -> None:
        raise Killed("gold")

    monkeypatch.setattr(Sinks, "append_events", append_events)
    monkeypatch.setattr(Gold, "refresh", refresh)


def test_that_a_repeated_batch_does_not_call_its_own_events_duplicates(
    running: Make, records, monkeypatch
) -> None:
    """What ``pipeline_metrics`` says of a batch that was killed after silver."""
    lake = running()
    first, second = cut(records, 210)
    runner = lake.start()
    lake.feed(runner, first)
    lake.reports.clear()
    with monkeypatch.context() as dying:
        kill_after(dying, "quarantine")
        feed_and_die(lake, runner, second)
    lake.start()
    expected = lake.check(records)
    (told,) = lake.reports
    places = {record.place for record in second}
    assert told.duplicates == len(places.intersection(expected.duplicates))
    assert told.accepted + told.rejected + told.duplicates == told.input_rows
