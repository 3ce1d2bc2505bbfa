"""Restoring a table: which rows, which mark, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from pipelines.errors import Refused
from pipelines.maintenance import Maintenance, Upkeep
from pipelines.marks import Mark, last_mark, mark_at, marks_after, properties
from pipelines.recovery import plan
from pipelines.restore import Restorer
from pipelines.tables import Lake, TableLocks, ensure_tables
from tests.oracle import recompute
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import (
    NOON_MS,
    TOPIC_ID,
    commit,
    mark,
    rows_of,
    write_silver,
)

pytestmark = pytest.mark.unit

EVERYTHING = (Table.BRONZE, Table.SILVER, Table.QUARANTINE, Table.METRICS)


@pytest.fixture
def restorer(lake: Lake, pack) -> Restorer:
    return Restorer(lake, TableLocks(), pack)


def _batches(lake: Lake, count: int, table: Table = Table.QUARANTINE) -> None:
    for batch in range(count):
        commit(lake, table, mark(batch))


def _count(lake: Lake, table: Table = Table.QUARANTINE) -> int:
    return len(rows_of(lake, table))


def test_that_a_restore_brings_the_rows_back_and_carries_the_newest_mark(
    lake: Lake, restorer: Restorer
) -> None:
    _batches(lake, 4)
    restorer.restore(Table.QUARANTINE, 2)
    table = lake.open(Table.QUARANTINE)
    assert (table.version(), _count(lake)) == (5, 2)
    assert last_mark(table) == mark(3), "the stream would read its records again"


def test_that_a_restore_is_undone_by_another(lake: Lake, restorer: Restorer) -> None:
    _batches(lake, 4)
    restorer.restore(Table.QUARANTINE, 1)
    restorer.restore(Table.QUARANTINE, 4)
    assert (_count(lake), last_mark(lake.open(Table.QUARANTINE))) == (4, mark(3))


def test_that_a_table_without_marks_is_restored_too(lake: Lake, restorer: Restorer) -> None:
    for _ in range(3):
        commit(lake, Table.ALERTS)
    restorer.restore(Table.ALERTS, 1)
    assert _count(lake, Table.ALERTS) == 1


def test_that_rows_merged_since_come_back_as_they_were(lake: Lake, restorer: Restorer) -> None:
    _batches(lake, 9)
    before = rows_of(lake, Table.QUARANTINE)
    upkeep = Maintenance(lake, TableLocks())
    upkeep.compact(Table.QUARANTINE, Upkeep(1, 1 << 20, 24))
    upkeep.close()
    restorer.restore(Table.QUARANTINE, 9)
    assert rows_of(lake, Table.QUARANTINE) == before
    assert len(lake.files(Table.QUARANTINE)) == 9


def test_that_columns_added_since_are_there_after_a_restore(
    lake: Lake, restorer: Restorer, pack
) -> None:
    """A batch would otherwise write a column that the table lacks."""
    old = Lake(lake.root.parent / "old")
    missing = ("coupon",)
    field = pack.fields[-1].model_copy(update={"name": "coupon", "type": "string"})
    grown = pack.model_copy(update={"fields": (*pack.fields, field)})
    silver = recompute(as_records(make_events(20, 5, NOON_MS), NOON_MS), pack.currencies).silver
    ensure_tables(old, pack)
    write_silver(old, grown, silver.values(), without=missing)
    ensure_tables(old, grown)
    Restorer(old, TableLocks(), grown).restore(Table.SILVER, 0)
    names = [f.name for f in old.open(Table.SILVER).schema().fields]
    assert "coupon" in names
    assert last_mark(old.open(Table.SILVER)) == mark()


@pytest.mark.parametrize(
    ("version", "words"), [(4, "is the current one"), (7, "no version 7: its newest is 4")]
)
def test_that_a_version_that_is_no_past_one_is_refused(
    lake: Lake, restorer: Restorer, version: int, words: str
) -> None:
    _batches(lake, 4)
    with pytest.raises(Refused, match=words):
        restorer.check(Table.QUARANTINE, version)


def test_that_a_version_whose_files_were_deleted_is_refused_with_the_reason(
    lake: Lake, restorer: Restorer
) -> None:
    _batches(lake, 9)
    restorer.check(Table.QUARANTINE, 5)
    upkeep = Maintenance(lake, TableLocks())
    upkeep.compact(Table.QUARANTINE, Upkeep(1, 1 << 20, 0))
    upkeep.vacuum(Table.QUARANTINE, Upkeep(1, 1 << 20, 0))
    upkeep.close()
    with pytest.raises(Refused, match="for an hour in gold and pipeline_metrics"):
        restorer.check(Table.QUARANTINE, 5)
    with pytest.raises(Refused, match="could not be restored"):
        restorer.restore(Table.QUARANTINE, 5)
    assert _count(lake) == 9


def test_that_giving_up_a_rebuild_brings_the_mark_of_then_back(
    lake: Lake, restorer: Restorer
) -> None:
    _batches(lake, 3, Table.SILVER)
    before = lake.open(Table.SILVER).version()
    lake.open(Table.SILVER).delete()
    commit(lake, Table.SILVER, Mark(TOPIC_ID, 3))
    commit(lake, Table.SILVER, Mark("topic-0", 4, {0: 0}, {0: 5}))
    restorer.roll_back(Table.SILVER, before)
    assert (_count(lake, Table.SILVER), last_mark(lake.open(Table.SILVER))) == (3, mark(2))
    version = lake.open(Table.SILVER).version()
    restorer.roll_back(Table.SILVER, version)
    assert lake.open(Table.SILVER).version() == version, "nothing changed, so nothing is written"


def _whole(lake: Lake, batches: int) -> None:
    for batch in range(batches):
        for table in EVERYTHING:
            commit(lake, table, mark(batch, newest_us=NOON_MS * 1000 + batch))


def _done(batches: int) -> Mark:
    end = {0: batches * 10}
    newest = NOON_MS * 1000 + batches - 1
    return Mark(TOPIC_ID, batches - 1, end, end, newest, newest)


def test_that_after_bronze_the_stream_reads_again_and_the_others_leave_it_alone(
    lake: Lake, restorer: Restorer
) -> None:
    _whole(lake, 5)
    restorer.restore_bronze(2, _done(5), {0: 20})
    made = plan(lake, TOPIC_ID, {0: 20})
    assert _count(lake, Table.BRONZE) == 2
    assert made.position.offsets == {0: 20}
    assert (made.position.batch, made.position.newest_us) == (5, NOON_MS * 1000 + 1)
    assert made.repeat is None
    for table in EVERYTHING[1:]:
        assert made.floors[table] == {0: 50}, f"{table} would get its records twice"


def test_that_bronze_goes_back_to_before_its_first_batch(lake: Lake, restorer: Restorer) -> None:
    _whole(lake, 3)
    restorer.restore_bronze(0, _done(3), {0: 0})
    made = plan(lake, TOPIC_ID, {0: 0})
    assert (_count(lake, Table.BRONZE), made.position.offsets) == (0, {0: 0})
    assert made.floors[Table.SILVER] == {0: 30}


def _write_places(lake: Lake, *offsets: int, batch: int) -> None:
    rows = pa.table(
        {
            "partition": pa.array([0] * len(offsets), pa.int32()),
            "offset": pa.array(offsets, pa.int64()),
            "source": [TOPIC_ID] * len(offsets),
        }
    )
    write_deltalake(
        lake.path(Table.BRONZE),
        rows,
        mode="append",
        schema_mode="merge",
        commit_properties=properties(mark(batch)),
    )


def test_that_bronze_is_not_restored_where_the_broker_has_lost_records(
    lake: Lake, restorer: Restorer
) -> None:
    for batch in range(3):
        _write_places(lake, *range(batch * 10, batch * 10 + 10), batch=batch)
    with pytest.raises(Refused, match="no longer has 4 of the records"):
        restorer.restore_bronze(1, _done(3), {0: 14})
    assert _count(lake, Table.BRONZE) == 30
    assert lake.open(Table.SILVER).version() == 0, "nothing was written"
    restorer.restore_bronze(1, _done(3), {0: 10})
    assert _count(lake, Table.BRONZE) == 10


def test_that_a_gap_that_bronze_never_had_does_not_count_as_lost(
    lake: Lake, restorer: Restorer
) -> None:
    _write_places(lake, 0, 9, batch=0)
    _write_places(lake, 17, 18, batch=1)
    restorer.restore_bronze(1, _done(2), {0: 17})
    assert _count(lake, Table.BRONZE) == 2


def test_that_a_version_of_another_topic_is_refused(lake: Lake, restorer: Restorer) -> None:
    commit(lake, Table.BRONZE, mark(0, source="topic-0"))
    commit(lake, Table.BRONZE, mark(1))
    with pytest.raises(Refused, match="another topic"):
        restorer.restore_bronze(1, _done(2), {0: 0})


def test_that_records_of_a_topic_in_between_are_not_given_away(
    lake: Lake, restorer: Restorer
) -> None:
    for batch, source in enumerate((TOPIC_ID, "topic-0", TOPIC_ID)):
        commit(lake, Table.BRONZE, mark(batch, source=source))
    with pytest.raises(Refused, match="also took records of another topic"):
        restorer.restore_bronze(1, _done(3), {0: 0})
    assert lake.open(Table.BRONZE).version() == 3, "nothing was written"


def test_that_marks_are_found_on_both_sides_of_a_version(lake: Lake) -> None:
    _batches(lake, 3)
    commit(lake, Table.QUARANTINE)
    commit(lake, Table.QUARANTINE, mark(3))
    table: DeltaTable = lake.open(Table.QUARANTINE)
    assert [mark_at(table, v) for v in (0, 1, 4, 5)] == [None, mark(0), mark(2), mark(3)]
    assert [len(marks_after(table, v)) for v in (0, 3, 4, 5)] == [4, 1, 1, 0]
    assert marks_after(table, 1)[0] == mark(1), "oldest first"


def test_that_spaces_and_umlauts_in_the_path_do_no_harm(lake: Lake, pack, tmp_path: Path) -> None:
    moved = Lake(lake.root.rename(tmp_path / "Zoë's lake"))
    _batches(moved, 3)
    restorer = Restorer(moved, TableLocks(), pack)
    restorer.check(Table.QUARANTINE, 1)
    restorer.restore(Table.QUARANTINE, 1)
    assert _count(moved) == 1
