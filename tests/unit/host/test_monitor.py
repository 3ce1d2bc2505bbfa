"""What is told of the stream now, and what is told no longer."""

from __future__ import annotations

import pytest

from engine.contracts.protocol import Lag
from engine.host.monitor import SILENT_S, Monitor
from engine.paths import DataPaths
from engine.supervisor.supervisor import Supervisor

pytestmark = pytest.mark.unit


@pytest.fixture
def now() -> list[float]:
    """The clock: a test sets it on."""
    return [100.0]


@pytest.fixture
def monitor(tmp_path, now) -> Monitor:
    supervisor = Supervisor([], DataPaths(tmp_path).create())
    return Monitor(supervisor, clock=lambda: now[0])


def test_that_the_lag_is_the_sum_over_all_partitions(monitor):
    assert monitor.report().pipeline.kafka_lag is None
    monitor._hear("pipeline", Lag(partitions={0: 100, 1: 10}))
    assert monitor.report().pipeline.kafka_lag == 110
    monitor._hear("pipeline", Lag(partitions={0: 0, 1: 0}))
    assert monitor.report().pipeline.kafka_lag == 0


def test_that_a_lag_of_long_ago_says_nothing_about_now(monitor, now):
    monitor._hear("pipeline", Lag(partitions={0: 110}))
    now[0] += SILENT_S
    assert monitor.report().pipeline.kafka_lag == 110
    now[0] += 1
    assert monitor.report().pipeline.kafka_lag is None
    monitor._hear("pipeline", Lag(partitions={0: 7}))
    assert monitor.report().pipeline.kafka_lag == 7
