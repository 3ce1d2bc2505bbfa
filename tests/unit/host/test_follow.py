"""A long command and its progress, with a supervisor that only listens and tells."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from engine.contracts.names import State, Table
from engine.contracts.protocol import Fatal, Maintain, Rebuild, RestoreTable, Step
from engine.contracts.status import StateChange
from engine.host.follow import Refused, follow, send

pytestmark = pytest.mark.unit


class Told:
    """Answers a command with these messages, as the pipeline would through the supervisor."""

    def __init__(self, state: State, *answers: Any) -> None:
        self.services = (SimpleNamespace(name="pipeline", state=state),)
        self.answers = answers
        self.sent: list[tuple[str, Any]] = []
        self.listeners: list[Callable[[str, Any], None]] = []

    def snapshot(self) -> Any:
        return self.services

    def subscribe(self, listener: Callable[[str, Any], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def send(self, service: str, command: Any) -> None:
        self.sent.append((service, command))
        for answer in self.answers:
            for listener in self.listeners:
                listener("pipeline", answer)


def test_that_the_steps_come_until_complete():
    steps = [
        Step(operation="rebuild silver", done=1, total=2),
        Step(operation="rebuild", done=1, total=1, detail="complete"),
    ]
    told: Any = Told(State.READY, *steps, Step(operation="later", done=0, total=1))
    assert list(follow(told, Rebuild())) == steps
    assert told.sent == [("pipeline", Rebuild())]
    assert told.listeners == []


def test_that_a_fatal_ends_it_with_its_sentence():
    told: Any = Told(State.READY, Fatal(message="The disk is full."))
    with pytest.raises(Refused, match="The disk is full"):
        list(follow(told, Rebuild()))
    assert told.listeners == []


@pytest.mark.parametrize("state", [State.STARTING, State.FAILED, State.STOPPED])
def test_that_a_service_that_is_not_up_is_sent_nothing(state):
    told: Any = Told(state)
    with pytest.raises(Refused, match=f"The pipeline is {state.value}"):
        send(told, "pipeline", Rebuild())
    assert told.sent == []


def test_that_an_unknown_service_is_named():
    told: Any = Told(State.READY)
    with pytest.raises(Refused, match=r"There is no service kitchen. Services: pipeline"):
        send(told, "kitchen", Rebuild())


def test_that_another_operations_steps_are_not_taken_for_its_own():
    mine = Step(operation="maintain", done=7, total=7, detail="complete")
    other = Step(operation="rebuild", done=1, total=1, detail="complete")
    told: Any = Told(State.READY, other, mine)
    assert list(follow(told, Maintain())) == [mine]


def test_that_a_failure_is_its_sentence():
    failed = Step(operation="restore", done=1, total=1, failure="Version 9 is gone. Choose 10.")
    told: Any = Told(State.READY, failed)
    with pytest.raises(Refused, match=r"Version 9 is gone. Choose 10"):
        list(follow(told, RestoreTable(table=Table.SILVER, version=9)))


def test_that_a_cancelled_rebuild_ends_it():
    last = Step(operation="rebuild", done=0, total=1, detail="cancelled")
    told: Any = Told(State.READY, last)
    assert list(follow(told, Rebuild())) == [last]


def test_that_a_pipeline_that_dies_without_a_word_ends_it():
    died = StateChange(service="pipeline", old=State.READY, new=State.BACKOFF)
    told: Any = Told(State.DEGRADED, died.model_copy(update={"new": State.READY}), died)
    with pytest.raises(Refused, match="the pipeline is BACKOFF"):
        list(follow(told, Rebuild()))
    assert told.listeners == []


def test_that_the_same_operation_is_not_followed_twice_at_once():
    began = Step(operation="rebuild silver", done=0, total=2)
    ended = Step(operation="rebuild", done=1, total=1, detail="complete")
    told: Any = Told(State.READY, began, ended)
    first = follow(told, Rebuild())
    assert next(first) == began
    with pytest.raises(Refused, match="A rebuild is under way"):
        next(follow(told, Rebuild()))
    assert list(first) == [ended]
    assert list(follow(told, Rebuild())) == [began, ended]
