"""The Data page's figures, columns, history and rows, on a small real lake."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.types import DUCKDB_TYPES
from engine.domain import load_pack
from engine.lake import LakeReader, LakeReadError
from engine.readings import data
from engine.readings.data import table_cards, table_history, table_rows, table_schema
from engine.readings.restore import CONSEQUENCES, preview_restore
from pipelines.tables import Lake, ensure_tables
from tests.oracle import recompute
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, commit, write_silver

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> Lake:
    made = Lake(tmp_path / "lake")
    ensure_tables(made, pack)
    return made


@pytest.fixture
def reader(lake: Lake) -> LakeReader:
    return LakeReader(lake.root)


def test_that_each_table_has_a_card_with_its_figures(lake: Lake, reader: LakeReader) -> None:
    for _ in range(3):
        commit(lake, Table.BRONZE)
    cards = {card.table: card for card in table_cards(reader)}
    assert tuple(cards) == tuple(Table)
    bronze = cards[Table.BRONZE]
    assert (bronze.rows, bronze.files, bronze.version, bronze.many_small) == (3, 3, 3, False)
    assert bronze.bytes > 1000
    assert bronze.committed_at is not None
    assert abs(bronze.committed_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert cards[Table.SILVER].rows == 0


def test_that_many_small_files_are_pointed_out(lake: Lake, reader: LakeReader, monkeypatch) -> None:
    monkeypatch.setattr(data, "MANY", 3)
    for _ in range(3):
        commit(lake, Table.BRONZE)
    small = {card.table for card in table_cards(reader) if card.many_small}
    assert small == {Table.BRONZE}


def test_that_no_lake_has_no_cards(tmp_path: Path) -> None:
    assert table_cards(LakeReader(tmp_path / "nothing")) == ()


def test_that_a_damaged_table_stays_in_the_list_and_says_why(
    lake: Lake, reader: LakeReader
) -> None:
    (lake.root / "alerts" / "_delta_log" / f"{0:020}.json").write_text("{ torn", encoding="utf-8")
    cards = {card.table: card for card in table_cards(reader)}
    damage = cards[Table.ALERTS].damage
    assert damage is not None
    assert damage.message.startswith("The table alerts cannot be read: ")
    assert damage.remedy.startswith("Try again")
    assert [card.table for card in cards.values() if card.damage] == [Table.ALERTS]


def test_that_a_table_that_is_just_being_made_is_left_out(lake: Lake, reader: LakeReader) -> None:
    log = lake.root / "alerts" / "_delta_log"
    for file in log.iterdir():
        file.unlink()
    assert Table.ALERTS not in {card.table for card in table_cards(reader)}


@pytest.mark.parametrize("table", list(Table))
def test_that_every_column_is_described(reader: LakeReader, pack: PackSpec, table: Table) -> None:
    columns = table_schema(reader, table, pack)
    assert [c.name for c in columns if not c.description] == []
    assert all(c.type in {*DUCKDB_TYPES} for c in columns)


def test_that_the_pack_describes_its_own_fields(reader: LakeReader, pack: PackSpec) -> None:
    columns = {c.name: c for c in table_schema(reader, Table.SILVER, pack)}
    assert columns["price"].description == pack.field("price").description
    assert (columns["price"].type, columns["ts"].type) == ("double", "timestamp")


def test_that_rows_come_newest_first_in_pages(
    lake: Lake, reader: LakeReader, pack: PackSpec
) -> None:
    silver = recompute(as_records(make_events(240, 5, NOON_MS), NOON_MS), pack.currencies).silver
    rows = sorted(silver.values(), key=lambda row: (-row["ts"], row["event_id"]))
    write_silver(lake, pack, rows[::2])
    write_silver(lake, pack, rows[1::2])
    page = table_rows(reader, Table.SILVER, offset=3, limit=5)
    assert page.rows.column("event_id").to_pylist() == [r["event_id"] for r in rows[3:8]]
    assert (page.total, page.version, page.newest) == (len(rows), 2, True)
    old = table_rows(reader, Table.SILVER, version=1)
    assert (old.total, old.rows.num_rows, old.newest) == (len(rows[::2]), len(rows[::2]), False)
    assert table_rows(reader, Table.SILVER, offset=len(rows)).rows.num_rows == 0


def test_that_an_empty_table_has_columns_and_no_rows(reader: LakeReader) -> None:
    page = table_rows(reader, Table.GOLD_KPIS)
    assert (page.total, page.rows.num_rows) == (0, 0)
    assert "gmv_usd" in page.rows.column_names


def test_that_history_is_read_in_pages(lake: Lake, reader: LakeReader) -> None:
    for _ in range(4):
        commit(lake, Table.ALERTS)
    history = table_history(reader, Table.ALERTS, offset=1, limit=2)
    assert ([c.version for c in history.commits], history.total) == ([3, 2], 5)


def test_that_a_preview_says_what_a_restore_changes(lake: Lake, reader: LakeReader) -> None:
    for _ in range(4):
        commit(lake, Table.ALERTS)
    found = preview_restore(reader, Table.ALERTS, 1)
    assert (found.rows_now, found.rows_then, found.commits_undone) == (4, 1, 3)
    assert found.at is not None
    assert found.figures().startswith("4 rows now, 1 row then (−3). 3 newer commits undone")
    assert found.consequences == CONSEQUENCES[Table.ALERTS]
    assert set(CONSEQUENCES) == set(Table)


@pytest.mark.parametrize(("version", "words"), [(2, "is the current one"), (5, "no version 5")])
def test_that_there_is_no_preview_of_what_is_no_past_version(
    lake: Lake, reader: LakeReader, version: int, words: str
) -> None:
    for _ in range(2):
        commit(lake, Table.ALERTS)
    with pytest.raises(LakeReadError, match=words):
        preview_restore(reader, Table.ALERTS, version)


def test_that_a_version_whose_files_are_gone_is_told_before_anything_is_done(
    lake: Lake, reader: LakeReader
) -> None:
    for _ in range(2):
        commit(lake, Table.ALERTS)
    table = lake.open(Table.ALERTS)
    table.optimize.compact()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    for read in (preview_restore, table_rows):
        with pytest.raises(LakeReadError, match="is gone"):
            read(reader, Table.ALERTS, 2)
