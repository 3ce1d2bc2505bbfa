"""No test here may leave a process behind."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator

import pytest

from engine.platform import current_platform
from tests.integration.supervisor.scripted import until

MARK = "RTLAKEHOUSE_TEST_MARK"
Descendants = Callable[[], tuple[int, ...]]


@pytest.fixture(autouse=True)
def descendants(monkeypatch) -> Iterator[Descendants]:
    """Pids that inherited this test's mark; those left at its end are killed and fail it."""
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    platform = current_platform()

    def find() -> tuple[int, ...]:
        return platform.tagged(f"{MARK}={mark}")

    yield find
    clean = until(lambda: not find(), 2.0)
    left = find()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert clean, f"The test left processes {left}. Stop the supervisor and wait for its end."
