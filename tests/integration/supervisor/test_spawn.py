"""A start that is cancelled half-way leaves neither a process nor an open pipe."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.platform import current_platform

pytestmark = pytest.mark.integration
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def _cancelled_after(steps: int, cwd: Path) -> bool:
    """Cancels the spawn after so many turns of the loop; False where it was done by then."""
    spawn = current_platform().spawn(SLEEPER, env=dict(os.environ), cwd=cwd, merge_output=False)
    task = asyncio.create_task(spawn)
    for _ in range(steps):
        await asyncio.sleep(0)
    cancelled = task.cancel()
    try:
        child = await task
    except asyncio.CancelledError:
        return cancelled
    current_platform().kill_group(child.pid)
    await child.wait()
    child.close()
    return False


async def every_moment(cwd: Path) -> int:
    """Cancels after 1, 2, 3 … turns; how many there were. AssertionError for a file left open."""
    before, steps = _open_files(), 1
    while await _cancelled_after(steps, cwd):
        await asyncio.sleep(0)  # transports close their pipes one turn later
        assert _open_files() == before, f"cancelled after {steps} turns"
        steps += 1
    return steps


ALONE = """
import asyncio, sys
from pathlib import Path
from tests.integration.supervisor.test_spawn import every_moment
print(asyncio.run(every_moment(Path(sys.argv[1]))))
"""


def test_that_a_spawn_cancelled_at_any_moment_leaves_nothing_open(tmp_path, descendants):
    # A process of its own: threads that other tests leave behind open and close files of this one.
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2
    assert descendants() == ()
