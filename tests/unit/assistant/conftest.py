"""The shipped pack, and a small real lake with an hour of events in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from pipelines.tables import Lake, ensure_tables

Columns = dict[str, list[Any]]
SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory, pack: PackSpec) -> LakeReader:
    """All tables, no rows."""
    root = tmp_path_factory.mktemp("empty") / "lake"
    ensure_tables(Lake(root), pack)
    return LakeReader(root)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, pack: PackSpec) -> LakeReader:
    """Two minutes of this hour and one of the day before, in gold and silver."""
    root = tmp_path_factory.mktemp("filled") / "lake"
    lake = Lake(root)
    ensure_tables(lake, pack)
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    minutes = [now - dt.timedelta(minutes=m) for m in (10, 5, 24 * 60)]
    gold: Columns = {
        "orders": [3, 4, 100],
        "gmv_usd": [30.0, 70.5, 999.0],
        "refund_usd": [0.0, 10.0, 0.0],
    }
    _write(lake, Table.GOLD_KPIS, {"window_start": minutes, **gold, "net_usd": [30.0, 60.5, 0.0]})
    _write(
        lake,
        Table.GOLD_SEGMENTS,
        {
            "window_start": minutes[:2] * 2,
            "dimension": ["country"] * 4,
            "value": ["DE", "DE", "US", "FR"],
            "orders": [1, 2, 4, 0],
            "gmv_usd": [10.0, 20.5, 70.0, 0.0],
        },
    )
    _write(
        lake,
        Table.SILVER,
        {
            "event_id": [f"e-{n}" for n in range(5)],
            "event_type": ["page_view", "page_view", "page_view", "page_view", "purchase"],
            "user_id": ["a", "b", "c", "d", "a"],
            "ts": [minutes[0]] * 5,
            "event_date": [now.date()] * 5,
        },
    )
    return LakeReader(root)


def _write(lake: Lake, table: Table, columns: Columns) -> None:
    """Appends rows; the columns that are not given are null."""
    schema = pa.schema(lake.open(table).schema().to_arrow())
    count = len(next(iter(columns.values())))
    arrays = [pa.array(columns.get(f.name, [None] * count), f.type) for f in schema]
    write_deltalake(lake.path(table), pa.table(arrays, schema=schema), mode="append")
