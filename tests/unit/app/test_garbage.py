"""What Qt made ends on the GUI thread, whoever made the rubbish."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from app.garbage import ROUNDS, Collector

pytestmark = pytest.mark.unit


@pytest.fixture
def collector(qapp) -> Iterator[Collector]:
    made = Collector(qapp)
    yield made
    made.deleteLater()
    gc.enable()


class Ring(QObject):
    """Refers to itself, as a widget does whose button calls it."""

    def __init__(self, ends: list[int]) -> None:
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: ends.append(threading.get_ident()))


def in_a_thread(work) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def make_rubbish() -> None:
    """Enough of it that Python would collect here and now."""
    for _ in range(2 * ROUNDS[0]):
        ring: list[object] = []
        ring.append(ring)


def test_that_another_threads_allocations_take_nothing_apart(collector):
    ends: list[int] = []
    Ring(ends)
    in_a_thread(make_rubbish)
    assert ends == []
    collector.collect_due()
    assert ends == [threading.get_ident()]


def test_that_nothing_is_collected_while_nothing_is_due(collector):
    gc.collect()
    ends: list[int] = []
    Ring(ends)
    collector.collect_due()
    assert ends == []


def test_that_the_old_generation_is_collected_in_its_turn(collector):
    ends: list[int] = []
    ring = Ring(ends)
    for _ in range(2):
        gc.collect(1)  # it is old now
    del ring
    for _ in range((ROUNDS[1] + 2) * (ROUNDS[2] + 2)):
        make_rubbish()
        collector.collect_due()
    assert ends == [threading.get_ident()]


def test_that_a_question_lets_go_of_its_owner_on_the_gui_thread(context, qtbot, collector):
    ends: list[int] = []
    answered: list[int] = []

    def ask() -> None:
        owner = QObject()
        weakref.finalize(owner, lambda: ends.append(threading.get_ident()))
        context.door.ask(lambda: (owner, 1)[1], answered.append, owner=owner)

    for _ in range(50):
        ask()
    qtbot.waitUntil(lambda: len(answered) == len(ends) == 50)
    assert set(ends) == {threading.get_ident()}


def test_that_a_cancelled_question_lets_go_of_its_owner_on_the_gui_thread(
    context, qtbot, collector
):
    ends: list[int] = []
    gate = threading.Event()
    context.door.ask(lambda: gate.wait(60), lambda _: None, owner=context.door)
    owner = QObject()
    weakref.finalize(owner, lambda: ends.append(threading.get_ident()))
    context.door.ask(lambda: 1, lambda _: None, owner=owner).cancel()
    del owner
    gate.set()
    qtbot.waitUntil(lambda: ends == [threading.get_ident()])
