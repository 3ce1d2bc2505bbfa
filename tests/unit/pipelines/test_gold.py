"""Gold from hand-written silver, against the oracle's gold for the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from pipelines.gold import Gold, Span, gold_queries
from pipelines.marks import last_mark
from pipelines.tables import Lake, TableLocks, ensure_tables
from tests.oracle import KafkaRecord, recompute
from tests.oracle import gold as oracle_gold
from tests.oracle.gold import MINUTE_US
from tests.oracle.make_events import as_records, make_events
from tests.oracle.spoiled import dumps
from tests.unit.pipelines.lakes import (
    MINUTE_MS,
    NOON_MS,
    Row,
    count_by_duckdb,
    kpis_of,
    mark,
    rows_of,
    segments_of,
    write_silver,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def gold(lake: Lake, pack: PackSpec) -> Iterator[Gold]:
    made = Gold(lake, pack, TableLocks())
    yield made
    made.close()


@pytest.fixture(scope="module")
def silver(pack: PackSpec) -> list[Row]:
    records = as_records(make_events(400, 11, NOON_MS), NOON_MS)
    return list(recompute(records, pack.currencies).silver.values())


def _minutes(rows: list[Row]) -> np.ndarray:
    return np.unique(np.array([row["ts"] // MINUTE_US for row in rows], np.int64))


def _event(pack: PackSpec, ts_ms: int | str, **fields: object) -> Row:
    event = {"event_id": "a", "event_type": "page_view", "ts": ts_ms, "user_id": "ann", **fields}
    record = KafkaRecord(0, 0, NOON_MS, b"ann", dumps(event))
    (row,) = recompute([record], pack.currencies).silver.values()
    return row


def _assert_equal_to_the_oracle(lake: Lake, silver: list[Row]) -> None:
    assert kpis_of(lake) == oracle_gold.kpis(silver)
    assert segments_of(lake) == oracle_gold.segments(silver)


def test_that_refreshing_every_minute_gives_the_oracles_gold(lake, pack, gold, silver) -> None:
    write_silver(lake, pack, silver)
    gold.refresh(_minutes(silver), mark())
    _assert_equal_to_the_oracle(lake, silver)


def test_that_replacing_all_gives_the_oracles_gold_and_drops_what_silver_lacks(
    lake, pack, gold, silver
) -> None:
    stale = _event(pack, NOON_MS - 90 * MINUTE_MS, country="US")
    write_silver(lake, pack, [stale])
    gold.refresh(_minutes([stale]), mark())
    lake.open(Table.SILVER).delete()
    write_silver(lake, pack, silver)
    gold.replace(mark(2))
    _assert_equal_to_the_oracle(lake, silver)
    assert last_mark(lake.open(Table.GOLD_KPIS)) == mark(2)
    assert last_mark(lake.open(Table.GOLD_SEGMENTS)) == mark(2)


def test_that_replacing_all_from_an_empty_silver_empties_gold(lake, pack, gold, silver) -> None:
    write_silver(lake, pack, silver)
    gold.refresh(_minutes(silver), mark())
    lake.open(Table.SILVER).delete()
    gold.replace(mark(1))
    assert not kpis_of(lake)
    assert not segments_of(lake)


def test_that_a_second_refresh_changes_nothing(lake, pack, gold, silver) -> None:
    write_silver(lake, pack, silver)
    for _ in range(2):
        gold.refresh(_minutes(silver), mark())
    _assert_equal_to_the_oracle(lake, silver)


def test_that_a_reader_of_the_files_alone_sees_one_row_a_key(lake, pack, gold, silver) -> None:
    for part in (silver[::2], silver[1::2]):
        write_silver(lake, pack, part)
        gold.refresh(_minutes(silver), mark())
    kpis, segments = lake.open(Table.GOLD_KPIS), lake.open(Table.GOLD_SEGMENTS)
    assert count_by_duckdb(kpis) == len(oracle_gold.kpis(silver))
    assert count_by_duckdb(segments) == len(oracle_gold.segments(silver))


@pytest.mark.parametrize("ranges", [1, 1_000], ids=["as-a-set", "as-ranges"])
def test_that_only_the_minutes_asked_for_are_written(
    lake, pack, gold, silver, monkeypatch: pytest.MonkeyPatch, ranges: int
) -> None:
    monkeypatch.setattr("pipelines.gold.MOST_RANGES", ranges)
    write_silver(lake, pack, silver)
    chosen = _minutes(silver)[::2]
    assert len(chosen) > 1
    gold.refresh(chosen, mark())
    whole = oracle_gold.kpis(silver)
    assert kpis_of(lake) == {m * MINUTE_US: whole[m * MINUTE_US] for m in chosen.tolist()}


def test_that_a_late_event_changes_its_own_minute(lake, pack, gold) -> None:
    rows = [_event(pack, NOON_MS - n * MINUTE_MS, country="US") for n in range(3)]
    write_silver(lake, pack, rows)
    gold.refresh(_minutes(rows), mark())
    late = _event(pack, NOON_MS - 2 * MINUTE_MS, country="DE") | {"is_late": True}
    write_silver(lake, pack, [late])
    gold.refresh(_minutes([late]), mark())
    _assert_equal_to_the_oracle(lake, [*rows, late])


def test_that_the_edges_of_a_minute_belong_to_it(lake, pack, gold) -> None:
    last = "2025-01-01T12:00:59.999999Z"
    rows = [_event(pack, NOON_MS, country="US"), _event(pack, last, country="US")]
    after = _event(pack, NOON_MS + MINUTE_MS, country="US")
    for row in (*rows, after):  # one file each, so that each file's bounds are tried
        write_silver(lake, pack, [row])
    gold.refresh(_minutes(rows), mark())
    assert kpis_of(lake) == oracle_gold.kpis(rows)


def test_that_files_without_the_minute_are_not_read(lake, pack, gold) -> None:
    for minute in range(3):
        write_silver(lake, pack, [_event(pack, NOON_MS + minute * MINUTE_MS)])
    low = (NOON_MS + MINUTE_MS) * 1000
    assert len(gold.files(low, low + MINUTE_US)) == 1
    assert len(gold.files(-(1 << 62), 1 << 62)) == 3
    assert gold.files(low + 60 * MINUTE_US, low + 61 * MINUTE_US) == []


def test_that_nothing_to_refresh_makes_no_commit(lake, pack, gold) -> None:
    gold.refresh(np.zeros(0, np.int64), mark())
    gold.refresh(np.array([NOON_MS // MINUTE_MS]), mark())
    assert lake.open(Table.GOLD_KPIS).version() == 0


def test_that_a_minute_without_any_dimension_is_counted(lake, pack, gold) -> None:
    bare = [_event(pack, NOON_MS)]
    write_silver(lake, pack, bare)
    gold.refresh(_minutes(bare), mark())
    _assert_equal_to_the_oracle(lake, bare)


def test_that_a_minute_of_which_silver_has_nothing_is_no_error(lake, pack, gold) -> None:
    rows = [_event(pack, NOON_MS), _event(pack, NOON_MS + 2 * MINUTE_MS)]
    write_silver(lake, pack, rows)
    gold.refresh(np.array([NOON_MS // MINUTE_MS + 1]), mark())
    assert kpis_of(lake) == {}


@pytest.mark.parametrize(
    "ts", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:30Z", "1970-01-01T00:00:00Z"]
)
def test_that_an_event_of_long_ago_has_its_minute(lake, pack, gold, ts) -> None:
    """Accepted while no newer event was seen; ``0001-01-01`` is what an unset time of Go and
    .NET looks like."""
    old = [_event(pack, ts, country="US")]
    write_silver(lake, pack, old)
    gold.refresh(_minutes(old), mark())
    _assert_equal_to_the_oracle(lake, old)
    gold.refresh(_minutes(old), mark())
    _assert_equal_to_the_oracle(lake, old)


def test_that_an_absurd_amount_is_left_out_of_sums(lake, pack, gold) -> None:
    bought = {"event_type": "purchase", "quantity": 1, "currency": "USD", "country": "US"}
    rows = [_event(pack, NOON_MS, price=1e30, **bought), _event(pack, NOON_MS, price=1.1, **bought)]
    write_silver(lake, pack, rows)
    gold.refresh(_minutes(rows), mark())
    _assert_equal_to_the_oracle(lake, rows)


def test_that_a_quote_in_the_folders_name_is_no_end_of_the_statement(tmp_path, pack) -> None:
    lake = Lake(tmp_path / "o'neil's {lake}")
    ensure_tables(lake, pack)
    gold = Gold(lake, pack, TableLocks())
    rows = [_event(pack, NOON_MS, country="US")]
    write_silver(lake, pack, rows)
    gold.refresh(_minutes(rows), mark())
    gold.close()
    _assert_equal_to_the_oracle(lake, rows)


def test_that_older_files_without_a_newer_column_are_read(lake, pack, silver, tmp_path) -> None:
    """The referrer is a dimension of the pack only since yesterday."""
    older = Lake(tmp_path / "older")
    fields = tuple(f for f in pack.fields if f.name != "referrer")
    ensure_tables(older, pack.model_copy(update={"fields": fields}))
    half = len(silver) // 2
    before = [{**row, "referrer": None} for row in silver[:half]]
    write_silver(older, pack, before, without=("referrer",))
    ensure_tables(older, pack)
    gold = Gold(older, pack, TableLocks())
    try:
        gold.refresh(_minutes(before), mark())  # before any file has the column
        _assert_equal_to_the_oracle(older, before)
        write_silver(older, pack, silver[half:])
        gold.refresh(_minutes(silver), mark())
    finally:
        gold.close()
    _assert_equal_to_the_oracle(older, before + silver[half:])


def test_that_the_statements_name_the_packs_measures_and_dimensions(pack) -> None:
    queries = gold_queries(pack)
    for measure in pack.kpis:
        assert measure.name in queries.kpis
    for dimension in pack.segments.dimensions:
        assert f"THEN '{dimension}'" in queries.segments
    for query in (queries.kpis, queries.segments):
        assert "{source}" in query
        assert "{where}" in query


def test_that_each_row_says_when_it_was_computed(lake, pack, gold, silver) -> None:
    write_silver(lake, pack, silver)
    gold.refresh(_minutes(silver), mark())
    assert all(row["updated_at"] > 0 for row in rows_of(lake, Table.GOLD_KPIS))


def test_that_a_backfill_recomputes_the_minutes_of_its_range_and_no_other(
    lake, pack, gold, silver
) -> None:
    write_silver(lake, pack, silver)
    gold.refresh(_minutes(silver), mark())
    stale = kpis_of(lake)
    lake.open(Table.SILVER).delete()
    kept = [row for n, row in enumerate(silver) if n % 3]
    write_silver(lake, pack, kept)
    low, high = NOON_MS - 2 * MINUTE_MS, NOON_MS + MINUTE_MS
    gold.replace(mark(2), Span.of(low, high))
    wanted = oracle_gold.kpis(kept)
    inside = {at for at in {*stale, *wanted} if low * 1000 <= at < high * 1000}
    assert inside
    assert set(stale) - inside
    expected = {at: row for at, row in stale.items() if at not in inside}
    expected |= {at: row for at, row in wanted.items() if at in inside}
    assert kpis_of(lake) == expected
    assert last_mark(lake.open(Table.GOLD_SEGMENTS)) == mark(2)


def test_that_a_backfill_of_minutes_that_silver_lost_removes_them(lake, pack, gold) -> None:
    rows = [_event(pack, NOON_MS + n * MINUTE_MS, country="US") for n in range(3)]
    write_silver(lake, pack, rows)
    gold.replace(mark())
    lake.open(Table.SILVER).delete()
    write_silver(lake, pack, rows[2:])
    gold.replace(mark(), Span.of(None, NOON_MS + MINUTE_MS))
    assert set(kpis_of(lake)) == {(NOON_MS + n * MINUTE_MS) * 1000 for n in (1, 2)}
    gold.replace(mark(), Span.of(NOON_MS + 1, None))
    assert set(kpis_of(lake)) == {(NOON_MS + 2 * MINUTE_MS) * 1000}
    assert {at for at, *_ in segments_of(lake)} == {(NOON_MS + 2 * MINUTE_MS) * 1000}


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [(60_000, 120_000, (1, 2)), (60_001, 120_001, (2, 3)), (0, 1, (0, 1))],
)
def test_that_a_span_holds_the_minutes_that_begin_in_the_range(since, until, minutes) -> None:
    assert Span.of(since, until) == Span(*minutes)
    assert Span.of(None, None).predicate() is None


def test_that_files_once_read_are_not_kept_in_memory(lake, pack, gold, silver) -> None:
    """DuckDB's cache of files would grow with every batch for as long as the pipeline runs."""
    write_silver(lake, pack, silver)
    gold.refresh(_minutes(silver), mark())
    kept = "SELECT sum(memory_usage_bytes) FROM duckdb_memory() WHERE tag = 'EXTERNAL_FILE_CACHE'"
    assert gold._duckdb.execute(kept).fetchone() == (0,)
