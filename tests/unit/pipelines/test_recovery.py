"""What a start decides from the marks, on real small tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from deltalake import CommitProperties

from engine.contracts.names import Table
from pipelines.arrival import NEVER, KeyWindow
from pipelines.batch import Position
from pipelines.marks import KEY, Mark
from pipelines.recovery import Plan, expired, load_window, plan, start_offsets, to_heal
from pipelines.tables import Lake
from tests.oracle import recompute
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, TOPIC_ID, commit, mark, write_silver

pytestmark = pytest.mark.unit

STAGES = (
    Table.BRONZE,
    Table.SILVER,
    Table.QUARANTINE,
    Table.GOLD_KPIS,
    Table.GOLD_SEGMENTS,
    Table.METRICS,
)
LOW = {0: 0}


def _commit(lake: Lake, tables: Iterable[Table], marked: Mark) -> None:
    for table in tables:
        commit(lake, table, marked)


def test_that_a_fresh_lake_begins_where_the_topic_begins(lake: Lake) -> None:
    made = plan(lake, TOPIC_ID, {0: 5, 1: 0})
    assert made.position.offsets == {0: 5, 1: 0}
    assert (made.position.source, made.position.batch) == (TOPIC_ID, 0)
    assert made.position.newest_us == NEVER
    assert (made.repeat, made.floors, made.notices) == (None, {}, ())


def test_that_after_a_clean_stop_it_goes_on_with_the_next_batch(lake: Lake) -> None:
    last = mark(3, newest_us=NOON_MS * 1000)
    _commit(lake, STAGES, last)
    made = plan(lake, TOPIC_ID, LOW)
    assert made.repeat is None
    assert made.position.offsets == last.end
    assert (made.position.batch, made.position.newest_us) == (4, NOON_MS * 1000)
    assert all(floor == last.end for floor in made.floors.values())
    assert made.notices == ()


@pytest.mark.parametrize("reached", range(1, 6), ids=lambda n: f"after-{STAGES[n - 1]}")
def test_that_a_batch_killed_between_two_stages_is_repeated(lake: Lake, reached: int) -> None:
    whole = mark(0, newest_us=NOON_MS * 1000)
    cut = mark(1, before_us=NOON_MS * 1000, newest_us=NOON_MS * 1000 + 1)
    _commit(lake, STAGES, whole)
    _commit(lake, STAGES[:reached], cut)
    made = plan(lake, TOPIC_ID, LOW)
    assert made.repeat == (cut.start, cut.end)
    assert made.position.offsets == cut.start
    assert (made.position.batch, made.position.newest_us) == (1, cut.newest_before_us)
    for table in STAGES[1:]:
        expected = cut if table in STAGES[:reached] else whole
        assert made.floors[table] == expected.end


def test_that_a_first_batch_that_reached_only_bronze_is_repeated_without_floors(
    lake: Lake,
) -> None:
    commit(lake, Table.BRONZE, mark(0))
    made = plan(lake, TOPIC_ID, LOW)
    assert made.repeat == ({0: 0}, {0: 10})
    assert made.position.newest_us == NEVER
    assert made.floors == {}


def test_that_silver_ahead_of_bronze_is_left_alone_up_to_its_own_mark(lake: Lake) -> None:
    _commit(lake, STAGES, mark(0))
    _commit(lake, (Table.SILVER, Table.QUARANTINE), mark(1))
    made = plan(lake, TOPIC_ID, LOW)
    assert made.repeat is None
    assert made.position.offsets == {0: 10}
    assert made.floors[Table.SILVER] == made.floors[Table.QUARANTINE] == {0: 20}
    assert made.floors[Table.METRICS] == {0: 10}


@pytest.mark.parametrize("table", [Table.SILVER, Table.QUARANTINE])
def test_that_a_first_batch_ahead_of_bronze_keeps_its_floor(lake: Lake, table: Table) -> None:
    commit(lake, table, mark(0))
    made = plan(lake, TOPIC_ID, LOW)
    assert made.position.offsets == LOW
    assert made.floors.get(table) == {0: 10}, "the same records would be written a second time"


@pytest.mark.parametrize("table", [Table.SILVER, Table.QUARANTINE])
def test_that_the_first_batch_of_a_new_topic_ahead_of_bronze_keeps_its_floor(
    lake: Lake, table: Table
) -> None:
    _commit(lake, STAGES, mark(0))
    commit(lake, table, mark(1, {0: 0}, {0: 4}, source="topic-2"))
    made = plan(lake, "topic-2", LOW)
    assert made.floors.get(table) == {0: 4}, "the same records would be written a second time"


@pytest.mark.parametrize("reached", range(1, 7), ids=lambda n: f"after-{STAGES[n - 1]}")
def test_that_a_batch_cut_off_before_the_topic_was_made_anew_calls_for_a_rebuild(
    lake: Lake, reached: int
) -> None:
    _commit(lake, STAGES, mark(0))
    _commit(lake, STAGES[:reached], mark(1))
    made = plan(lake, "topic-2", LOW)
    assert made.repeat is None
    assert made.cut_off == (reached < len(STAGES))
    assert not plan(lake, TOPIC_ID, LOW).cut_off


def test_that_what_any_table_says_is_owed_is_owed(lake: Lake) -> None:
    owing = {Table.GOLD_KPIS: (7, 3), Table.GOLD_SEGMENTS: (3, 5), Table.METRICS: (9,)}
    for table in STAGES:
        commit(lake, table, replace(mark(0), owed=owing.get(table, (1,))))
    for source in (TOPIC_ID, "topic-2"):
        assert plan(lake, source, LOW).owed == (3, 5, 7, 9)
    commit(lake, Table.BRONZE, mark(1))
    cut = plan(lake, TOPIC_ID, LOW)
    assert cut.repeat
    assert cut.owed == (3, 5, 7, 9)


def test_that_marks_of_an_earlier_release_owe_nothing(lake: Lake) -> None:
    old = json.loads(mark(0).dumps())
    del old[KEY]["owed"]
    for table in STAGES:
        target = lake.open(table)
        same = {"delta.checkpointInterval": "50"}
        said = CommitProperties(custom_metadata={KEY: json.dumps(old)})
        target.alter.set_table_properties(same, commit_properties=said)
    made = plan(lake, TOPIC_ID, LOW)
    assert (made.position.batch, made.owed) == (1, ())


def test_that_a_topic_made_anew_is_read_from_its_beginning_by_its_own_time(lake: Lake) -> None:
    _commit(lake, STAGES, mark(6, newest_us=NOON_MS * 1000))
    made = plan(lake, "topic-2", {0: 0, 1: 3})
    assert made.position.offsets == {0: 0, 1: 3}
    assert (made.position.source, made.position.batch) == ("topic-2", 7)
    assert made.position.newest_us == NEVER
    assert made.silver_newest_us == NOON_MS * 1000
    assert (made.repeat, made.floors) == (None, {})
    (notice,) = made.notices
    assert notice.level == "warning"
    assert "made anew" in notice.message


def test_that_records_expired_unread_are_told_by_partition(lake: Lake) -> None:
    _commit(lake, STAGES, mark(0, {0: 0, 1: 0, 2: 0}, {0: 10, 1: 20, 2: 5}))
    made = plan(lake, TOPIC_ID, {0: 1510, 1: 20, 2: 6})
    (notice,) = made.notices
    assert notice.level == "error"
    assert "1,501 records" in notice.message
    assert "partition 0: 1,500, partition 2: 1" in notice.message
    assert start_offsets(made.position.offsets, {0: 1510, 1: 20, 2: 6}) == {0: 1510, 1: 20, 2: 6}


def test_that_the_last_batch_is_repeated_though_the_broker_forgot_it(lake: Lake) -> None:
    _commit(lake, STAGES, mark(0))
    commit(lake, Table.BRONZE, mark(1))
    made = plan(lake, TOPIC_ID, {0: 500})
    assert made.repeat == ({0: 10}, {0: 20})
    assert "480 records" in made.notices[0].message


def test_that_a_table_that_had_nothing_to_write_does_not_hold_the_batch_back(lake: Lake) -> None:
    _commit(lake, STAGES, mark(0))
    _commit(lake, (Table.BRONZE, Table.SILVER, Table.METRICS), mark(1))
    made = plan(lake, TOPIC_ID, LOW)
    assert (made.repeat, made.position.batch) == (None, 2)


def test_that_the_stream_begins_at_the_position_but_not_before_the_topic() -> None:
    assert start_offsets({0: 5, 1: 9}, {0: 7, 1: 0, 2: 4}) == {0: 7, 1: 9, 2: 4}


def test_that_the_window_is_read_back_from_silver(lake: Lake, pack) -> None:
    silver = recompute(as_records(make_events(120, 3, NOON_MS), NOON_MS), pack.currencies).silver
    write_silver(lake, pack, silver.values())
    newest = max(row["ts"] for row in silver.values())
    window = KeyWindow(15 * 60_000_000, 3_600_000_000)
    load_window(lake, window, _at(newest), lake.open(Table.SILVER).file_uris())
    recent = [hash(i) for i, row in silver.items() if row["ts"] > newest - window.grace_us]
    assert recent
    assert window.contains(np.array(recent, np.int64)).all()


def test_that_rows_whose_batch_is_run_again_are_not_in_the_window(lake: Lake, pack) -> None:
    silver = recompute(as_records(make_events(60, 3, NOON_MS), NOON_MS), pack.currencies).silver
    write_silver(lake, pack, silver.values())
    newest = max(row["ts"] for row in silver.values())
    files = lake.open(Table.SILVER).file_uris()
    everywhere = {row["partition"]: 0 for row in silver.values()}
    sizes = []
    for source in (TOPIC_ID, "another topic"):
        window = KeyWindow(15 * 60_000_000, 3_600_000_000)
        load_window(lake, window, _at(newest, everywhere, source), files)
        sizes.append(len(window))
    assert sizes[0] == 0
    assert sizes[1] > 0


def test_that_no_files_leave_the_window_empty(lake: Lake) -> None:
    window = KeyWindow(1, 1)
    load_window(lake, window, _at(NOON_MS * 1000), [])
    assert len(window) == 0


def _at(newest: int, offsets: dict[int, int] | None = None, source: str = TOPIC_ID) -> Plan:
    return Plan(Position(source, 1, offsets or {}, newest), None, {}, newest, (), ())


def test_that_a_silver_made_anew_is_rebuilt_from_bronze(lake: Lake) -> None:
    assert to_heal(lake, frozenset(Table)) == ()
    commit(lake, Table.BRONZE, mark(0))
    assert to_heal(lake, frozenset({Table.SILVER})) == ("silver", "gold")


def test_that_a_new_column_of_silver_needs_no_rebuild_and_one_of_gold_its_own(lake: Lake) -> None:
    _commit(lake, (Table.BRONZE, Table.SILVER), mark(0))
    assert to_heal(lake, frozenset({Table.SILVER})) == ()
    assert to_heal(lake, frozenset({Table.SILVER, Table.GOLD_SEGMENTS})) == ("gold",)
    assert to_heal(lake, frozenset()) == ()


def test_that_what_expired_after_the_start_is_told_too() -> None:
    assert expired({0: 5, 1: 9}, {0: 5, 1: 3}) == ()
    (notice,) = expired({0: 5, 1: 9}, {0: 8, 1: 3})
    assert "3 records expired" in notice.message
    assert "partition 0: 3" in notice.message
