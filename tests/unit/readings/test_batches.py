from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from engine.contracts.names import Table
from engine.host.monitor import StreamRecord
from engine.readings.batches import broken, lag_series, read_batches
from tests.unit.readings.refusals import NOON, batch, reader, write

pytestmark = pytest.mark.unit

SECOND = dt.timedelta(seconds=1)


def test_that_batches_of_one_point_are_weighed_by_their_records(tmp_path: Path) -> None:
    rows = [
        batch(NOON, input_rows=100, input_rate=100.0, duration_ms=400.0, kafka_lag=7),
        batch(NOON + SECOND, input_rows=900, input_rate=300.0, duration_ms=600.0, kafka_lag=3),
    ]
    write(tmp_path, Table.METRICS, rows)

    # A day has points of 192 s, so both batches are one.
    series = read_batches(reader(tmp_path), 86_400, NOON + 10 * SECOND)

    assert series.batches == 2
    assert series.duration_ms.tolist() == [500.0]
    assert series.input_rate.tolist() == [pytest.approx(1000 / 4)]
    assert series.process_rate.tolist() == [1000.0]
    assert series.lag.tolist() == [7.0]
    assert series.at[0] % 192 == 0


def test_that_batches_before_the_window_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, Table.METRICS, [batch(NOON - 901 * SECOND), batch(NOON - 10 * SECOND)])
    assert read_batches(reader(tmp_path), 900, NOON).batches == 1


def test_that_a_batch_without_accepted_records_has_no_latency(tmp_path: Path) -> None:
    write(tmp_path, Table.METRICS, [batch(NOON, end_to_end_p50_ms=None, end_to_end_p95_ms=None)])
    series = read_batches(reader(tmp_path), 900, NOON)
    assert np.isnan(series.p50_ms).all()
    assert series.duration_ms.tolist() == [500.0]


@pytest.mark.parametrize("made", [False, True])
def test_that_no_batches_are_no_points(tmp_path: Path, made: bool) -> None:
    if made:
        write(tmp_path, Table.METRICS, [])
    series = read_batches(reader(tmp_path), 900, NOON)
    assert (len(series.at), len(series.p95_ms), series.batches) == (0, 0, 0)


def test_that_a_line_is_broken_where_nothing_is_known() -> None:
    lines = np.array([[0.0, 1.0, 100.0], [5.0, 6.0, 7.0]])
    at, values = broken(lines, 60.0)
    assert at.tolist() == [0.0, 1.0, 31.0, 100.0]
    assert values[[0, 1, 3]].tolist() == [5.0, 6.0, 7.0]
    assert np.isnan(values[2])


def test_that_lag_has_one_line_a_partition() -> None:
    record = StreamRecord(3.0, (), ((1.0, {0: 5}), (2.0, {0: 4, 1: 8})), None)
    series = lag_series(record)
    assert series.at.tolist() == [1.0, 2.0]
    assert series.partitions[0].tolist() == [5.0, 4.0]
    assert np.isnan(series.partitions[1][0])
    assert lag_series(None).partitions == {}
