"""Tables brought back while events go on coming: none is lost, none is there twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.contracts.names import Table
from pipelines.marks import last_mark
from pipelines.rebuild import Cancelled
from pipelines.restore import Restorer
from tests.integration.pipelines.running import Running, cut, places, silver_of
from tests.oracle import KafkaRecord
from tests.oracle import gold as oracle_gold
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS, kpis_of, rows_of, segments_of

pytestmark = pytest.mark.integration

Make = Callable[..., Running]
PARTS = 4


@pytest.fixture
def records() -> list[KafkaRecord]:
    return as_records(make_events(420, 47, NOON_MS), NOON_MS)


@pytest.fixture
def fed(running: Make, records) -> Running:
    """A lake that has read all but the last quarter."""
    lake = running()
    runner = lake.start()
    for part in _parts(records)[:-1]:
        lake.feed(runner, part)
    lake.stop()
    return lake


def _parts(records: list[KafkaRecord]) -> list[list[KafkaRecord]]:
    return cut(records, len(records) // PARTS + 1)


def _version(lake: Running, table: Table) -> int:
    return lake.lake.open(table).version()


def _gold_equals_silver(lake: Running) -> None:
    silver = list(silver_of(lake.lake).values())
    assert kpis_of(lake.lake) == oracle_gold.kpis(silver)
    assert segments_of(lake.lake) == oracle_gold.segments(silver)


def test_that_bronze_is_filled_again_from_the_broker_and_nothing_is_there_twice(
    fed: Running, records
) -> None:
    refused = len(rows_of(fed.lake, Table.QUARANTINE))
    fed.restore(fed.start(), Table.BRONZE, 1)
    assert len(rows_of(fed.lake, Table.BRONZE)) < len(records) / 2
    # Cut otherwise than the first time, and one process later.
    for part in cut(records, 170):
        fed.feed(fed.start(), part)
    assert len(rows_of(fed.lake, Table.QUARANTINE)) >= refused
    fed.check(records)


def test_that_what_silver_lost_stays_away_until_a_rebuild_and_gold_follows(
    fed: Running, records
) -> None:
    fed.restore(fed.start(), Table.SILVER, 1)
    runner = fed.start()
    _gold_equals_silver(fed)
    kept = set(silver_of(fed.lake))
    for part in _parts(records):
        fed.feed(runner, part)
    after = set(silver_of(fed.lake))
    assert kept < after
    _gold_equals_silver(fed)
    assert places(rows_of(fed.lake, Table.BRONZE)) == sorted(r.place for r in records)
    fed.rebuild(runner)
    fed.check(records)


def test_that_gold_keeps_the_restored_rows_but_for_minutes_with_new_events(
    fed: Running, records
) -> None:
    last = _parts(records)[-1]
    runner = fed.start()
    old = kpis_of(fed.lake)
    fed.feed(runner, last)
    before = _version(fed, Table.SILVER)
    fed.restore(runner, Table.GOLD_KPIS, _version(fed, Table.GOLD_KPIS) - 1)
    assert kpis_of(fed.lake) == old
    assert _version(fed, Table.SILVER) == before
    fed.rebuild(fed.start())
    fed.check(records)


def test_that_a_cancelled_rebuild_leaves_the_tables_as_they_were(
    fed: Running, records, monkeypatch
) -> None:
    monkeypatch.setattr("pipelines.rebuild.CHUNK_ROWS", 60)
    runner = fed.start()
    tables = (Table.SILVER, Table.QUARANTINE)
    versions = {table: _version(fed, table) for table in tables}
    marks = {table: last_mark(fed.lake.open(table)) for table in tables}
    silver, gold = silver_of(fed.lake), kpis_of(fed.lake)
    refused = rows_of(fed.lake, Table.QUARANTINE)
    asked = iter([False, False, False, True])
    with pytest.raises(Cancelled):
        fed.rebuild(runner, lambda: next(asked))
    assert len(silver_of(fed.lake)) < len(silver), "it was cancelled too late to show anything"
    restorer = Restorer(fed.lake, fed.locks, fed.pack)
    for table, version in versions.items():
        restorer.roll_back(table, version)
    assert (silver_of(fed.lake), kpis_of(fed.lake)) == (silver, gold)
    assert places(rows_of(fed.lake, Table.QUARANTINE)) == places(refused)
    assert {table: last_mark(fed.lake.open(table)) for table in tables} == marks
    runner = fed.start()
    for part in _parts(records):
        fed.feed(runner, part)
    fed.check(records)
