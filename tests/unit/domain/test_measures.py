"""The shipped pack's SQL, run by DuckDB, equals the oracle's plain Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from engine.contracts.pack import MeasureSpec
from engine.domain import load_pack
from tests.oracle import KPI_COLUMNS, SEGMENT_COLUMNS, recompute
from tests.oracle.make_events import as_records, make_events

pytestmark = pytest.mark.unit

NOON = 1_735_732_800_000


def _query(measures: tuple[MeasureSpec, ...], group: str) -> str:
    """Aggregates by ``group``, then what is derived from them, in the pack's order."""
    base = ", ".join(f"CAST({m.sql} AS {m.type}) AS {m.name}" for m in measures if not m.derived)
    derived = "".join(f", CAST({m.sql} AS {m.type}) AS {m.name}" for m in measures if m.derived)
    names = ", ".join(m.name for m in measures)
    inner = f"SELECT {group} AS grp, {base} FROM silver GROUP BY grp"
    return f"SELECT grp, {names} FROM (SELECT *{derived} FROM ({inner})) ORDER BY grp"


def _silver(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{k: v for k, v in row.items() if k != "extra"} for row in rows])


def test_that_the_measures_equal_the_oracle(shipped: Path) -> None:
    pack = load_pack(shipped)
    result = recompute(as_records(make_events(1500, 3, NOON), NOON + 500), pack.currencies)
    rows = list(result.silver.values())
    with duckdb.connect(":memory:") as db:
        db.register("silver", _silver(rows))
        minute = "ts - ts % 60000000"
        kpis = db.execute(_query(pack.kpis, minute)).fetchall()
        by_country = _query(pack.segments.measures, f"{{'m': {minute}, 'v': country}}")
        segments = db.execute(by_country).fetchall()
    assert {row[0]: dict(zip(KPI_COLUMNS, row[1:], strict=True)) for row in kpis} == result.kpis
    assert {
        (row[0]["m"], "country", row[0]["v"]): dict(zip(SEGMENT_COLUMNS, row[1:], strict=True))
        for row in segments
        if row[0]["v"] is not None
    } == {key: row for key, row in result.segments.items() if key[1] == "country"}


def test_that_an_amount_beyond_measure_does_not_stop_gold(shipped: Path) -> None:
    pack = load_pack(shipped)
    with duckdb.connect(":memory:") as db:
        db.execute(
            "CREATE TABLE silver AS SELECT 'purchase' AS event_type, 'u' AS user_id, 1 AS quantity,"
            " unnest([1e300, 2.5, 'inf']) AS amount_usd, amount_usd AS price, 0.5 AS discount,"
            " 1e10 AS usd_rate, false AS is_late"
        )
        row = db.execute(_query(pack.kpis, "1")).fetchone()
    assert row is not None
    assert dict(zip(KPI_COLUMNS, row[1:], strict=True))["gmv_usd"] == 2.5
