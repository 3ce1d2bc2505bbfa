"""The bench's own reader: it must not flatter anybody."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from tests.performance.peers.outside import Pulse, gold_minutes, gold_total, silver_total

pytestmark = pytest.mark.unit

FIRST = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
SECOND = FIRST + dt.timedelta(minutes=1)


def write(lake: Path, name: str, **columns: list[Any]) -> None:
    write_deltalake(str(lake / name), pa.table(columns), mode="append")


def test_that_a_lake_without_tables_shows_nothing(tmp_path: Path) -> None:
    assert gold_total(tmp_path) == 0
    assert silver_total(tmp_path) == 0


def test_that_gold_is_summed_by_minute(tmp_path: Path) -> None:
    write(tmp_path, "gold_kpis", window_start=[FIRST, SECOND], events=[3, 4])
    assert sorted(gold_minutes(tmp_path).values()) == [3, 4]
    assert gold_total(tmp_path) == 7


def test_that_a_withdrawn_row_of_a_table_of_changes_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, "gold_kpis", window_start=[FIRST], events=[3], diff=[1])
    write(tmp_path, "gold_kpis", window_start=[FIRST, FIRST], events=[3, 5], diff=[-1, 1])
    assert list(gold_minutes(tmp_path).values()) == [5]


def test_that_silver_is_counted_over_all_its_commits(tmp_path: Path) -> None:
    write(tmp_path, "silver_events", event_id=["a", "b"])
    write(tmp_path, "silver_events", event_id=["c"])
    assert silver_total(tmp_path) == 3


def test_that_a_child_s_work_counts_with_its_parent_s() -> None:
    busy = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\n"
    wait = "import sys; print('done', flush=True); sys.stdin.read()"
    inner = [sys.executable, "-c", busy + wait]
    code = f"import subprocess; subprocess.run({inner!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=-1)
    pulse = Pulse(lambda: [parent.pid])
    with parent:
        pulse.take()
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"done\n"
        pulse.take()
        parent.communicate()
    assert pulse.cpu_s >= 0.15
    assert pulse.peak_mb > 10
