"""The product stays ahead of the design it replaces: a quick form of the bench, judged as ratios.

Both run on the same broker, one after the other, so that a slow machine slows both.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lakehouse import Lakehouse
from tests.performance.peers.catalogue import OURS, peer
from tests.performance.peers.contestants import contestant
from tests.performance.peers.measuring import Figures, measure_burst, measure_rate, measure_start

pytestmark = [pytest.mark.performance, pytest.mark.timeout(1500)]

RATE = 200.0
SECONDS = 20.0
PATIENCE_S = 300.0
BURST = 20_000

LATENCY_AT_LEAST = 1.5
"""Times faster to a visible KPI."""
BURST_AT_LEAST = 1.0
"""Times as many events a second."""


@pytest.fixture
def house() -> Iterator[Lakehouse]:
    """Short path, because sockets lie below it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    it = Lakehouse(folder / "d")
    yield it
    it.end()
    shutil.rmtree(folder, ignore_errors=True)


def quick(house: Lakehouse, name: str, folder: Path) -> Figures:
    """Median latency and burst of one of the two, started anew."""
    with contestant(house, peer(name), folder / name) as it:
        measure_start(it)
        return {
            **measure_rate(it, RATE, SECONDS, PATIENCE_S),
            **measure_burst(it, BURST, PATIENCE_S),
        }


def test_that_we_are_faster_than_three_chained_queries(house: Lakehouse, tmp_path: Path) -> None:
    house.start()
    ours = quick(house, OURS, tmp_path)
    classical = quick(house, "classical", tmp_path)
    assert house.stop() == 0
    latency = classical["p50_s"] / ours["p50_s"]
    burst = ours["burst_events_s"] / classical["burst_events_s"]
    print(f"latency {latency:.2f} times, burst {burst:.2f} times as good as the classical design")
    assert ours["unseen"] == 0
    assert latency >= LATENCY_AT_LEAST
    assert burst >= BURST_AT_LEAST
