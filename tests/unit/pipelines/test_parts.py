"""What of the batch and the rebuild needs no Spark."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from engine.contracts.names import Table
from pipelines import rebuild
from pipelines.arrival import MINUTE_US, NEVER, Arrivals, KeyWindow, judge
from pipelines.batch import BatchRunner, Position, Rules
from pipelines.errors import cause_of
from pipelines.main import _first_line
from pipelines.rebuild import Order, Pending, chunks
from pipelines.tables import Lake, TableLocks
from tests.unit.pipelines.lakes import NOON_MS, TOPIC_ID

pytestmark = pytest.mark.unit

NOON_US = NOON_MS * 1000


def _runner(pack, floors: dict[Table, dict[int, int]]) -> BatchRunner:
    return BatchRunner(
        pack=pack,
        rules=Rules(10 * MINUTE_US, 15 * MINUTE_US),
        sinks=cast(Any, None),
        gold=None,
        window=KeyWindow(15 * MINUTE_US, 15 * MINUTE_US),
        position=Position("topic-1", 4, {0: 5, 1: 0, 7: 3}, NEVER),
        floors=floors,
        report=lambda _: None,
        lag=lambda _: 0,
    )


def _arrivals() -> Arrivals:
    """Partition 0: offsets 5 to 7, partition 1: 0 to 1; the last of each is refused."""
    partition, offset = np.array([0, 0, 0, 1, 1]), np.array([5, 6, 7, 0, 1])
    times = NOON_US + np.arange(5) * MINUTE_US
    valid = np.array([True, True, False, True, False])
    return Arrivals(partition, offset, np.full(5, NOON_MS), times, np.arange(5), valid)


def test_that_the_mark_of_a_batch_covers_its_offsets_and_keeps_the_others(pack) -> None:
    mark, verdicts, _ = _runner(pack, {})._decide(_arrivals())
    assert mark.start == {0: 5, 1: 0, 7: 3}
    assert mark.end == {0: 8, 1: 2, 7: 3}
    assert (mark.batch, mark.newest_before_us) == (4, NEVER)
    assert mark.newest_us == verdicts.newest_us == NOON_US + 3 * MINUTE_US


def test_that_a_floor_holds_for_its_table_and_partition_only(pack) -> None:
    runner = _runner(pack, {Table.SILVER: {0: 7, 2: 99}})
    below = runner._below(Table.SILVER, _arrivals())
    assert below.tolist() == [True, True, False, False, False]
    assert not runner._below(Table.QUARANTINE, _arrivals()).any()


def test_that_gold_is_asked_for_the_accepted_minutes_and_for_all_after_a_replay(pack) -> None:
    seen = _arrivals()
    window = KeyWindow(15 * MINUTE_US, 15 * MINUTE_US)
    window.add(np.array([0]), np.array([NOON_US]))
    verdicts = judge(seen, window, NEVER, 10 * MINUTE_US, 15 * MINUTE_US)
    noon = NOON_US // MINUTE_US
    assert _runner(pack, {})._touched(seen, verdicts).tolist() == [noon + 1, noon + 3]
    replayed = _runner(pack, {Table.SILVER: {0: 6}})
    assert replayed._touched(seen, verdicts).tolist() == [noon, noon + 1, noon + 3]


def test_that_one_lock_is_kept_for_each_table() -> None:
    locks = TableLocks()
    assert locks[Table.SILVER] is locks[Table.SILVER]
    assert locks[Table.SILVER] is not locks[Table.BRONZE]


def test_that_a_pending_rebuild_is_remembered_until_it_is_complete(tmp_path: Path) -> None:
    folder = str(tmp_path / "checkpoints")
    assert Pending(folder).read() is None
    for order in (
        Order(("silver", "gold"), before={Table.SILVER: 7, Table.QUARANTINE: 0}),
        Order(("gold",), 60_000, None),
    ):
        Pending(folder).write(order)
        assert Pending(folder).read() == order
    Pending(folder).clear()
    Pending(folder).clear()
    assert Pending(folder).read() is None


def test_that_a_full_disk_does_not_take_the_note_of_a_rebuild_that_was_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending = Pending(str(tmp_path))
    pending.write(Order(("silver", "gold")))

    def full(file: Path, _text: str, encoding: str) -> int:
        file.open("w", encoding=encoding).close()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        pending.write(Order(("silver", "gold")))
    assert pending.read() == Order(("silver", "gold"))


def test_that_the_note_of_an_earlier_release_is_understood(tmp_path: Path) -> None:
    (tmp_path / "rebuild.json").write_text('{"tables": ["gold"]}')
    assert Pending(str(tmp_path)).read() == Order(("gold",))


@pytest.mark.parametrize("text", ["", "{", "{}"])
def test_that_a_damaged_note_of_a_rebuild_is_no_rebuild(tmp_path: Path, text: str) -> None:
    (tmp_path / "rebuild.json").write_text(text)
    assert Pending(str(tmp_path)).read() is None


def _write_bronze(lake: Lake, *kafka_ms: int, source: str = TOPIC_ID) -> None:
    moments = [datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms) for ms in kafka_ms]
    count = len(moments)
    table = pa.table(
        {
            "raw": pa.array(["{}"] * count),
            "partition": pa.array([0] * count, pa.int32()),
            "offset": pa.array(range(count), pa.int64()),
            "kafka_ts": pa.array(moments, pa.timestamp("us", "UTC")),
            "source": pa.array([source] * count),
        }
    )
    write_deltalake(lake.path(Table.BRONZE), table, mode="append", schema_mode="merge")


def test_that_an_empty_bronze_has_no_chunks(lake: Lake) -> None:
    assert chunks(lake) == []


def test_that_bronze_is_cut_between_milliseconds(lake: Lake, monkeypatch) -> None:
    monkeypatch.setattr(rebuild, "CHUNK_ROWS", 3)
    _write_bronze(lake, 100, 100, 101, 101)
    _write_bronze(lake, 103, 102, *[104] * 5, 105)
    cut = chunks(lake)
    assert (cut[0].start, cut[0].rows) == (100, 2)
    assert sum(c.rows for c in cut) == 12
    assert all(c.rows < 3 + 5 for c in cut), "a chunk and at most one millisecond more"
    assert all(earlier.end <= later.start for earlier, later in pairwise(cut))


def test_that_a_topic_made_anew_gets_chunks_of_its_own(lake: Lake) -> None:
    _write_bronze(lake, 100, 101, source="old")
    _write_bronze(lake, 102, 103, source="new")
    assert [(c.source, c.rows) for c in chunks(lake)] == [("old", 2), ("new", 2)]


def test_that_a_small_bronze_is_one_chunk(lake: Lake) -> None:
    _write_bronze(lake, 100, 107)
    (chunk,) = chunks(lake)
    assert (chunk.start, chunk.end, chunk.rows) == (100, 108, 2)


def test_that_a_failure_is_told_by_its_first_line() -> None:
    told = _first_line(ValueError("\n  no such file  \nat java.lang"))
    assert told == "ValueError: no such file."
    assert _first_line(KeyError()) == "KeyError: no message."
    assert len(_first_line(ValueError("x" * 9999))) <= 400
    assert "no reason" in cause_of(None)
