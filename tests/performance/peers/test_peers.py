"""The product beside what a person could use instead, in one run on one broker.

``make bench ARGS="tests/performance/peers -k drain"`` runs a part. BENCH_RATES (100,1000,10000),
BENCH_PEER_SECONDS (45 at each rate), BENCH_PEER_BACKLOG (500,000), BENCH_APPEND_MINUTES (14).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.lakehouse import Lakehouse
from tests.performance.peers.catalogue import APPEND, PEERS, Peer
from tests.performance.peers.contestants import Contestant, contestant
from tests.performance.peers.measuring import (
    Figures,
    GaveUp,
    measure_drain,
    measure_kill,
    measure_rate,
    measure_start,
)
from tests.performance.peers.outside import silver_total
from tests.performance.peers.venvs import CannotInstall
from tests.performance.results import record

pytestmark = [pytest.mark.performance, pytest.mark.timeout(3600)]

RATES = [float(rate) for rate in os.environ.get("BENCH_RATES", "100,1000,10000").split(",")]
SECONDS = float(os.environ.get("BENCH_PEER_SECONDS", "45"))
BACKLOG = int(os.environ.get("BENCH_PEER_BACKLOG", "500000"))
APPEND_S = 60 * float(os.environ.get("BENCH_APPEND_MINUTES", "14"))
APPEND_RATE = 1000.0
APPEND_JUDGED_S = (60.0, 120.0)
"""Which events: later ones appear after the run has ended."""
PATIENCE_S = 240.0
"""The classical design shows events after one and a half minutes on two cores."""
DRAIN_S = 600.0

everybody = pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)


@pytest.fixture(scope="module")
def house() -> Iterator[Lakehouse]:
    """The whole program, for its broker; short path, because sockets lie below it."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    lakehouse = Lakehouse(folder / "d")
    lakehouse.start()
    yield lakehouse
    lakehouse.end()
    shutil.rmtree(folder, ignore_errors=True)


def measured(
    part: str,
    house: Lakehouse,
    peer: Peer,
    folder: Path,
    measure: Callable[[Contestant], Iterator[tuple[str, Figures]]],
) -> None:
    """Records what ``measure`` finds; a rival that cannot is a row with its reason."""
    try:
        with contestant(house, peer, folder / "peer") as it:
            for key, figures in measure(it):
                record(("peers", part, peer.name, key), figures)
    except (CannotInstall, GaveUp) as reason:
        record(("peers", part, peer.name, "failed"), {"reason": str(reason).splitlines()[0]})
        if not peer.sources:
            raise
        pytest.skip(str(reason))


@everybody
def test_latency(house: Lakehouse, peer: Peer, tmp_path: Path) -> None:
    def measure(it: Contestant) -> Iterator[tuple[str, Figures]]:
        yield "start", {**measure_start(it), "lines": float(peer.lines)}
        for rate in RATES:
            yield f"{rate:g}", measure_rate(it, rate, SECONDS, PATIENCE_S)

    measured("latency", house, peer, tmp_path, measure)


@everybody
def test_drain(house: Lakehouse, peer: Peer, tmp_path: Path) -> None:
    def measure(it: Contestant) -> Iterator[tuple[str, Figures]]:
        yield "all", measure_drain(it, BACKLOG, DRAIN_S)

    measured("drain", house, peer, tmp_path, measure)


@everybody
def test_kill(house: Lakehouse, peer: Peer, tmp_path: Path) -> None:
    def measure(it: Contestant) -> Iterator[tuple[str, Figures]]:
        measure_start(it)
        yield "all", measure_kill(it)

    measured("kill", house, peer, tmp_path, measure)


def test_append(house: Lakehouse, tmp_path: Path) -> None:
    """The design as it was: gold behind a watermark of ten minutes."""

    def measure(it: Contestant) -> Iterator[tuple[str, Figures]]:
        yield "start", measure_start(it, silver_total)
        figures = measure_rate(it, APPEND_RATE, APPEND_S, PATIENCE_S, APPEND_JUDGED_S)
        yield f"{APPEND_RATE:g}", figures

    measured("append", house, APPEND, tmp_path, measure)
