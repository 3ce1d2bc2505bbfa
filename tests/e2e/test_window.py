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
from engine.lake.commits import read_commits
from engine.paths import DataPaths
from tests.e2e.lakehouse import ARCHIVES
from tests.window.child import play
from tests.window.tour import ARRIVALS

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

    with (folder / "arrivals.csv").open(newline="") as file:
        exported = list(csv.reader(file))
    lake = LakeReader(paths.lake)
    stored = lake.query(ARRIVALS).table.to_pylist()
    assert exported[0] == ["partition", "offset", "key", "raw"]
    assert exported[1:] == [[str(value) for value in row.values()] for row in stored]
    assert told["sql"]["rows"] == len(stored) > 1_000

    history = read_commits(lake, Table.GOLD_KPIS, limit=10_000).commits
    operations = [commit.operation for commit in history]
    assert any("RESTORE" in operation.upper() for operation in operations), operations
    assert told["million rows"]
    # The bar is 100 ms, and `make bench` holds it. A machine that others use too gets as much
    # again, beside what the watchdog takes off: it cannot see a processor that is lent elsewhere.
    limit = 0.2
    stalls = told["quit"]["stalls"]
    longest = max(told["quit"]["longest_stalls"], default=0.0)
    assert longest <= limit, f"No answer for {longest} s (bar {limit}):\n" + "\n".join(stalls)
