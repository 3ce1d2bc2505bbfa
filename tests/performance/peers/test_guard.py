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
from tests.performance.peers.measuring import Figures, measure_burst, measure_start

pytestmark = [pytest.mark.performance, pytest.mark.timeout(1500)]

PATIENCE_S = 600.0
WAVE = 2_000
"""Events sent at once to a contestant that has shown its first."""

START_AT_LEAST = 3.0
"""Times sooner from the start of the process to a KPI on screen (measured: 7)."""
WAVE_AT_LEAST = 12.0
"""Times sooner until a wave of events is in gold (measured: 50 to 90)."""


@pytest.fixture
def house() -> Iterator[Lakehouse]:
    """Short path, because sockets lie below it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    it = Lakehouse(folder / "d")
    yield it
    it.end()
    shutil.rmtree(folder, ignore_errors=True)


def quick(house: Lakehouse, name: str, folder: Path) -> Figures:
    """Start and one wave of one of the two."""
    with contestant(house, peer(name), folder / name) as it:
        return {**measure_start(it), **measure_burst(it, WAVE, PATIENCE_S)}


def test_that_we_are_faster_than_three_chained_queries(house: Lakehouse, tmp_path: Path) -> None:
    house.start()
    ours = quick(house, OURS, tmp_path)
    classical = quick(house, "classical", tmp_path)
    assert house.stop() == 0
    start = classical["start_to_visible_s"] / ours["start_to_visible_s"]
    wave = classical["burst_s"] / ours["burst_s"]
    print(f"\nsooner than the classical design: start {start:.1f} times, a wave {wave:.1f} times")
    assert start >= START_AT_LEAST
    assert wave >= WAVE_AT_LEAST
