"""A crash is written down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.host.crash import MOST_BYTES, NAME
from engine.paths import DataPaths

pytestmark = pytest.mark.unit

CRASH = """
import os, signal, sys
from pathlib import Path
from engine.host.crash import keep_crash_traces
from engine.paths import DataPaths
keep_crash_traces(DataPaths(Path(sys.argv[1])))
def where_it_happened():
    os.kill(os.getpid(), signal.SIGSEGV)
where_it_happened()
"""


def crash(root: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(root)], cwd=Path(__file__).parents[3], check=False
    )
    assert done.returncode == -11
    return DataPaths(root).logs / NAME


def test_that_the_stack_is_kept_for_this_user_alone(tmp_path):
    log = crash(tmp_path / "data")
    assert "where_it_happened" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_that_an_old_long_log_is_begun_anew(tmp_path):
    log = crash(tmp_path / "data")
    os.truncate(log, MOST_BYTES + 1)
    crash(tmp_path / "data")
    assert log.stat().st_size < MOST_BYTES
