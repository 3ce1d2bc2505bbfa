"""Late minutes that wait their turn: in the marks, through kills, and gone when nothing waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pipelines import owed
from tests.integration.pipelines.dying import KILLS, feed_and_die, kill_after
from tests.integration.pipelines.running import Killed, Running, cut
from tests.oracle import recompute
from tests.unit.pipelines.lakes import kpis_of, segments_of

pytestmark = pytest.mark.integration

Make = Callable[..., Running]
MINUTE_US = 60_000_000


@pytest.fixture
def busy(running: Make, monkeypatch: pytest.MonkeyPatch) -> Running:
    """A lake whose broker always has more, and one late minute a batch."""
    monkeypatch.setattr(owed, "LATE_ROWS", 0)
    lake = running()
    lake.waiting = 1_000
    return lake


def test_that_only_owed_minutes_differ_from_silver_while_records_wait(busy: Running, records):
    runner = busy.start()
    seen, owing = [], 0
    for part in cut(records, 60):
        busy.feed(runner, part)
        runner._wait_for_late()
        seen += part
        expected = recompute(seen, busy.pack.currencies)
        wrong = _wrong(expected.kpis, kpis_of(busy.lake))
        segments = segments_of(busy.lake)
        for key in {*expected.segments, *segments}:
            if expected.segments.get(key) != segments.get(key):
                wrong.add(key[0] // MINUTE_US)
        assert wrong <= set(runner.done().owed)
        owing = max(owing, len(wrong))
    assert owing, "late minutes never waited: this shows nothing"


def test_that_nothing_is_owed_when_no_record_waits(busy: Running, records) -> None:
    runner = busy.start()
    *parts, last = cut(records, 60)
    for part in parts:
        busy.feed(runner, part)
    busy.waiting = 0
    busy.feed(runner, last)
    busy.check(records)


def _wrong(expected: Mapping[int, object], found: Mapping[int, object]) -> set[int]:
    """Minutes since 1970 that differ; both name them by their first microsecond."""
    return {m // MINUTE_US for m in {*expected, *found} if expected.get(m) != found.get(m)}


@pytest.mark.parametrize("stage", KILLS)
@pytest.mark.parametrize("which", [4, 5])
def test_that_a_kill_forgets_no_owed_minute(
    busy: Running, records, monkeypatch: pytest.MonkeyPatch, stage: str, which: int
) -> None:
    parts = cut(records, 60)
    runner = busy.start()
    for part in parts[:which]:
        busy.feed(runner, part)
    runner._wait_for_late()
    assert runner.done().owed
    with monkeypatch.context() as dying:
        kill_after(dying, stage)
        feed_and_die(busy, runner, parts[which])
    with monkeypatch.context() as dying:
        # The next process dies, too: between gold's tables, in the repeat or in catching up.
        kill_after(dying, "gold_kpis")
        with pytest.raises(Killed):
            busy.start()
    busy.start()
    busy.check([r for part in parts[: which + (stage != "before-bronze")] for r in part])


@pytest.mark.parametrize("stage", ["silver", "gold_kpis"])
def test_that_a_kill_while_late_minutes_are_computed_forgets_none(
    busy: Running, records, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    parts = cut(records, 60)[:6]
    runner = busy.start()
    for part in parts:
        busy.feed(runner, part)
    runner._wait_for_late()
    assert runner.done().owed
    with monkeypatch.context() as dying:
        kill_after(dying, stage)
        with pytest.raises(Killed):
            runner.settle()
    busy.start()
    busy.check([r for part in parts for r in part])


def test_that_a_rebuild_of_gold_owes_nothing(busy: Running, records) -> None:
    runner = busy.start()
    for part in cut(records, 60):
        busy.feed(runner, part)
    assert runner.done().owed
    busy.rebuild(runner)
    busy.check(records)
    busy.start()
    busy.check(records)


def test_that_a_stop_computes_what_is_owed(busy: Running, records) -> None:
    runner = busy.start()
    for part in cut(records, 60):
        busy.feed(runner, part)
    assert runner.done().owed
    runner.settle()
    assert not runner.done().owed
    busy.check(records)
    busy.start()
    busy.check(records)
