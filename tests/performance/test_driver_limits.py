"""What the driver does alone, on a cluster too: its rates bound what one pipeline can take.

Printed, for docs/scaling.md; held only to be far above what a laptop needs.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.paths import resources_dir
from pipelines.arrival import MINUTE_US, Arrivals, KeyWindow, judge
from pipelines.gold import Gold
from pipelines.marks import Mark
from pipelines.tables import Lake, TableLocks, ensure_tables
from tests.unit.pipelines.lakes import NOON_MS, empty_silver

pytestmark = pytest.mark.performance

NOON_US = NOON_MS * 1000
GRACE_US = 15 * MINUTE_US
BATCH = 200_000
NEEDED = 5_000
"""Records a second: five times the laptop's target."""


@pytest.mark.parametrize("rate", [1_000, 10_000, 50_000])
def test_how_many_records_a_second_are_judged(rate: int) -> None:
    """With as many keys in the window as this rate brings within the grace for late events."""
    random = np.random.default_rng(1)
    window = KeyWindow(GRACE_US, GRACE_US, max_keys=0)
    for minute in range(15):
        keys = random.integers(-(1 << 62), 1 << 62, rate * 60)
        window.add(keys, np.full(len(keys), NOON_US - minute * MINUTE_US))
    batch = _batch(random)
    began = time.perf_counter()
    verdicts = judge(batch, window, NOON_US, 10 * MINUTE_US, GRACE_US)
    window.add(batch.key[verdicts.accepted], batch.event_us[verdicts.accepted])
    seconds = time.perf_counter() - began
    print(f"window of {rate:,}/s, {len(window):,} keys: {BATCH / seconds:,.0f} records/s judged")
    assert verdicts.accepted.all()
    assert BATCH / seconds > NEEDED


def _batch(random: np.random.Generator) -> Arrivals:
    place = np.arange(BATCH, dtype=np.int64)
    return Arrivals(
        partition=place % 6,
        offset=place // 6,
        kafka_ms=NOON_MS + place // 100,
        event_us=NOON_US - random.integers(0, 2 * MINUTE_US, BATCH),
        key=random.integers(-(1 << 62), 1 << 62, BATCH),
        valid=np.ones(BATCH, dtype=np.bool_),
    )


@pytest.mark.parametrize("rows", [60_000, 600_000])
def test_how_many_rows_a_second_gold_reads(tmp_path: Path, rows: int) -> None:
    """One minute of silver, recomputed and merged."""
    pack = load_pack(resources_dir() / "domains" / "ecommerce")
    lake = Lake(tmp_path / "lake")
    ensure_tables(lake, pack)
    write_deltalake(lake.path(Table.SILVER), _minute(pack, rows), mode="append")
    gold = Gold(lake, pack, TableLocks())
    began = time.perf_counter()
    gold.refresh(np.array([NOON_US // MINUTE_US]), Mark("topic", 0))
    seconds = time.perf_counter() - began
    gold.close()
    print(f"a minute of {rows:,} rows: {seconds:.2f} s, {rows / seconds:,.0f} rows/s into gold")
    assert rows / seconds > NEEDED


def _minute(pack: PackSpec, rows: int) -> pa.Table:
    random = np.random.default_rng(2)
    place = np.arange(rows)
    filled = {
        "event_id": np.char.add("e", place.astype(str)),
        "event_type": random.choice(list(pack.event_types), rows),
        "ts": pa.array(NOON_US + place % MINUTE_US, pa.timestamp("us", "UTC")),
        "user_id": np.char.add("u", random.integers(0, rows // 10, rows).astype(str)),
        "product_id": np.char.add("p", random.integers(0, 500, rows).astype(str)),
        "category_id": np.char.add("c", random.integers(0, 20, rows).astype(str)),
        "country": random.choice(["US", "DE", "GB", "JP", "BR", "IN"], rows),
        "device_type": random.choice(["mobile", "desktop", "tablet"], rows),
        "referrer": random.choice(["direct", "search", "social"], rows),
        "price": random.random(rows) * 100,
        "quantity": pa.array(random.integers(1, 4, rows), pa.int32()),
        "discount": np.zeros(rows),
        "amount_usd": random.random(rows) * 100,
        "usd_rate": np.ones(rows),
        "is_late": np.zeros(rows, dtype=np.bool_),
    }
    empty = empty_silver(pack, rows)
    for name, values in filled.items():
        at = empty.column_names.index(name)
        empty = empty.set_column(at, empty.schema.field(name), pa.array(values))
    return empty
