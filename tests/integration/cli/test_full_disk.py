"""A data folder on a disk that fills up, and is given space again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.names import Table
from tests.e2e import compare
from tests.e2e.lakehouse import until
from tests.e2e.topic import Feeder, read_all
from tests.integration.cli.conftest import on_folder
from tests.oracle.make_events import make_events

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

MIB = 1 << 20
SIZE_MIB = 700


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of 700 MiB; needs root."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("A small disk can only be mounted by root.")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def _fill(folder: Path, leave: int) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, _free(folder) - leave)
    return ballast


def test_that_a_full_disk_stops_the_pipeline_and_loses_nothing(small_disk: Path) -> None:
    feeder = Feeder(rate=2_000)
    with on_folder(small_disk) as lakehouse:
        lakehouse.root.mkdir()
        (lakehouse.root / "settings.toml").write_text("[disk]\ncheck_interval = 0.5\n")
        for name, mib in (("WARN", 130), ("PAUSE", 120), ("STOP", 110)):
            lakehouse.env[f"RTLAKEHOUSE_DISK_{name}_BELOW"] = str(mib * MIB)
        lakehouse.start()
        kafka = lakehouse.endpoints()["kafka"]
        events = make_events(6_000, 31, int(time.time() * 1000))
        feeder.connect(kafka)
        for lot in (events[:1], events[1:3_000]):
            feeder.feed(lot)
            feeder.wait()
        ballast = _fill(small_disk, leave=100 * MIB)
        lakehouse.wait_state("pipeline", "STOPPED")
        notices = lakehouse.status()["notices"]
        assert "the pipeline has been stopped, and nothing is lost" in notices[-1]
        lakehouse.wait_state("broker", "READY")
        assert lakehouse.cli("status").returncode == 3
        stands = compare.count(lakehouse, Table.BRONZE)
        feeder.feed(events[3_000:])
        feeder.wait()
        assert compare.count(lakehouse, Table.BRONZE) == stands
        ballast.unlink()
        until(
            lambda: any("enough again" in n for n in lakehouse.status()["notices"]),
            60,
            "the notice that there is space",
        )
        lakehouse.wait_state("pipeline", "READY", 240)
        compare.wait_drained(lakehouse, kafka)
        records = read_all(kafka)
        feeder.close()
        assert lakehouse.stop() == 0
        compare.assert_equal_to_oracle(lakehouse, records)
