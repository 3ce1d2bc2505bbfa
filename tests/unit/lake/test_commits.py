"""A table's history, read from the commits' own files."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from engine.contracts.names import Table
from engine.lake import LakeReader, NoSuchTable
from engine.lake.commits import read_commit, read_commits
from pipelines.tables import Lake
from tests.unit.pipelines.lakes import commit

pytestmark = pytest.mark.unit


def test_that_commits_come_newest_first_with_what_they_did(lake: Lake, reader: LakeReader) -> None:
    for _ in range(3):
        commit(lake, Table.ALERTS)
    lake.open(Table.ALERTS).optimize.compact()
    lake.open(Table.ALERTS).restore(2)
    page = read_commits(reader, Table.ALERTS)
    assert [c.version for c in page.commits] == [5, 4, 3, 2, 1, 0]
    assert [c.operation for c in page.commits] == [
        "RESTORE", "OPTIMIZE", "WRITE", "WRITE", "WRITE", "CREATE TABLE",
    ]  # fmt: skip
    restored, merged, written = page.commits[:3]
    assert restored.restored == 2
    assert (merged.files_added, merged.files_removed, merged.rows_written) == (1, 3, 3)
    assert (written.files_added, written.rows_written, written.restored) == (1, 1, None)
    assert written.bytes_added > 500
    assert abs(written.time - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert page.commits[-1].rows_written is None


def test_that_a_page_begins_where_it_is_asked_to(lake: Lake, reader: LakeReader) -> None:
    for _ in range(5):
        commit(lake, Table.ALERTS)
    page = read_commits(reader, Table.ALERTS, offset=2, limit=2)
    assert ([c.version for c in page.commits], page.total) == ([3, 2], 6)
    assert read_commits(reader, Table.ALERTS, offset=6).commits == ()


def test_that_versions_keep_their_number_when_older_commits_are_gone(
    lake: Lake, reader: LakeReader
) -> None:
    for _ in range(4):
        commit(lake, Table.ALERTS)
    lake.open(Table.ALERTS).create_checkpoint()
    for version in (0, 1):
        (lake.root / "alerts" / "_delta_log" / f"{version:020}.json").unlink()
    assert [c.version for c in read_commits(reader, Table.ALERTS).commits] == [4, 3, 2]
    assert read_commit(reader, Table.ALERTS, 1) is None


def test_that_a_commit_without_information_is_still_a_version(
    lake: Lake, reader: LakeReader
) -> None:
    file = lake.root / "alerts" / "_delta_log" / f"{1:020}.json"
    file.write_text(json.dumps({"add": {"path": "x", "size": 7, "stats": "{"}}) + "\n\n")
    found = read_commit(reader, Table.ALERTS, 1)
    assert found is not None
    assert (found.operation, found.bytes_added, found.rows_written) == ("unknown", 7, 0)


def test_that_a_table_that_is_not_there_is_named(lake: Lake) -> None:
    with pytest.raises(NoSuchTable, match="no table alerts yet"):
        read_commits(LakeReader(lake.root / "nothing"), Table.ALERTS)
