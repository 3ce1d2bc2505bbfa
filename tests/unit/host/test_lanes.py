"""Worker threads of the window."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from engine.host.lanes import Lanes

pytestmark = pytest.mark.unit


def wait(gate: threading.Event) -> None:
    assert gate.wait(5)


def test_that_a_lane_works_in_order_on_one_thread():
    lanes, done, threads = Lanes(), list[int](), set[str]()

    def work(number: int) -> None:
        done.append(number)
        threads.add(threading.current_thread().name)

    for number in range(20):
        lanes.run("reads", partial(work, number))
    assert lanes.close(5.0)
    assert done == list(range(20))
    assert threads == {"lane-reads"}


def test_that_a_lane_that_waits_holds_up_no_other():
    lanes, gate, reached = Lanes(), threading.Event(), threading.Event()
    lanes.run("slow", partial(wait, gate))
    lanes.run("quick", reached.set)
    assert reached.wait(5)
    gate.set()
    assert lanes.close(5.0)


def test_that_close_tells_of_work_that_does_not_end():
    lanes, gate = Lanes(), threading.Event()
    lanes.run("slow", partial(wait, gate))
    assert not lanes.close(0.01)
    gate.set()
    assert lanes.close(5.0)


def test_that_nothing_is_taken_after_close():
    lanes, done = Lanes(), list[int]()
    lanes.close()
    lanes.run("reads", lambda: done.append(1))
    assert done == []
