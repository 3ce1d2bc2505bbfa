"""A small real lake with a few thousand events over thirty hours, and the same rows in Python."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from pipelines.gold import Gold
from pipelines.marks import Mark
from pipelines.tables import Lake, TableLocks, ensure_tables

Event = dict[str, Any]
NOW = dt.datetime(2026, 11, 25, 14, 30, tzinfo=dt.UTC)
COUNTRIES = ("US", "US", "DE", "FR", "O'Land", None)
TYPES = ("page_view", "page_view", "product_view", "add_to_cart", "purchase", "refund", "search")


def make_events(count: int = 3_000, hours: int = 30) -> list[Event]:
    """Random events; some have no country, some no campaign, amounts are whole dollars."""
    rng = Random(11)
    return [_event(rng, n, hours) for n in range(count)]


def _event(rng: Random, n: int, hours: int) -> Event:
    kind = rng.choice(TYPES)
    paid = kind in ("purchase", "refund")
    quantity = rng.choice((1, 1, 2, 5))
    return {
        "event_id": f"e-{n}",
        "event_type": kind,
        "ts": NOW - dt.timedelta(seconds=rng.randrange(hours * 3600)),
        "user_id": f"u-{rng.randrange(60):06d}",
        "session_id": f"s-{rng.randrange(400):012x}",
        "country": rng.choice(COUNTRIES),
        "device_type": rng.choice(("mobile", "desktop")),
        "referrer": rng.choice(("google", "direct")),
        "campaign": rng.choice((None, "summer-sale")),
        "category_id": rng.choice(("toys", "books")),
        "product_id": f"prd-{rng.randrange(30):05d}",
        "price": 10.0,
        "quantity": quantity,
        "discount": rng.choice((0.0, 0.0, 0.5)),
        "currency": "USD",
        "usd_rate": 1.0,
        "amount_usd": float(10 * quantity) if paid else None,
        "is_late": rng.random() < 0.1,
    }


@pytest.fixture(scope="session")
def events() -> list[Event]:
    return make_events()


@pytest.fixture(scope="session")
def lake(
    tmp_path_factory: pytest.TempPathFactory, pack: PackSpec, events: list[Event]
) -> LakeReader:
    """The events in silver, with the gold that the pipeline makes of them."""
    root = tmp_path_factory.mktemp("semantic") / "lake"
    made = Lake(root)
    ensure_tables(made, pack)
    schema = pa.schema(made.open(Table.SILVER).schema().to_arrow())
    rows = [{**event, "event_date": event["ts"].date(), "source": "t"} for event in events]
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    write_deltalake(made.path(Table.SILVER), pa.table(arrays, schema=schema), mode="append")
    gold = Gold(made, pack, TableLocks())
    gold.replace(Mark("t", 0, {0: 0}, {0: 0}, -(1 << 62), 0))
    gold.close()
    return LakeReader(root)
