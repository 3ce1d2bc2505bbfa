"""No test here may leave a process behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.lakehouse import Lakehouse, describe


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Chaos runs only where it is asked for by its marker."""
    if "chaos" in str(config.getoption("markexpr")):
        return
    chaos = [item for item in items if item.get_closest_marker("chaos")]
    if chaos:
        config.hook.pytest_deselected(items=chaos)
        items[:] = [item for item in items if item not in chaos]


@pytest.fixture
def lakehouse() -> Iterator[Lakehouse]:
    """A new data folder with a short path; what still runs at the end is killed and fails."""
    folder = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    it = Lakehouse(folder / "d")
    yield it
    ended = it.process.poll() is not None if it._process else True
    left = it.end()
    shutil.rmtree(folder, ignore_errors=True)
    assert not (ended and left), f"The test left processes: {describe(left)}"
