"""The shop's rows in an in-memory DuckDB, and the pack's questions asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.domain.empty_lake import empty_lake, lake_columns
from tests.unit.questions.rows import Row, Shop, make_shop

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="session")
def shop() -> Shop:
    return make_shop()


@pytest.fixture(scope="session")
def lake(pack: PackSpec, shop: Shop) -> Iterator[duckdb.DuckDBPyConnection]:
    rows = {
        Table.SILVER: shop.events,
        Table.GOLD_KPIS: shop.minutes,
        Table.GOLD_SEGMENTS: shop.segments,
        Table.QUARANTINE: shop.refused,
        Table.METRICS: shop.batches,
        Table.ALERTS: shop.alerts,
    }
    with empty_lake(pack) as connection:
        for table, columns in lake_columns(pack).items():
            _fill(connection, table, list(columns), rows[table])
        yield connection


@pytest.fixture(scope="session")
def bare(pack: PackSpec) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables without rows."""
    with empty_lake(pack) as connection:
        yield connection


def _fill(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: list[str], rows: list[Row]
) -> None:
    given = pa.table({name: [row.get(name) for row in rows] for name in columns})
    connection.register("given", given)
    connection.execute(f"INSERT INTO {table.value} SELECT * FROM given")
    connection.unregister("given")
