"""Upkeep: fewer files, the same rows, and the mark carried onward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.contracts.protocol import Step
from pipelines.gold import Gold
from pipelines.maintenance import PLAN, VACUUM_EVERY_S, Maintenance, Tidied, Upkeep
from pipelines.marks import last_mark
from pipelines.tables import Lake, TableLocks
from tests.oracle import recompute
from tests.oracle.gold import MINUTE_US
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, commit, count_by_duckdb, mark, rows_of, write_silver

pytestmark = pytest.mark.unit

SMALL = Upkeep(commits=3, target_bytes=1 << 20, retention_h=0)


@contextmanager
def _upkeep(lake: Lake, clock: Callable[[], float] = lambda: 0.0) -> Iterator[Maintenance]:
    maintenance = Maintenance(lake, TableLocks(), clock=clock)
    try:
        yield maintenance
    finally:
        maintenance.close()


def _parquet(lake: Lake, table: Table) -> int:
    return len(list(Path(lake.path(table)).rglob("*.parquet")))


def test_that_compaction_keeps_the_rows_and_carries_the_mark(lake: Lake, pack) -> None:
    silver = recompute(as_records(make_events(120, 5, NOON_MS), NOON_MS), pack.currencies).silver
    rows = list(silver.values())
    for part in range(10):
        write_silver(lake, pack, rows[part::10])
    owing = replace(mark(9), owed=(28_928_880,))
    commit(lake, Table.SILVER, owing)
    before = rows_of(lake, Table.SILVER)
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.SILVER, SMALL)
    table = lake.open(Table.SILVER)
    assert len(table.file_uris()) == 1
    assert _as_set(rows_of(lake, Table.SILVER)) == _as_set(before)
    assert last_mark(table) == owing


def _as_set(rows: list[dict[str, object]]) -> set[str]:
    return {repr(sorted(row.items(), key=lambda item: item[0])) for row in rows}


def test_that_a_compacted_silver_still_says_which_file_has_which_minute(lake: Lake, pack) -> None:
    silver = recompute(as_records(make_events(60, 5, NOON_MS), NOON_MS), pack.currencies).silver
    for row in list(silver.values())[:10]:
        write_silver(lake, pack, [row])
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.SILVER, SMALL)
    gold = Gold(lake, pack, TableLocks())
    noon = NOON_MS * 1000
    try:
        assert len(gold.files(noon - 60 * MINUTE_US, noon + 60 * MINUTE_US)) == 1
        assert gold.files(noon + 60 * MINUTE_US, noon + 61 * MINUTE_US) == []
    finally:
        gold.close()


def test_that_few_files_are_left_alone(lake: Lake) -> None:
    for batch in range(7):
        commit(lake, Table.QUARANTINE, mark(batch))
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.QUARANTINE, SMALL)
    assert lake.open(Table.QUARANTINE).version() == 7


def test_that_vacuum_leaves_the_current_version_whole_and_the_mark_in_reach(lake: Lake) -> None:
    for batch in range(9):
        commit(lake, Table.QUARANTINE, mark(batch))
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.QUARANTINE, SMALL)
        maintenance.vacuum(Table.QUARANTINE, SMALL)
    table = lake.open(Table.QUARANTINE)
    assert _parquet(lake, Table.QUARANTINE) == len(table.file_uris()) == 1
    assert count_by_duckdb(table) == len(rows_of(lake, Table.QUARANTINE)) == 9
    assert last_mark(table) == mark(8)


def test_that_vacuum_keeps_replaced_files_within_their_retention(lake: Lake) -> None:
    for batch in range(9):
        commit(lake, Table.QUARANTINE, mark(batch))
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.QUARANTINE, SMALL)
        maintenance.vacuum(Table.QUARANTINE, PLAN[Table.QUARANTINE])
    table = lake.open(Table.QUARANTINE)
    table.load_as_version(9)
    assert count_by_duckdb(table) == 9


def test_that_the_mark_outlives_many_rounds_of_upkeep(lake: Lake) -> None:
    commit(lake, Table.QUARANTINE, mark(3))
    with _upkeep(lake) as maintenance:
        for _ in range(30):
            maintenance.vacuum(Table.QUARANTINE, SMALL)
    assert last_mark(lake.open(Table.QUARANTINE)) == mark(3)


def test_that_a_table_without_a_mark_is_kept_too(lake: Lake) -> None:
    for _ in range(8):
        commit(lake, Table.QUARANTINE)
    with _upkeep(lake) as maintenance:
        maintenance.compact(Table.QUARANTINE, SMALL)
        maintenance.vacuum(Table.QUARANTINE, SMALL)
    assert last_mark(lake.open(Table.QUARANTINE)) is None
    assert count_by_duckdb(lake.open(Table.QUARANTINE)) == 8


def test_that_ticks_compact_what_is_due(lake: Lake) -> None:
    for batch in range(8):
        commit(lake, Table.GOLD_KPIS, mark(batch))
    with _upkeep(lake) as maintenance:
        for _ in range(PLAN[Table.GOLD_KPIS].commits):
            maintenance.tick()
            if maintenance._running:
                maintenance._running.result(5)
    assert len(lake.open(Table.GOLD_KPIS).file_uris()) == 1


def test_that_vacuum_comes_with_a_compaction_when_its_time_is_up(lake: Lake, monkeypatch) -> None:
    now, vacuumed = [0.0], []
    with _upkeep(lake, lambda: now[0]) as maintenance:
        monkeypatch.setattr(maintenance, "vacuum", lambda *_: vacuumed.append(now[0]))
        for now[0] in (0.0, VACUUM_EVERY_S + 1, VACUUM_EVERY_S + 2, 2 * VACUUM_EVERY_S + 3):
            maintenance._guarded(Table.BRONZE, PLAN[Table.BRONZE])
    assert vacuumed == [VACUUM_EVERY_S + 1, 2 * VACUUM_EVERY_S + 3]


def test_that_a_paused_or_closed_upkeep_starts_nothing(lake: Lake) -> None:
    paused = Maintenance(lake, TableLocks(), pause=lambda: True)
    for _ in range(500):
        paused.tick()
    paused.close()
    paused.tick()
    assert paused._running is None


def test_that_a_failure_of_upkeep_is_left_for_the_next_time(lake: Lake, caplog) -> None:
    Path(lake.path(Table.GOLD_KPIS)).rename(lake.root / "away")
    with _upkeep(lake) as maintenance:
        maintenance._guarded(Table.GOLD_KPIS, PLAN[Table.GOLD_KPIS])
    assert "upkeep of gold_kpis" in caplog.text


def _told(maintenance: Maintenance) -> list[Step]:
    heard: list[Step] = []
    maintenance.now(heard.append)
    assert maintenance._running
    maintenance._running.result(10)
    return heard


def test_that_a_round_asked_for_by_hand_tells_what_it_did(lake: Lake) -> None:
    for batch in range(3):
        commit(lake, Table.QUARANTINE, mark(batch))
    with _upkeep(lake) as maintenance:
        steps = _told(maintenance)
    assert len(lake.files(Table.QUARANTINE)) == 1
    assert last_mark(lake.open(Table.QUARANTINE)) == mark(2)
    assert "quarantine_events: 3 files into 1, 0.0 MB freed" in [s.detail for s in steps]
    assert steps[-2].detail == "Together: 3 files into 1, 0.0 MB freed"
    assert (steps[-1].operation, steps[-1].detail) == ("maintain", "complete")
    assert [s.ended for s in steps].count(True) == 1


def test_that_a_round_frees_what_is_past_its_retention(lake: Lake, monkeypatch) -> None:
    monkeypatch.setitem(PLAN, Table.QUARANTINE, SMALL)
    for batch in range(3):
        commit(lake, Table.QUARANTINE, mark(batch))
    with _upkeep(lake) as maintenance:
        assert maintenance._tidy(Table.QUARANTINE, SMALL).freed > 1_000
        assert maintenance._tidy(Table.QUARANTINE, SMALL) == Tidied(1, 1, 0)
    assert _parquet(lake, Table.QUARANTINE) == 1


def test_that_a_round_that_failed_for_a_table_says_so_and_does_the_others(lake: Lake) -> None:
    for batch in range(2):
        commit(lake, Table.GOLD_KPIS, mark(batch))
    Path(lake.path(Table.BRONZE)).rename(lake.root / "away")
    with _upkeep(lake) as maintenance:
        steps = _told(maintenance)
    assert "bronze_events" in steps[-1].failure
    assert steps[-1].ended
    assert len(lake.files(Table.GOLD_KPIS)) == 1


@pytest.mark.parametrize(
    ("tidied", "text"),
    [
        (Tidied(12, 1, 3_400_000), "12 files into 1, 3.4 MB freed"),
        (Tidied(1, 1, 0), "1 file, nothing to merge, 0.0 MB freed"),
    ],
)
def test_that_an_outcome_is_a_sentence(tidied, text: str) -> None:
    assert str(tidied) == text
