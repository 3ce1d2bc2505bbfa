"""Two versions of a table: which rows, values and columns differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pyarrow as pa
import pytest
from deltalake import Field, write_deltalake
from deltalake.schema import PrimitiveType

from engine.contracts.names import Table
from engine.lake import LakeReader, LakeReadError
from engine.lake import compare as module
from engine.lake.compare import compare
from pipelines.gold import Gold, Span
from pipelines.tables import Lake, TableLocks
from tests.oracle import recompute
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, commit, kpis_of, mark, write_silver

pytestmark = pytest.mark.unit

NOON = dt.datetime.fromtimestamp(NOON_MS / 1000, dt.UTC)


def _kpis(lake: Lake, mode: str, **minutes: Mapping[str, object]) -> None:
    """Rows ``m3={"events": 5}``: minute 3 after noon."""
    rows = [
        {
            "window_start": NOON + dt.timedelta(minutes=int(name[1:])),
            "updated_at": dt.datetime.now(dt.UTC),
            **values,
        }
        for name, values in minutes.items()
    ]
    known = {
        "window_start": pa.timestamp("us", "UTC"),
        "updated_at": pa.timestamp("us", "UTC"),
        "events": pa.int64(),
        "gmv_usd": pa.float64(),
    }
    table = pa.table({n: pa.array([r.get(n) for r in rows], t) for n, t in known.items()})
    write_deltalake(lake.path(Table.GOLD_KPIS), table, mode=mode, schema_mode="merge")  # type: ignore[call-overload]  # a variable mode


def test_that_rows_and_changed_values_are_counted_by_key(lake: Lake, reader: LakeReader) -> None:
    _kpis(lake, "append", m0={"events": 1}, m1={"events": 2, "gmv_usd": 5.0}, m2={"events": 3})
    _kpis(lake, "overwrite", m1={"events": 9, "gmv_usd": 6.0}, m2={"events": 4}, m3={"events": 1})
    found = compare(reader, Table.GOLD_KPIS, 1, 2)
    assert (found.a.rows, found.b.rows, found.a.version, found.b.version) == (3, 3, 1, 2)
    assert (found.only_a.count, found.only_b.count) == (1, 1)
    assert found.only_a.examples.column("events").to_pylist() == [1]
    assert found.only_b.examples.column("window_start").to_pylist() == [
        NOON + dt.timedelta(minutes=3)
    ]
    assert found.changed is not None
    assert (found.changed.rows, found.changed.columns) == (2, {"events": 2, "gmv_usd": 1})
    assert found.changed.examples.select(["column", "a", "b"]).to_pylist() == [
        {"column": "events", "a": "2", "b": "9"},
        {"column": "gmv_usd", "a": "5.0", "b": "6.0"},
        {"column": "events", "a": "3", "b": "4"},
    ]
    assert not found.same


def test_that_a_row_computed_again_with_the_same_values_is_the_same(
    lake: Lake, reader: LakeReader
) -> None:
    for _ in range(2):
        _kpis(lake, "overwrite", m0={"events": 1}, m1={})
    found = compare(reader, Table.GOLD_KPIS, 1, 2)
    assert found.same
    assert found.changed is not None
    assert found.changed.examples.num_rows == 0


def test_that_compaction_changes_no_row(lake: Lake, reader: LakeReader, pack) -> None:
    silver = recompute(as_records(make_events(240, 5, NOON_MS), NOON_MS), pack.currencies).silver
    rows = list(silver.values())
    for part in range(4):
        write_silver(lake, pack, rows[part::4])
    lake.open(Table.SILVER).optimize.compact()
    found = compare(reader, Table.SILVER, 4, 5)
    assert found.same
    assert (found.a.files, found.b.files) == (4, 1)
    assert found.changed is None, "rows of silver never change"
    found = compare(reader, Table.SILVER, 5, 2)
    wanted = sorted(row["event_id"] for part in (2, 3) for row in rows[part::4])
    assert (found.only_a.count, found.only_b.count) == (len(wanted), 0)
    assert found.only_a.examples.column("event_id").to_pylist() == wanted[:20]
    assert found.only_a.cut is (len(wanted) > 20)


def test_that_examples_are_cut_and_say_so(lake: Lake, reader: LakeReader) -> None:
    _kpis(lake, "append", **{f"m{n}": {"events": n} for n in range(9)})
    found = compare(reader, Table.GOLD_KPIS, 0, 1, examples=4)
    assert (found.only_b.count, found.only_b.examples.num_rows, found.only_b.cut) == (9, 4, True)
    assert not found.only_a.cut


def test_that_segments_are_matched_by_minute_dimension_and_value(
    lake: Lake, reader: LakeReader, pack
) -> None:
    silver = recompute(as_records(make_events(240, 7, NOON_MS), NOON_MS), pack.currencies).silver
    rows = list(silver.values())
    gold = Gold(lake, pack, TableLocks())
    write_silver(lake, pack, rows[:-1])
    gold.replace(mark())
    write_silver(lake, pack, rows[-1:])
    gold.replace(mark(), Span.of(None, None))
    gold.close()
    found = compare(reader, Table.GOLD_SEGMENTS, 1, 2)
    assert found.key == ("window_start", "dimension", "value")
    assert found.only_a.count == 0
    assert found.changed is not None
    assert 0 < found.changed.rows + found.only_b.count <= len(pack.segments.dimensions)
    kpis = compare(reader, Table.GOLD_KPIS, 1, 2)
    assert kpis.b.rows == len(kpis_of(lake))


def test_that_new_columns_are_told_and_compared(lake: Lake, reader: LakeReader) -> None:
    commit(lake, Table.ALERTS)
    lake.open(Table.ALERTS).alter.add_columns([Field("owner", PrimitiveType("string"))])
    write_deltalake(
        lake.path(Table.ALERTS),
        pa.table({"alert_id": ["a"], "owner": ["ann"]}),
        mode="append",
        schema_mode="merge",
    )
    found = compare(reader, Table.ALERTS, 1, 3)
    (change,) = found.schema
    assert (change.name, change.type_a, change.type_b) == ("owner", None, "string")
    assert found.only_b.examples.column("owner").to_pylist() == ["ann"]
    assert found.only_a.count == 0


def test_that_a_version_with_itself_is_the_same(lake: Lake, reader: LakeReader) -> None:
    commit(lake, Table.BRONZE)
    assert compare(reader, Table.BRONZE, 1, 1).same


@pytest.mark.parametrize(("a", "words"), [(9, "no version 9: its newest is 5"), (1, "is gone")])
def test_that_a_version_that_is_not_there_is_named(
    lake: Lake, reader: LakeReader, a: int, words: str
) -> None:
    for _ in range(2):
        _kpis(lake, "overwrite", m0={"events": 1})
    table = lake.open(Table.GOLD_KPIS)
    table.delete()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    with pytest.raises(LakeReadError, match=words):
        compare(reader, Table.GOLD_KPIS, a, 3 if a == 1 else 0)


def test_that_too_many_rows_are_refused_before_they_are_read(
    lake: Lake, reader: LakeReader, monkeypatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    _kpis(lake, "append", m0={}, m1={}, m2={})
    with pytest.raises(LakeReadError, match="too many rows"):
        compare(reader, Table.GOLD_KPIS, 0, 1)
