"""Copies of a lake at an address: kept up to date, fetched when needed, bounded."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from engine.lake import LakeReader, LakeReadError, Mirror, mirror
from engine.lake.commits import read_commits
from engine.lake.compare import compare

pytestmark = pytest.mark.unit
TABLE = Table.GOLD_KPIS


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The table's address, in a folder that plays the bucket."""
    monkeypatch.setattr(mirror, "FRESH_S", 0.0)
    address = (tmp_path / "bucket").as_uri()
    append(f"{address}/{TABLE.value}", 1)
    return address


def append(table: str, *values: int) -> None:
    minutes = pa.array([value * 60_000_000 for value in values], pa.timestamp("us", "UTC"))
    write_deltalake(table, pa.table({"window_start": minutes, "orders": values}), mode="append")


def reader(address: str, tmp_path: Path, cap_bytes: int = 1 << 30) -> LakeReader:
    copies = tmp_path / "copies"
    return LakeReader(copies, Mirror(address, copies, cap_bytes))


def total(lake: LakeReader) -> int:
    found = lake.query(f"SELECT sum(orders)::BIGINT FROM {TABLE.value}").table
    return int(found.column(0)[0].as_py())


def test_that_a_new_commit_is_seen(there: str, tmp_path: Path) -> None:
    lake = reader(there, tmp_path)
    assert lake.tables() == (TABLE,)
    assert total(lake) == 1
    append(f"{there}/{TABLE.value}", 2, 3)
    assert total(lake) == 6
    assert [commit.version for commit in read_commits(lake, TABLE).commits] == [1, 0]
    assert lake.address(TABLE) == f"{there}/{TABLE.value}"


def test_that_many_commits_and_a_checkpoint_are_followed(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror, "WHOLE_LOG_EVERY", 3)
    lake = reader(there, tmp_path)
    assert total(lake) == 1
    for value in range(2, 7):
        append(f"{there}/{TABLE.value}", value)
    DeltaTable(f"{there}/{TABLE.value}").create_checkpoint()
    DeltaTable(f"{there}/{TABLE.value}").cleanup_metadata()
    append(f"{there}/{TABLE.value}", 7)
    assert total(lake) == 28
    assert list((tmp_path / "copies" / TABLE.value / "_delta_log").glob("*.checkpoint.parquet"))


def test_that_the_log_alone_fetches_no_data(there: str, tmp_path: Path) -> None:
    lake = reader(there, tmp_path)
    assert lake.info(TABLE).rows == 1
    assert not list((tmp_path / "copies" / TABLE.value).glob("*.parquet"))


def test_that_a_statement_may_not_need_more_than_there_is_room_for(
    there: str, tmp_path: Path
) -> None:
    with pytest.raises(LakeReadError, match="keeps copies of"):
        total(reader(there, tmp_path, cap_bytes=10))


def test_that_old_copies_make_room(there: str, tmp_path: Path) -> None:
    first = DeltaTable(f"{there}/{TABLE.value}")
    size = pa.table(first.get_add_actions(flatten=True)).column("size_bytes")[0].as_py()
    lake = reader(there, tmp_path, cap_bytes=int(size * 1.5))
    assert total(lake) == 1
    first.delete()
    append(f"{there}/{TABLE.value}", 2)
    assert total(lake) == 2
    assert len(list((tmp_path / "copies" / TABLE.value).glob("*.parquet"))) == 1


def test_that_a_bucket_that_cannot_be_read_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    lake = reader("s3a:///", tmp_path)
    with pytest.raises(LakeReadError, match=r"cannot be read.*AWS_"):
        lake.tables()


def test_that_comparing_fetches_only_what_differs(there: str, tmp_path: Path) -> None:
    append(f"{there}/{TABLE.value}", 2)
    append(f"{there}/{TABLE.value}", 3)
    lake = reader(there, tmp_path)
    assert compare(lake, TABLE, 1, 2).only_b.count == 1
    assert len(list((tmp_path / "copies" / TABLE.value).glob("*.parquet"))) == 1
