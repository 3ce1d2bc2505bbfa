"""Files of a lake at an address: what DuckDB sees of them, and their sizes."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from deltalake import Field, write_deltalake
from deltalake.schema import PrimitiveType

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.places import is_bucket
from pipelines.files import sizes
from pipelines.tables import Lake, ensure_tables
from tests.unit.pipelines.lakes import empty_silver

pytestmark = pytest.mark.unit


@pytest.fixture
def remote(tmp_path: Path, pack: PackSpec) -> Lake:
    """A folder, named by an address: it takes the way of a bucket."""
    lake = Lake.at((tmp_path / "a lake").as_uri())
    assert is_bucket(lake.path(Table.SILVER))
    ensure_tables(lake, pack)
    for rows in (3, 4):
        write_deltalake(lake.path(Table.SILVER), empty_silver(pack, rows), mode="append")
    return lake


def test_that_only_the_named_files_are_read(remote: Lake) -> None:
    files = remote.files(Table.SILVER)
    with duckdb.connect() as connection:
        for named in (files, files[:1], files[1:]):
            source = remote.parquet(connection, Table.SILVER, named)
            found = connection.execute(f"SELECT count(*) FROM {source} WHERE ts IS NULL").fetchone()
            assert found == ({2: 7}.get(len(named)) or (4 if named == files[:1] else 3),)


def test_that_a_column_that_files_lack_is_null(remote: Lake) -> None:
    later = Field("later", PrimitiveType("string"), nullable=True)
    remote.open(Table.SILVER).alter.add_columns([later])
    with duckdb.connect() as connection:
        source = remote.parquet(connection, Table.SILVER, remote.files(Table.SILVER))
        found = connection.execute(f"SELECT count(*), count(later) FROM {source}").fetchone()
    assert found == (7, 0)


@pytest.mark.parametrize("at_address", [True, False])
def test_that_sizes_are_those_of_the_files(remote: Lake, tmp_path: Path, at_address: bool) -> None:
    root = remote.path(Table.SILVER)
    name = remote.files(Table.SILVER)[0].removeprefix(f"{root}/")
    folder = tmp_path / "a lake" / Table.SILVER
    found = sizes(root if at_address else str(folder), [name, "none.parquet"])
    assert found == [(folder / name).stat().st_size, None]
