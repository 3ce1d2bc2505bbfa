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


def test_that_lag_is_by_partition_as_far_back_as_the_monitor_remembers(tmp_path: Path) -> None:
    rows = [batch(NOON + at * SECOND, kafka_lag=90 + at) for at in (0, 4, 10)]
    write(tmp_path, Table.METRICS, rows)
    moments = [NOON.timestamp() + at for at in (6.2, 7.5, 9.0)]
    lags = tuple(zip(moments, ({0: 5}, {0: 7, 1: 1}, {0: 4, 1: 8}), strict=True))
    batches = read_batches(reader(tmp_path), 900, NOON + 11 * SECOND)

    series = lag_series(batches, StreamRecord(moments[-1], (), lags, None), 900)

    assert (series.at - NOON.timestamp()).tolist() == [0, 4, 6, 8]
    assert series.total.tolist() == [90, 94, 8, 12]
    assert series.partitions[0].tolist()[2:] == [7, 4]
    assert series.partitions[1].tolist()[2:] == [1, 8]
    assert np.isnan(series.partitions[0][:2]).all()


def test_that_lag_older_than_the_window_is_left_out() -> None:
    record = StreamRecord(2000.0, (), ((1.0, {0: 5}), (1999.0, {0: 4})), None)
    none = read_batches(reader(Path("/nowhere")), 900, NOON)
    assert lag_series(none, record, 900).total.tolist() == [4.0]


def test_that_without_a_running_instance_there_is_no_lag_by_partition() -> None:
    none = read_batches(reader(Path("/nowhere")), 900, NOON)
    series = lag_series(none, None, 900)
    assert (len(series.at), len(series.total), series.partitions) == (0, 0, {})
