"""Making the tables, and letting silver grow with the pack."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree

import pytest
from deltalake import DeltaTable, Field, Schema
from deltalake.schema import PrimitiveType

from engine.contracts.names import Table
from engine.contracts.pack import FieldSpec, PackSpec
from pipelines.errors import LakeError
from pipelines.sinks import Sinks
from pipelines.stages import STAGES
from pipelines.tables import (
    METRICS,
    Lake,
    TableLocks,
    ensure_tables,
    gold_columns,
    silver_columns,
)
from tests.oracle import KPI_COLUMNS, SEGMENT_COLUMNS
from tests.unit.pipelines.lakes import commit, mark, rows_of

pytestmark = pytest.mark.unit

CONTRACT = {
    Table.BRONZE: "raw key topic partition offset kafka_ts ingest_ts ingest_date",
    Table.SILVER: "amount_usd event_date is_late extra topic partition offset ingest_ts "
    "processed_ts",
    Table.QUARANTINE: "raw reason detail topic partition offset kafka_ts processed_ts",
    Table.GOLD_KPIS: "window_start window_end updated_at",
    Table.GOLD_SEGMENTS: "window_start dimension value updated_at",
    Table.ALERTS: "alert_id raised_at cleared_at rule severity metric value threshold baseline "
    "message",
    Table.METRICS: "query batch_id started_at duration_ms input_rows rejected duplicates late "
    "input_rate process_rate kafka_lag end_to_end_p50_ms end_to_end_p95_ms",
}


def _columns(lake: Lake, table: Table) -> list[str]:
    return [field.name for field in lake.open(table).schema().fields]


def _with(pack: PackSpec, **changed: str) -> PackSpec:
    """The pack with fields of these names and types, new or instead of its own."""
    kept = tuple(f for f in pack.fields if f.name not in changed)
    extra = [FieldSpec.model_validate({"name": n, "type": t}) for n, t in changed.items()]
    return pack.model_copy(update={"fields": (*kept, *extra)})


@pytest.mark.parametrize("table", Table)
def test_that_each_table_is_made_with_the_contracts_columns(lake: Lake, table: Table) -> None:
    assert set(CONTRACT[table].split()) <= set(_columns(lake, table))
    assert lake.open(table).version() == 0
    assert lake.open(table).metadata().name == table.value


def test_that_silver_has_the_packs_fields_and_gold_its_measures(lake: Lake, pack) -> None:
    assert _columns(lake, Table.SILVER) == list(silver_columns(pack))
    assert {field.name for field in pack.fields} <= set(_columns(lake, Table.SILVER))
    assert set(KPI_COLUMNS) <= set(_columns(lake, Table.GOLD_KPIS))
    assert set(SEGMENT_COLUMNS) <= set(_columns(lake, Table.GOLD_SEGMENTS))
    assert list(gold_columns(pack)[0]) == _columns(lake, Table.GOLD_KPIS)


def test_that_a_second_start_changes_no_table(lake: Lake, pack) -> None:
    assert ensure_tables(lake, pack) == frozenset()
    assert {lake.open(table).version() for table in Table} == {0}


def test_that_a_lost_table_is_made_again(lake: Lake, pack) -> None:
    commit(lake, Table.SILVER, mark())
    Path(lake.path(Table.ALERTS)).rename(lake.root / "moved away")
    assert ensure_tables(lake, pack) == {Table.ALERTS}
    assert rows_of(lake, Table.ALERTS) == []
    assert len(rows_of(lake, Table.SILVER)) == 1


@pytest.mark.parametrize("kind", ["string", "timestamp", "double", "integer"])
def test_that_a_new_field_of_the_pack_becomes_a_column(lake: Lake, pack, kind: str) -> None:
    commit(lake, Table.SILVER, mark())
    assert ensure_tables(lake, _with(pack, loyalty=kind)) == {Table.SILVER}
    assert "loyalty" in _columns(lake, Table.SILVER)
    assert rows_of(lake, Table.SILVER)[0]["loyalty"] is None
    assert lake.open(Table.GOLD_KPIS).version() == 0


def test_that_a_lake_of_before_the_stages_gets_their_columns(tmp_path: Path, pack) -> None:
    lake = Lake(tmp_path / "old")
    ensure_tables(lake, pack)
    kept = {name: kind for name, kind in METRICS.items() if name.removesuffix("_ms") not in STAGES}
    rmtree(lake.path(Table.METRICS))
    fields = [Field(name, PrimitiveType(kind)) for name, kind in kept.items()]
    DeltaTable.create(lake.path(Table.METRICS), Schema(fields), name=Table.METRICS.value)
    assert ensure_tables(lake, pack) == {Table.METRICS}
    row = dict.fromkeys(METRICS, None) | {"query": "main", "parse_ms": 12.5}
    Sinks(lake, TableLocks()).append_metrics(row, mark())
    assert rows_of(lake, Table.METRICS)[0]["parse_ms"] == 12.5


def test_that_a_field_gone_from_the_pack_keeps_its_column(lake: Lake, pack) -> None:
    fewer = tuple(f for f in pack.fields if f.name != "campaign")
    ensure_tables(lake, pack.model_copy(update={"fields": fewer}))
    assert "campaign" in _columns(lake, Table.SILVER)


def test_that_a_changed_type_is_refused_with_its_remedy(lake: Lake, pack) -> None:
    with pytest.raises(LakeError) as caught:
        ensure_tables(lake, _with(pack, campaign="integer"))
    said = str(caught.value)
    assert "Column campaign of silver_events" in said
    assert "string" in said
    assert "integer" in said
    assert "Rename the field in the pack, or keep its type." in said
    assert not caught.value.retry
    assert lake.open(Table.SILVER).version() == 0


def test_that_a_folder_that_cannot_be_made_is_told_with_its_remedy(tmp_path: Path, pack) -> None:
    (tmp_path / "lake").write_text("a file where the folder should be")
    with pytest.raises(LakeError, match="data folder can be written"):
        ensure_tables(Lake(tmp_path / "lake"), pack)


def test_that_a_damaged_log_is_told_as_a_fault_of_the_lake(lake: Lake, pack) -> None:
    log = lake.root / Table.SILVER / "_delta_log" / f"{0:020}.json"
    log.write_text("no JSON")
    with pytest.raises(LakeError, match="silver_events"):
        ensure_tables(lake, pack)


def test_that_statistics_are_kept_where_readers_prune(lake: Lake) -> None:
    commit(lake, Table.QUARANTINE, mark())
    actions = lake.open(Table.SILVER).metadata().configuration
    assert actions["delta.dataSkippingStatsColumns"] == "ts,kafka_ts"
    assert actions["delta.enableDeletionVectors"] == "false"
    text = (lake.root / Table.SILVER / "_delta_log" / f"{0:020}.json").read_text()
    (protocol,) = (a["protocol"] for a in map(json.loads, text.splitlines()) if "protocol" in a)
    assert protocol["minReaderVersion"] == 1, "any Delta reader can read it"
