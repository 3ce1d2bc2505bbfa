"""A small lake and a real worker process on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from engine.contracts.query import Limits
from engine.lake import LakeReader
from engine.query.session import QuerySession

MINUTE_US = 60_000_000


def gold(rows: int, first: int = 0) -> pa.Table:
    """Minutes with orders; the fourth and every fourth after it lacks its GMV."""
    numbers = range(first, first + rows)
    return pa.table(
        {
            "window_start": pa.array([n * MINUTE_US for n in numbers], pa.timestamp("us", "UTC")),
            "orders": pa.array(numbers, pa.int64()),
            "gmv_usd": pa.array([None if n % 4 == 3 else n * 1.5 for n in numbers], pa.float64()),
        }
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> LakeReader:
    """gold_kpis with versions of 10 and 20 rows, in a folder whose name needs quoting."""
    root: Path = tmp_path_factory.mktemp("l") / "o'lake ü"
    for first in (0, 10):
        write_deltalake(str(root / "gold_kpis"), gold(10, first), mode="append")
    return LakeReader(root)


@pytest.fixture(scope="module")
def shared(lake) -> Iterator[QuerySession]:
    """One worker for tests that leave it as it was."""
    session = QuerySession(lake, Limits(memory_mb=512, max_rows=10_000), deadline_s=60)
    yield session
    session.close()


@pytest.fixture
def session(lake) -> Iterator[QuerySession]:
    """A worker of the test's own."""
    made = QuerySession(lake, Limits(memory_mb=512, max_rows=10_000), deadline_s=60)
    yield made
    made.close()
