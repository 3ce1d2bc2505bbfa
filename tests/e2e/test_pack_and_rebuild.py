"""A pack that grows, a pack that is broken, a rebuild, and a lake that lost a table."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from deltalake import DeltaTable

from engine.contracts.names import Table
from tests.e2e import compare
from tests.e2e.lakehouse import CHECKOUT, Lakehouse, until
from tests.e2e.topic import Feeder, lasting, read_all
from tests.oracle import recompute
from tests.oracle.make_events import MadeEvent, make_events

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ECOMMERCE = CHECKOUT / "resources" / "domains" / "ecommerce"
COUPON = "  - name: coupon\n    type: string\n    description: What the buyer typed in\n"
EVENTS = 3_000


@pytest.fixture
def feeder() -> Iterator[Feeder]:
    it = Feeder(rate=20_000)
    yield it
    it.close()


def _feed(lakehouse: Lakehouse, feeder: Feeder, events: list[MadeEvent]) -> dict[str, Any]:
    """The anchor, then the rest, until all of it went through; returns the broker's address."""
    kafka: dict[str, Any] = lakehouse.endpoints()["kafka"]
    feeder.connect(kafka)
    for lot in (events[:1], events[1:]):
        feeder.feed(lot)
        feeder.wait()
    compare.wait_drained(lakehouse, kafka)
    return kafka


def _now_ms() -> int:
    return int(time.time() * 1000)


def _with_coupon(event: MadeEvent, number: int) -> MadeEvent:
    if event.expected not in ("valid", "late"):
        return event
    fields = orjson.loads(event.value)
    return event._replace(value=orjson.dumps({**fields, "coupon": f"c{number}"}))


def _timeless(lakehouse: Lakehouse, table: Table) -> list[tuple[Any, ...]]:
    """A table's rows without the times at which they were computed."""
    computed = (
        "EXCLUDE (processed_ts, ingest_ts)"
        if table is Table.SILVER
        else ("EXCLUDE (processed_ts)" if table is Table.QUARANTINE else "EXCLUDE (updated_at)")
    )
    rows = compare.read(lakehouse, table, f"* {computed}")
    return sorted((tuple(row.values()) for row in rows), key=repr)


REBUILT = (Table.SILVER, Table.QUARANTINE, Table.GOLD_KPIS, Table.GOLD_SEGMENTS)


def test_that_a_new_field_of_the_pack_becomes_a_column_and_a_broken_pack_is_refused(
    lakehouse: Lakehouse, feeder: Feeder
) -> None:
    now_ms = _now_ms()
    lakehouse.start()
    _feed(lakehouse, feeder, lasting(make_events(EVENTS, 11, now_ms)))
    assert lakehouse.stop() == 0
    before = {row["event_id"] for row in compare.read(lakehouse, Table.SILVER, "event_id")}
    version = DeltaTable(str(lakehouse.paths.lake / Table.SILVER.value)).version()

    copy = lakehouse.root / "domains" / "ecommerce"
    shutil.copytree(ECOMMERCE, copy)
    with (copy / "schema.yaml").open("a") as file:
        file.write(COUPON)
    lakehouse.start()
    events = lasting(make_events(EVENTS, 12, now_ms))
    kafka = _feed(lakehouse, feeder, [_with_coupon(e, n) for n, e in enumerate(events)])
    records = read_all(kafka)
    assert lakehouse.stop() == 0
    rows = compare.read(lakehouse, Table.SILVER, "event_id, coupon, extra")
    assert before <= {row["event_id"] for row in rows}
    for row in rows:
        assert (row["coupon"] is None) == (row["event_id"] in before), row
        assert "coupon" not in (row["extra"] or ""), row
    assert DeltaTable(str(lakehouse.paths.lake / Table.SILVER.value)).version() > version
    expected = recompute(records, compare.rates())
    compare.check_bronze(lakehouse, records)
    compare.check_quarantine(lakehouse, expected)
    compare.check_gold(lakehouse, expected)

    _break(copy / "schema.yaml")
    lakehouse.start()
    said = lakehouse.errors.read_text()
    assert "schema.yaml:" in said, said
    assert "last good version stays in use" in said, said
    third = [_with_coupon(e, n) for n, e in enumerate(lasting(make_events(500, 13, now_ms)))]
    records = read_all(_feed(lakehouse, feeder, third))
    assert lakehouse.stop() == 0
    expected = recompute(records, compare.rates())
    compare.check_gold(lakehouse, expected)
    coupons = compare.read(lakehouse, Table.SILVER, "event_id, coupon")
    late_comers = [row for row in coupons if row["event_id"].startswith("e-13-")]
    assert late_comers
    assert all(row["coupon"] for row in late_comers)


def _break(schema: Path) -> None:
    text = schema.read_text()
    schema.write_text(text.replace("type: double", "type: dubble", 1))


def test_that_a_rebuild_and_a_lost_table_give_the_same_gold(
    lakehouse: Lakehouse, feeder: Feeder
) -> None:
    now_ms = _now_ms()
    lakehouse.start()
    events = make_events(EVENTS * 3, 21, now_ms)
    kafka = _feed(lakehouse, feeder, events[: EVENTS * 2])
    before = {table: _timeless(lakehouse, table) for table in REBUILT}
    done = lakehouse.cli("rebuild", "silver,gold", timeout=240)
    assert (done.returncode, done.stdout.strip()) == (0, "Rebuilt."), done.stderr
    after = {table: _timeless(lakehouse, table) for table in REBUILT}
    for table in REBUILT:
        assert after[table] == before[table], f"{table} differs after the rebuild"
    feeder.feed(events[EVENTS * 2 :])
    feeder.wait()
    compare.wait_drained(lakehouse, kafka)
    records = read_all(kafka)
    compare.assert_equal_to_oracle(lakehouse, records)
    assert lakehouse.stop() == 0


def test_that_gold_comes_back_when_its_folder_was_deleted(
    lakehouse: Lakehouse, feeder: Feeder
) -> None:
    lakehouse.start()
    kafka = _feed(lakehouse, feeder, make_events(EVENTS, 22, _now_ms()))
    expected = recompute(read_all(kafka), compare.rates())
    assert lakehouse.stop() == 0
    shutil.rmtree(lakehouse.paths.lake / Table.GOLD_KPIS.value)
    lakehouse.start()
    # Ready is said first: computing the gold of a large lake anew takes longer than a start may.
    until(lambda: compare.count(lakehouse, Table.GOLD_KPIS) > 0, 60, "gold is there again")
    compare.check_gold(lakehouse, expected)
    assert lakehouse.stop() == 0


def test_that_repeats_of_a_first_batch_that_was_cut_short_are_not_counted(
    lakehouse: Lakehouse, feeder: Feeder
) -> None:
    """Killed after silver's first commit and before the end of the batch."""
    lakehouse.start()
    events = make_events(300, 23, _now_ms())
    kafka = _feed(lakehouse, feeder, events[:1])
    first = lakehouse.paths.lake / Table.METRICS.value / "_delta_log"
    until(lambda: len(list(first.glob("*.json"))) == 2, 60, "the first batch has its metrics")
    assert lakehouse.stop() == 0
    # As a kill just before the row of metrics leaves it.
    (first / f"{1:020}.json").unlink()
    lakehouse.start()
    kafka = lakehouse.endpoints()["kafka"]
    feeder.connect(kafka)
    feeder.feed([events[0], *events[1:]])
    feeder.wait()
    compare.wait_drained(lakehouse, kafka)
    records = read_all(kafka)
    assert lakehouse.stop() == 0
    compare.assert_equal_to_oracle(lakehouse, records)
