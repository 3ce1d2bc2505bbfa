"""The window as a person uses it: real children, a real display, mouse and keyboard."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.lake import LakeReader
from engine.paths import DataPaths
from tests.e2e.lakehouse import ARCHIVES
from tests.window.child import play
from tests.window.tour import KPIS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture
def folder() -> Iterator[Path]:
    it = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    yield it
    shutil.rmtree(it, ignore_errors=True)


def test_that_a_person_can_start_look_break_query_restore_and_quit(folder: Path) -> None:
    root = folder / "d"
    paths = DataPaths(root)
    paths.create()
    ARCHIVES.lend(paths.scratch)
    told = {line["what"]: line for line in play("tour", root, str(folder), seconds=800)}
    assert told["quit"]["code"] == 0
    assert told["quit"]["defects"] == []
    assert told["kpis move"]["figures"]
    assert told["broker killed"]["shown"] != "Ready"

    with (folder / "kpis.csv").open(newline="") as file:
        exported = list(csv.reader(file))
    lake = LakeReader(paths.lake)
    stored = lake.query(KPIS).table.to_pylist()
    minutes = {str(row["window_start"])[:19]: row for row in stored}
    assert exported[0] == ["window_start", "events", "orders", "gmv_usd"]
    assert len(exported) - 1 == told["sql"]["rows"]
    assert {line[0][:19] for line in exported[1:]} <= set(minutes)

    operations = [version.operation for version in lake.history(Table.GOLD_KPIS)]
    assert any("RESTORE" in operation.upper() for operation in operations), operations
    assert told["quit"]["stalls"] == [], "The window did not answer for a while: see its stderr."
    assert told["million rows"]
