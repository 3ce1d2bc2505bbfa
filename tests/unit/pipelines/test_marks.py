"""Marks in commits, on real tables."""

from __future__ import annotations

import json

import pytest
from deltalake import CommitProperties

from engine.contracts.names import Table
from pipelines.marks import KEY, LOOK_BACK, Mark, last_mark, mark_of_commit, properties
from pipelines.tables import Lake
from tests.unit.pipelines.lakes import commit, mark

pytestmark = pytest.mark.unit

FULL = Mark(
    "topic-1", 7, {0: 10, 11: 20}, {0: 30, 11: 20}, -5, 1_735_732_800_000_000, owed=(28_000_001, 3)
)


@pytest.mark.parametrize("written", [FULL, Mark("topic-1", 0)])
def test_that_a_mark_comes_back_from_what_spark_and_delta_rs_write(written) -> None:
    assert mark_of_commit({"userMetadata": written.dumps(), "operation": "WRITE"}) == written
    assert mark_of_commit({KEY: written.dumps()}) == written


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"userMetadata": "by hand"},
        {"userMetadata": "[1]"},
        {"userMetadata": '{"other": {}}'},
        {"userMetadata": '{"rt_mark": 5}'},
        {"userMetadata": None, KEY: None},
        {KEY: {"source": "a structure, which no writer of ours makes"}},
    ],
)
def test_that_other_peoples_metadata_is_no_mark(info) -> None:
    assert mark_of_commit(info) is None


def test_that_a_mark_survives_a_real_commit(lake: Lake) -> None:
    commit(lake, Table.QUARANTINE, FULL)
    assert last_mark(lake.open(Table.QUARANTINE)) == FULL


def test_that_user_metadata_of_a_real_commit_is_read(lake: Lake) -> None:
    commit(lake, Table.QUARANTINE)
    log = sorted((lake.root / Table.QUARANTINE / "_delta_log").glob("*.json"))[-1]
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        if "commitInfo" in line:
            line["commitInfo"]["userMetadata"] = FULL.dumps()
    log.write_text("\n".join(json.dumps(line) for line in lines))
    assert last_mark(lake.open(Table.QUARANTINE)) == FULL


def test_that_a_new_table_has_no_mark(lake: Lake) -> None:
    assert last_mark(lake.open(Table.BRONZE)) is None


def test_that_the_newest_mark_counts(lake: Lake) -> None:
    for batch in range(3):
        commit(lake, Table.QUARANTINE, mark(batch))
    assert last_mark(lake.open(Table.QUARANTINE)) == mark(2)


def test_that_commits_without_a_mark_are_looked_past(lake: Lake) -> None:
    commit(lake, Table.QUARANTINE, mark(4))
    commit(lake, Table.QUARANTINE)
    table = lake.open(Table.QUARANTINE)
    table.optimize.compact()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    assert last_mark(lake.open(Table.QUARANTINE)) == mark(4)


def test_that_the_look_back_covers_a_run_of_foreign_commits(lake: Lake) -> None:
    table = lake.open(Table.GOLD_KPIS)
    table.delete(commit_properties=properties(mark(4)))
    commit(lake, Table.GOLD_KPIS, mark(5))
    for _ in range(6):
        table.update_incremental()
        table.alter.set_table_properties({"delta.checkpointInterval": "50"})
    assert LOOK_BACK > 6
    assert last_mark(lake.open(Table.GOLD_KPIS)) == mark(5)


def test_that_properties_hold_the_mark_beside_nothing_else() -> None:
    assert properties(FULL) == CommitProperties(custom_metadata={KEY: FULL.dumps()})
