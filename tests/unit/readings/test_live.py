"""The Live page's figures against rows that can be counted by hand."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from engine.lake.window import KeptTable
from engine.readings.live import LiveReader, LiveReading, live_csv
from engine.readings.live_kpis import needed
from tests.unit.readings.live_lake import MINUTE, NOON, SECOND, LiveLake, event, purchase

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"
WINDOW = 300.0
FILE_CACHE = """SELECT sum(memory_usage_bytes)::BIGINT AS bytes FROM duckdb_memory()
WHERE tag = 'EXTERNAL_FILE_CACHE'"""


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> LiveLake:
    return LiveLake(tmp_path / "lake", pack)


def read(reader: LiveReader, window_s: float = WINDOW) -> LiveReading:
    found = reader.read(window_s, "country")
    assert found is not None
    return found


def minute_of(reading: LiveReading) -> dict[str, float | None]:
    return {kpi.spec.name: kpi.minute for kpi in reading.kpis}


def test_that_there_is_nothing_before_tables_and_before_events(tmp_path, pack, lake):
    assert LiveReader(LakeReader(tmp_path / "none"), pack).read(WINDOW, "country") is None
    assert LiveReader(lake.reader, pack).read(WINDOW, "country") is None


def test_that_the_last_complete_minute_is_shown_and_the_running_one_left_out(lake, pack):
    lake.add(
        [
            event(NOON, "ann"),
            event(NOON + 10 * SECOND, "bob"),
            purchase(NOON + 20 * SECOND, "bob", 30.0),
            purchase(NOON + 30 * SECOND, "bob", 10.0),
            purchase(NOON + MINUTE + SECOND, "cem", 99.0),
        ]
    )
    found = read(LiveReader(lake.reader, pack))
    assert found.minute == NOON
    assert found.through == NOON + MINUTE + SECOND
    assert minute_of(found) == pytest.approx(
        {
            "orders": 2,
            "gmv_usd": 40,
            "active_users": 2,
            "conversion_rate": 0.5,
            "avg_order_value_usd": 20,
            "events_per_s": 4 / 60,
        }
    )
    assert found.at[-1] == NOON.timestamp()
    assert found.series["gmv_usd"][-1] == 40


def test_that_minutes_without_events_are_gaps_and_absent_types_are_zero(lake, pack):
    lake.add(
        [
            event(NOON, "ann"),
            event(NOON + 2 * MINUTE, "ann", "search"),
            event(NOON + 2 * MINUTE, "bob", "search"),
            event(NOON + 3 * MINUTE, "ann"),
        ]
    )
    found = read(LiveReader(lake.reader, pack))
    assert len(found.at) == 5
    np.testing.assert_equal(found.by_type["search"], [np.nan, np.nan, 0, np.nan, 2])
    np.testing.assert_equal(found.by_type["page_view"], [np.nan, np.nan, 1, np.nan, 0])
    np.testing.assert_equal(found.series["active_users"], [np.nan, np.nan, 1, np.nan, 2])
    assert set(found.by_type) == set(pack.event_types)


def test_that_new_late_and_compacted_files_are_counted_once(lake, pack):
    reader = LiveReader(lake.reader, pack)
    lake.add([event(NOON, "ann"), event(NOON + 2 * MINUTE, "ann")])
    assert read(reader).by_type["page_view"][-2] == 1
    lake.add([event(NOON + 5 * SECOND, "bob", is_late=True)])
    assert read(reader).by_type["page_view"][-2] == 2
    lake.lake.open(Table.SILVER).optimize.compact()
    assert read(reader).by_type["page_view"][-2] == 2


def test_that_a_minute_waits_for_gold_to_begin_the_next_one(lake, pack):
    lake.add([event(NOON, "ann"), event(NOON + MINUTE, "ann")])
    lake.add_silver([event(NOON + 2 * MINUTE, "ann")])
    assert read(LiveReader(lake.reader, pack)).minute == NOON


def test_that_a_clock_that_runs_ahead_ends_no_minute(lake, pack):
    ahead = event(NOON + 5 * MINUTE, "bob", kafka_ts=NOON + 61 * SECOND)
    lake.add([event(NOON, "ann"), event(NOON + 61 * SECOND, "ann"), ahead])
    assert read(LiveReader(lake.reader, pack)).minute == NOON


def test_that_a_minute_is_compared_with_the_mean_of_the_hour_before(lake, pack):
    lake.add(
        [purchase(NOON + at * MINUTE, "ann", 10.0) for at in range(11)]
        + [purchase(NOON + 11 * MINUTE, f"user {n}", 10.0) for n in range(3)]
        + [event(NOON + 12 * MINUTE, "ann")]
    )
    found = {kpi.spec.name: kpi for kpi in read(LiveReader(lake.reader, pack)).kpis}
    assert found["orders"].minute == 3
    assert found["orders"].minute_change == pytest.approx(2.0)
    assert found["avg_order_value_usd"].minute_change == pytest.approx(0.0)
    assert found["conversion_rate"].minute is None
    assert found["conversion_rate"].minute_change is None


def test_that_too_few_minutes_are_no_base_for_a_change(lake, pack):
    lake.add([event(NOON + at * MINUTE, "ann") for at in range(5)])
    assert all(kpi.minute_change is None for kpi in read(LiveReader(lake.reader, pack)).kpis)


def test_that_segments_are_ranked_by_money_with_their_share(lake, pack):
    lake.add(
        [
            purchase(NOON, "ann", 30.0, country="DE"),
            purchase(NOON, "bob", 60.0, country="US"),
            event(NOON, "cem", country="IN"),
            purchase(NOON + MINUTE, "ann", 999.0, country="DE"),
        ]
    )
    found = read(LiveReader(lake.reader, pack))
    assert found.rank_by == "gmv_usd"
    assert [(s.value, s.figure, round(s.share, 3)) for s in found.segments] == [
        ("US", 60.0, 0.667),
        ("DE", 30.0, 0.333),
        ("IN", 0.0, 0.0),
    ]
    assert found.segments[0].sums == {"gmv_usd": 60.0, "orders": 1.0, "events": 1.0}
    assert found.rest == 0


def test_that_only_the_largest_segments_are_named(lake, pack):
    lake.add(
        [purchase(NOON, "ann", 10.0 + n, country=f"C{n:02}") for n in range(11)]
        + [event(NOON + MINUTE, "ann")]
    )
    found = read(LiveReader(lake.reader, pack))
    assert [s.value for s in found.segments] == [f"C{n:02}" for n in range(10, 2, -1)]
    assert found.rest == 3


def test_that_csv_has_a_row_a_minute_and_empty_cells_in_gaps(lake, pack):
    lake.add(
        [
            purchase(NOON, "ann", 12.5),
            event(NOON + 2 * MINUTE, "ann"),
            event(NOON + 3 * MINUTE, "ann"),
        ]
    )
    found = read(LiveReader(lake.reader, pack), 180)
    rows = list(csv.DictReader(io.StringIO(live_csv(found, None))))
    assert [row["minute_utc"] for row in rows] == [
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T12:01:00+00:00",
        "2026-03-01T12:02:00+00:00",
    ]
    assert [row["gmv_usd"] for row in rows] == ["12.5", "", "0"]
    assert [row["events purchase"] for row in rows] == ["1", "", "0"]
    part = live_csv(found, (found.at[1], found.at[2]))
    assert len(part.splitlines()) == 3


def test_that_a_lake_that_was_made_anew_is_read_anew(lake, pack):
    reader = LiveReader(lake.reader, pack)
    lake.add([event(NOON, "ann"), event(NOON + MINUTE, "ann")])
    for _ in range(3):
        lake.add([event(NOON, "ann")])
    assert read(reader).by_type["page_view"][-1] == 4
    shutil.rmtree(lake.lake.root)
    again = LiveLake(lake.lake.root, pack)
    again.add([event(NOON, "ann"), event(NOON + MINUTE, "ann")])
    assert read(reader).by_type["page_view"][-1] == 1


def test_that_a_kept_table_names_only_files_of_the_asked_times(lake):
    kept = KeptTable(lake.reader, Table.SILVER, "ts")
    assert kept.look()
    assert kept.between(NOON, NOON + MINUTE) == ()
    assert kept.newest("ts") is None
    lake.add_silver([event(NOON, "ann"), event(NOON + MINUTE, "ann")])
    lake.add_silver([event(NOON + 5 * MINUTE, "ann")])
    assert kept.look()
    assert len(kept.pieces) == 2
    assert len(kept.between(NOON + 2 * MINUTE, NOON + 3 * MINUTE)) == 0
    assert len(kept.between(NOON + MINUTE, NOON + 2 * MINUTE)) == 1
    assert len(kept.between(NOON - MINUTE, NOON)) == 0
    assert kept.newest("ts") == NOON + 5 * MINUTE


def test_that_a_derived_figure_brings_what_it_is_made_of(pack):
    names = [measure.name for measure in needed(pack, ["conversion_rate", "nonsense"])]
    assert names == ["view_users", "purchase_users", "conversion_rate"]


def test_that_files_once_read_are_not_kept_in_memory(lake, pack):
    """DuckDB's cache of files would grow for as long as the window is open."""
    lake.add([event(NOON, "ann"), event(NOON + MINUTE + SECOND, "bob")])
    reader = LiveReader(lake.reader, pack)
    read(reader)
    assert reader._rows.read(lambda: FILE_CACHE).to_pylist() == [{"bytes": 0}]
