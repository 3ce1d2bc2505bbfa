"""The judge of the window's stalls: what blocks the window is told, with its place."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
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


def test_that_a_thread_that_keeps_pythons_lock_is_no_stop_of_the_machine(qtbot: QtBot) -> None:
    watchdog = Watchdog()
    qtbot.wait(60)
    keeping_the_lock = ctypes.PyDLL(None).usleep
    other = threading.Thread(target=keeping_the_lock, args=(700_000,))
    other.start()
    qtbot.wait(60)
    other.join()
    worst = max(watchdog.stop(), key=lambda stall: stall.seconds)
    assert worst.own_s >= 0.2


def test_that_a_stop_of_the_machine_is_taken_off(qtbot: QtBot) -> None:
    watchdog = Watchdog()
    gap = Stall(2.0, 0.5, ran_s=0.1, queued_s=0.1, others_s=0.0, slowness=1.0, where="")
    begin = watchdog._began + gap.at_s
    stops = [(begin - 9, begin - 8), (begin + 0.1, begin + 0.3), (begin + 0.45, begin + 7)]
    judged = watchdog._judged(gap, stops)
    watchdog.stop()
    assert judged.stood_s == pytest.approx(0.2 + 0.055)
    assert judged.own_s == pytest.approx(0.1 + 0.3 - 0.255)


def test_that_the_witness_tells_when_it_stood_still() -> None:
    command = [sys.executable, "-m", "tests.window.witness"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as witness:
        try:
            assert witness.stdout is not None
            witness.stdout.readline()
            before = time.monotonic()
            os.kill(witness.pid, signal.SIGSTOP)
            time.sleep(0.5)
            os.kill(witness.pid, signal.SIGCONT)
            begin = end = before
            while end < before + 0.4:
                begin, end = map(float, witness.stdout.readline().split())
        finally:
            witness.kill()
    assert end - begin >= 0.4
