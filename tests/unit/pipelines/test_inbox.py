"""Which commands wait in line and which are heard at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest
from pydantic import ValidationError

from engine.contracts.names import Table
from engine.contracts.protocol import CHILD_COMMAND, CancelRebuild, Rebuild, RestoreTable, Stop
from pipelines.main import Inbox

pytestmark = pytest.mark.unit


def test_that_a_cancel_is_heard_while_the_rebuild_runs() -> None:
    inbox = Inbox()
    inbox.put(Rebuild())
    assert inbox.get(0) == Rebuild()
    assert not inbox.cancel.is_set()
    inbox.put(CancelRebuild())
    assert inbox.cancel.is_set()
    assert inbox.get(0) is None


def test_that_a_cancel_is_for_the_rebuild_that_waits_and_not_for_a_later_one() -> None:
    inbox = Inbox()
    inbox.put(Rebuild())
    inbox.put(CancelRebuild())
    assert inbox.cancel.is_set()
    inbox.put(Rebuild())
    assert not inbox.cancel.is_set()


def test_that_commands_come_in_order() -> None:
    inbox = Inbox()
    sent = [RestoreTable(table=Table.SILVER, version=3), Rebuild(tables=("gold",), since_ms=0)]
    for command in sent:
        inbox.put(CHILD_COMMAND.validate_json(command.model_dump_json()))
    assert [inbox.get(0), inbox.get(0)] == sent


@pytest.mark.skipif(sys.platform == "win32", reason="no signal interrupts a thread there")
def test_that_a_signal_within_get_blocks_nothing() -> None:
    inbox = Inbox()
    inbox.streaming()
    end = threading.Event()

    def knock() -> None:
        while not end.wait(0.0002):
            os.kill(os.getpid(), signal.SIGUSR1)

    def too_long(*_: object) -> None:
        raise TimeoutError("the handler waits for what its own thread holds")

    before = signal.signal(signal.SIGUSR1, lambda *_: inbox.put(Stop()))
    alarm = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, 3.0)
    thread = threading.Thread(target=knock)
    thread.start()
    try:
        until = time.monotonic() + 0.3
        while time.monotonic() < until:
            inbox.get(0)
    finally:
        end.set()
        signal.setitimer(signal.ITIMER_REAL, 0)
        thread.join()
        signal.signal(signal.SIGUSR1, before)
        signal.signal(signal.SIGALRM, alarm)


@pytest.mark.parametrize(
    "fields",
    [
        {"since_ms": 5},
        {"tables": ("silver",), "until_ms": 5},
        {"tables": ("gold",), "since_ms": 5, "until_ms": 5},
        {"tables": ("gold",), "until_ms": 1 << 60},
    ],
)
def test_that_a_range_is_for_gold_alone_and_not_empty(fields) -> None:
    with pytest.raises(ValidationError):
        Rebuild.model_validate(fields)
