"""What a process tree takes: memory, and processor time between two readings."""

from __future__ import annotations

import os
import time

import psutil
import pytest

from engine.supervisor.usage import Usage, UsageMeter

pytestmark = pytest.mark.unit

NO_SUCH_PID = 2**22 + 7
"""Above the largest pid that Linux gives."""


class Ticks:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_a_first_reading_knows_the_memory_but_not_yet_the_processor():
    usage = UsageMeter().read(os.getpid())
    assert usage.rss_bytes is not None
    assert usage.rss_bytes >= psutil.Process().memory_info().rss / 2
    assert usage.cpu_percent is None


def test_that_a_second_reading_tells_the_share_of_one_core():
    clock = Ticks()
    meter = UsageMeter(clock)
    before = sum(psutil.Process().cpu_times()[:2])
    meter.read(os.getpid())
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    clock.now = 0.1
    percent = meter.read(os.getpid()).cpu_percent
    spent = sum(psutil.Process().cpu_times()[:2]) - before
    assert percent is not None
    # The kernel counts in hundredths of a second.
    assert 30 <= percent <= spent / 0.1 * 100 + 20


def test_that_a_process_that_is_gone_has_no_numbers():
    assert UsageMeter().read(NO_SUCH_PID) == Usage(None, None)


def test_that_another_process_is_not_compared_with_the_one_before():
    clock = Ticks()
    meter = UsageMeter(clock)
    meter.read(os.getpid())
    clock.now = 1.0
    assert meter.read(os.getppid()).cpu_percent is None


def test_that_no_time_between_two_readings_is_no_division_by_zero():
    meter = UsageMeter(Ticks())
    meter.read(os.getpid())
    assert meter.read(os.getpid()).cpu_percent is None
