"""What is whole is found whole; whatever is broken on purpose is named."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from engine.contracts.names import Table
from pipelines.marks import properties
from tests.oracle import recompute
from tests.unit.pipelines.lakes import mark
from tests.unit.tally.conftest import Scene
from tests.unit.tally.small_pipe import MINUTE_US, FakeFeed, append

pytestmark = pytest.mark.unit


def play(scene: Scene, batches: int = 5) -> None:
    for _ in range(batches):
        scene.batch()
        report = scene.look()
        assert report.agrees, report.differences


def opened(scene: Scene, table: Table) -> DeltaTable:
    return DeltaTable(scene.pipe.lake.path(table))


def newest_rows(scene: Scene, table: Table) -> list[dict[str, Any]]:
    """Three rows of records that were counted; in silver of a minute that is audited."""
    rows = opened(scene, table).to_pyarrow_table().to_pylist()
    counted = scene.auditor.counted
    assert counted is not None
    if table is Table.SILVER:
        rows = [row for row in rows if row["ts"].timestamp() >= counted.at.since * 60]
    return sorted(rows, key=lambda row: row["kafka_ts"])[-3:]


def test_that_a_whole_lake_is_audited_to_the_last_closed_minute(scene: Scene) -> None:
    play(scene)
    report = scene.auditor.report
    assert report.agrees
    assert report.minutes >= 3
    assert report.audited_until_s is not None
    assert scene.auditor.counted is not None
    newest = scene.auditor.counted.at.newest_us // MINUTE_US
    assert report.audited_until_s == newest * 60


def test_that_its_figures_are_the_oracles(scene: Scene, pack) -> None:
    play(scene)
    counted = scene.auditor.counted
    assert counted is not None
    expected = recompute(scene.records[: scene.done], pack.currencies).kpis
    assert counted.figures
    for minute, figures in counted.figures.items():
        assert figures == expected[minute * MINUTE_US]


def test_that_figures_before_the_pipeline_has_the_records_are_the_oracles(scene, pack) -> None:
    play(scene, 2)
    scene.counted(scene.records[scene.done :])
    counted = scene.auditor.counted
    assert counted is not None
    assert counted.pending_rows == len(scene.records) - scene.done
    minute = counted.newest_us // MINUTE_US - 1
    rows = counted.open_rows(minute)
    assert rows is not None
    expected = recompute(scene.records, pack.currencies).kpis
    assert counted.measures.figures(rows)[minute] == expected[minute * MINUTE_US]


def test_that_a_removed_file_is_named(scene: Scene) -> None:
    play(scene, 3)
    table = opened(scene, Table.SILVER)
    file = max(Path(p) for p in table.file_uris())
    file.unlink()
    (found,) = [d for d in scene.look().differences if d.kind == "file"]
    assert file.name in found.text
    assert "rebuild" in found.text
    assert scene.auditor.report.lost == found.records > 0


@pytest.mark.parametrize("table", [Table.BRONZE, Table.SILVER, Table.QUARANTINE])
def test_that_a_doubled_commit_is_named_with_its_offsets(scene: Scene, table: Table) -> None:
    play(scene, 3)
    rows = newest_rows(scene, table)
    append(scene.pipe.lake, table, rows)
    report = scene.look()
    kinds = {d.kind for d in report.differences}
    assert kinds == {"doubled"}, report.differences
    assert report.doubled == len(rows)
    assert {d.table for d in report.differences} == {table}
    assert all(d.offsets for d in report.differences)


def test_that_rows_deleted_by_somebody_else_are_lost(scene: Scene) -> None:
    play(scene, 3)
    rows = opened(scene, Table.BRONZE).to_pyarrow_table()
    last = max(rows.column("offset").to_pylist())
    opened(scene, Table.BRONZE).delete(f"partition = 1 AND offset >= {last - 2}")
    report = scene.look()
    (found,) = report.differences
    assert (found.table, found.kind) == (Table.BRONZE, "lost")
    assert found.records == report.lost == sum(r.count for r in found.offsets)
    assert {r.partition for r in found.offsets} == {1}


def test_that_an_edited_row_of_silver_is_noticed(scene: Scene) -> None:
    play(scene, 3)
    counted = scene.auditor.counted
    assert counted is not None
    since = dt.datetime.fromtimestamp(counted.at.since * 60, dt.UTC)
    opened(scene, Table.SILVER).update(
        {"amount_usd": "amount_usd + 0.01"},
        predicate=f"event_type = 'purchase' AND ts >= '{since.isoformat()}'",
    )
    kinds = {(d.table, d.kind) for d in scene.look().differences}
    assert kinds == {(Table.SILVER, "edited")}


def test_that_an_edited_figure_of_gold_is_named_with_both_values(scene: Scene) -> None:
    play(scene, 3)
    counted = scene.auditor.counted
    assert counted is not None
    minute = counted.at.since
    start = dt.datetime.fromtimestamp(minute * 60, dt.UTC)
    opened(scene, Table.GOLD_KPIS).update(
        {"gmv_usd": "gmv_usd + 0.01"}, predicate=f"window_start = '{start.isoformat()}'"
    )
    (found,) = scene.look().differences
    assert (found.table, found.kind, found.measure) == (Table.GOLD_KPIS, "figures", "gmv_usd")
    assert found.minute_s == minute * 60
    assert found.counted == counted.figures[minute]["gmv_usd"] != found.found
    assert "another program" in found.text


def test_that_a_minute_which_gold_owes_is_no_difference(scene: Scene) -> None:
    play(scene, 4)
    scene.batch(owes=True)
    assert scene.look().agrees
    scene.auditor.save()
    scene.auditor = scene.again(scene.feed)
    report = scene.look()
    assert report.agrees, "after a restart, too"
    assert report.minutes


@pytest.mark.parametrize("computed", [True, False])
def test_that_a_minute_no_longer_owed_is_compared(scene: Scene, computed: bool) -> None:
    play(scene, 4)
    scene.batch(owes=True)
    assert scene.look().agrees
    scene.batch(omits=not computed)
    assert scene.look().agrees == computed


def test_that_a_minute_left_out_without_a_word_is_told(scene: Scene) -> None:
    play(scene, 4)
    scene.batch(omits=True)
    (found,) = scene.look().differences
    assert (found.table, found.kind) == (Table.GOLD_KPIS, "figures")


def test_that_what_was_mended_is_told_no_longer(scene: Scene) -> None:
    play(scene, 3)
    gold = opened(scene, Table.GOLD_KPIS)
    version = gold.version()
    gold.delete()
    assert not scene.look().agrees
    gold.restore(version)
    assert scene.look().agrees


def test_that_merging_files_changes_nothing(scene: Scene) -> None:
    play(scene, 3)
    for table in (Table.BRONZE, Table.SILVER, Table.QUARANTINE, Table.GOLD_KPIS):
        opened(scene, table).optimize.compact()
    play(scene, 1)


def test_that_a_restart_goes_on_where_it_was(scene: Scene) -> None:
    play(scene, 2)
    since = scene.auditor.report.since_s
    scene.auditor.save()
    scene.feed = FakeFeed(scene.feed._reader)
    scene.feed.records = list(scene.records[: scene.done])
    scene.auditor = scene.again(scene.feed)
    scene.batch()
    report = scene.look()
    assert report.agrees, report.differences
    assert report.since_s == since
    play(scene, 1)


def test_that_what_was_broken_while_it_was_down_is_found(scene: Scene) -> None:
    play(scene, 2)
    scene.auditor.save()
    append(scene.pipe.lake, Table.SILVER, newest_rows(scene, Table.SILVER))
    scene.auditor = scene.again(scene.feed)
    assert scene.look().doubled == 3


def test_that_a_restore_by_hand_is_no_loss_but_a_new_beginning(scene: Scene) -> None:
    play(scene, 3)
    gold = opened(scene, Table.GOLD_KPIS)
    last = scene.pipe.batch - 1
    gold.restore(gold.version() - 1, commit_properties=properties(mark(last)))
    scene.auditor.look()
    scene.batch()
    report = scene.look()
    assert report.agrees
    assert "gold_kpis was restored" in report.waiting
    assert "Audited from" in report.waiting


def test_that_nothing_is_audited_before_the_first_batch(scene: Scene, tmp_path) -> None:
    shutil.rmtree(scene.pipe.lake.root / Table.METRICS.value)
    scene.auditor = scene.again(scene.feed)
    report = scene.auditor.look()
    assert report.since_s is None
    assert "first micro-batch" in report.waiting
