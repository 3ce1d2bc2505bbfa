"""Questions to the engine and their answers on the GUI thread."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject
from shiboken6 import delete

from engine.errors import LakehouseError

pytestmark = pytest.mark.unit


def test_that_work_runs_elsewhere_and_its_answer_arrives_here(context, qtbot, qapp):
    owner, seen = QObject(), list[tuple[str, str]]()
    here = threading.current_thread().name
    context.door.ask(
        lambda: threading.current_thread().name,
        lambda there: seen.append((there, threading.current_thread().name)),
        owner=owner,
    )
    qtbot.waitUntil(lambda: len(seen) == 1)
    assert seen == [("lane-reads", here)]


def test_that_an_error_has_its_own_way(context, qtbot):
    owner, errors = QObject(), list[LakehouseError]()

    def work() -> None:
        raise LakehouseError("The table is gone.", "Start again.")

    context.door.ask(work, lambda _: pytest.fail("no answer"), errors.append, owner=owner)
    qtbot.waitUntil(lambda: len(errors) == 1)
    assert str(errors[0]) == "The table is gone. Start again."


def test_that_a_defect_becomes_a_sentence(context, qtbot, caplog):
    owner = QObject()
    with qtbot.waitSignal(context.door.failed) as said:
        context.door.ask(lambda: 1 / 0, lambda _: None, owner=owner)
    assert "ZeroDivisionError" in said.args[0]
    assert "a question failed" in caplog.text


def test_that_a_cancelled_question_is_not_answered(context, qtbot):
    owner, gate, answers = QObject(), threading.Event(), list[int]()
    context.door.ask(lambda: gate.wait(60), lambda _: None, owner=owner)
    ticket = context.door.ask(lambda: 1, answers.append, owner=owner)
    context.door.ask(lambda: 2, answers.append, owner=owner)
    ticket.cancel()
    gate.set()
    qtbot.waitUntil(lambda: answers == [2])


def test_that_a_destroyed_owner_gets_no_answer(context, qtbot):
    doomed, alive, answers = QObject(), QObject(), list[int]()
    gate = threading.Event()
    context.door.ask(lambda: gate.wait(60) and 1, answers.append, owner=doomed)
    delete(doomed)
    gate.set()
    context.door.ask(lambda: 2, answers.append, owner=alive)
    qtbot.waitUntil(lambda: answers == [2])


def test_that_what_the_supervisor_says_arrives_in_order(context, qtbot):
    heard = list[tuple[str, object]]()
    context.door.notified.connect(lambda service, what: heard.append((service, what)))

    def speak() -> None:
        for number in range(50):
            context.door.hear("broker", number)

    thread = threading.Thread(target=speak)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(heard) == 50)
    assert [what for _, what in heard] == list(range(50))


def test_that_a_panic_below_is_told_and_the_lane_goes_on(context, qtbot, caplog):
    class Panic(BaseException):
        """As the one that Delta's own code raises."""

    def work() -> int:
        raise Panic("index out of bounds")

    owner, answers = QObject(), list[int]()
    with qtbot.waitSignal(context.door.failed) as said:
        context.door.ask(work, answers.append, owner=owner)
    assert "index out of bounds" in said.args[0]
    context.door.ask(lambda: 2, answers.append, owner=owner)
    qtbot.waitUntil(lambda: answers == [2])
