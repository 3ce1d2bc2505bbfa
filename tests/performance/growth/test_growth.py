"""How cost grows: with the rate, with history, with the number of users and products.

``make bench ARGS="tests/performance/growth -k history"`` runs a part. BENCH_GROWTH_RATES,
BENCH_GROWTH_SECONDS (45 for each point), BENCH_HISTORY_HOURS (1,24,168,720) and
BENCH_TIMES (1,10,100) make it shorter.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.lake import LakeReader
from engine.paths import resources_dir
from tests.e2e.lakehouse import Lakehouse, until
from tests.performance.growth.history import clone_history
from tests.performance.measure import wait_lag_zero
from tests.performance.peers.catalogue import OURS, peer
from tests.performance.peers.contestants import Ours
from tests.performance.peers.measuring import Figures, measure_rate
from tests.performance.results import record

pytestmark = [pytest.mark.performance, pytest.mark.timeout(3600)]


def _numbers(name: str, default: str) -> list[int]:
    return [int(part) for part in os.environ.get(name, default).split(",")]


RATES = _numbers("BENCH_GROWTH_RATES", "100,1000,5000,10000,20000")
HOURS = _numbers("BENCH_HISTORY_HOURS", "1,24,168,720")
TIMES = _numbers("BENCH_TIMES", "1,10,100")
SECONDS = float(os.environ.get("BENCH_GROWTH_SECONDS", "45"))
RATE = 1000.0
PATIENCE_S = 60.0
ROWS_AN_HOUR = 5_000


@pytest.fixture
def house() -> Iterator[Lakehouse]:
    """A new lake for each point: what an earlier one left would be part of a later one."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    lakehouse = Lakehouse(folder / "d")
    yield lakehouse
    lakehouse.end()
    shutil.rmtree(folder, ignore_errors=True)


def measured(house: Lakehouse, rate: float) -> Figures:
    """The figures at this rate, after a short run that makes caches and code warm."""
    it = Ours(house, peer(OURS))
    it.topic.send(RATE, count=2_000)
    wait_lag_zero(house, 120)
    return measure_rate(it, rate, SECONDS, PATIENCE_S)


def test_rates(house: Lakehouse) -> None:
    house.start()
    for rate in RATES:
        record(("growth", "rates", str(rate)), measured(house, rate))


@pytest.mark.parametrize("hours", HOURS)
def test_history(house: Lakehouse, hours: int) -> None:
    house.start()
    topic = Ours(house, peer(OURS)).topic
    topic.send(RATE, count=ROWS_AN_HOUR + 500)
    reader = LakeReader(house.paths.lake)
    until(lambda: reader.info(Table.SILVER).rows > ROWS_AN_HOUR, 120, "there is enough to copy")
    wait_lag_zero(house, 60)
    assert house.stop() == 0
    clone_history(house.paths.lake, hours, ROWS_AN_HOUR)
    started = float(house.start()["seconds"])
    info = reader.info(Table.SILVER)
    size = {"silver_files": float(info.files), "silver_rows": float(info.rows)}
    record(("growth", "history", str(hours)), {**measured(house, RATE), **size, "start_s": started})


@pytest.mark.parametrize("times", TIMES)
def test_users_and_products(house: Lakehouse, times: int) -> None:
    pack = house.root / "domains" / "ecommerce"
    shutil.copytree(resources_dir() / "domains" / "ecommerce", pack)
    profile = pack / "generator.yaml"
    text, users = re.subn(r"(?m)^users: (\d+)", lambda m: _times(m, times), profile.read_text())
    text, items = re.subn(r"(?m)^  count: (\d+)", lambda m: _times(m, times), text)
    assert (users, items) == (1, 1), "The profile's users or items are written otherwise now."
    profile.write_text(text)
    house.start()
    record(("growth", "users", str(times)), measured(house, RATE))


def _times(match: re.Match[str], times: int) -> str:
    return match.group(0).replace(match.group(1), str(int(match.group(1)) * times))
