"""The demo lake is a lake: its tables agree with one another."""

from __future__ import annotations

import pytest

from engine.contracts.names import Table
from engine.lake import LakeReader
from tests.helpers.demo_lake import make_demo_lake

pytestmark = pytest.mark.unit


def test_that_every_record_is_accounted_for(tmp_path):
    make_demo_lake(tmp_path, hours=0.05, rate=10)
    reader = LakeReader(tmp_path)
    rows = {table: reader.info(table).rows for table in Table}
    (batches,) = reader.query(
        "SELECT sum(input_rows) AS came, sum(rejected) AS refused, sum(duplicates) AS again "
        "FROM pipeline_metrics"
    ).table.to_pylist()
    assert rows[Table.BRONZE] == batches["came"] > 1000
    assert rows[Table.QUARANTINE] == batches["refused"] > 0
    assert rows[Table.SILVER] == batches["came"] - batches["refused"] - batches["again"]
    gold = reader.query("SELECT sum(events) AS n FROM gold_kpis").table.to_pylist()
    assert gold == [{"n": rows[Table.SILVER]}]
