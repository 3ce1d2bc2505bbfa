"""The judge of the window's stalls: what blocks the window is told, with its place."""

from __future__ import annotations

import time

import pytest
from pytestqt.qtbot import QtBot

from tests.window.watchdog import Stall, Watchdog

pytestmark = pytest.mark.unit


def work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@pytest.mark.parametrize("block", [time.sleep, work])
def test_that_sleep_and_work_are_told_with_their_place(qtbot: QtBot, block) -> None:
    watchdog = Watchdog()
    qtbot.wait(60)
    block(1.0)
    qtbot.wait(60)
    stalls = watchdog.stop()
    assert stalls
    worst = max(stalls, key=lambda stall: stall.seconds)
    assert worst.own_s >= 0.2
    assert "test_that_sleep_and_work" in worst.where


def test_that_only_time_without_a_processor_is_taken_off() -> None:
    stall = Stall(0, 0.5, ran_s=0.1, queued_s=0.15, others_s=0.05, slowness=2.0, where="")
    assert stall.own_s == pytest.approx(0.05 + 0.2)
    idle = Stall(0, 0.5, ran_s=0.1, queued_s=0.1, others_s=9.0, slowness=1.0, where="")
    assert idle.own_s == pytest.approx(0.1), "work of its own stays, whatever others do"
