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
from tests.performance.peers.contestants import Contestant, contestant
from tests.performance.peers.measuring import GaveUp, check_alive, measure_burst, measure_start

pytestmark = [pytest.mark.performance, pytest.mark.timeout(2400)]

OURS_S = 300.0
WAVE = 2_000
"""Events sent at once to a contestant that has shown its first."""

START_AT_LEAST = 2.0
"""Times sooner from the start of the process to the first events in gold (measured: 7)."""
WAVE_AT_LEAST = 10.0
"""Times sooner until a wave of events is in gold (measured: 50 to 90)."""


@pytest.fixture
def house() -> Iterator[Lakehouse]:
    """Short path, because sockets lie below it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    it = Lakehouse(folder / "d")
    yield it
    it.end()
    shutil.rmtree(folder, ignore_errors=True)


def wave_s(it: Contestant, patience: float) -> float | None:
    """Seconds until a wave is in gold; None where it took longer than that."""
    try:
        return measure_burst(it, WAVE, patience)["burst_s"]
    except GaveUp:
        check_alive(it)
        return None


def test_that_we_are_faster_than_three_chained_queries(house: Lakehouse, tmp_path: Path) -> None:
    house.start()
    with contestant(house, peer(OURS), tmp_path / OURS) as it:
        start = measure_start(it)["start_to_visible_s"]
        wave = wave_s(it, OURS_S)
        assert wave is not None
    with contestant(house, peer("classical"), tmp_path / "classical") as it:
        theirs = measure_start(it)["start_to_visible_s"]
        # Longer than this is all that need be known of it.
        their_wave = wave_s(it, WAVE_AT_LEAST * wave)
    assert house.stop() == 0
    print(f"\nfirst events in gold after {start:.1f} s, a wave after {wave:.1f} s;", end=" ")
    print(f"three chained queries: {theirs:.1f} s, {their_wave or 'more than ten times that'}")
    assert theirs / start >= START_AT_LEAST
    assert their_wave is None
