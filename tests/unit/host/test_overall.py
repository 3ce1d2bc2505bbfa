"""One word for all services, where some only help."""

from __future__ import annotations

import pytest

from engine.contracts.names import HELPERS, State
from engine.contracts.status import ServiceSnapshot
from engine.host.monitor import overall, usable

pytestmark = pytest.mark.unit


def services(**states: State) -> tuple[ServiceSnapshot, ...]:
    return tuple(
        ServiceSnapshot(name=name, provider="any", why="", state=state)
        for name, state in states.items()
    )


STREAM = {"broker": State.READY, "pipeline": State.READY, "generator": State.READY}


def test_that_all_is_ready_when_the_helpers_are_too() -> None:
    up = services(**STREAM, vectors=State.READY)
    assert overall(up) is State.READY
    assert usable(up)


@pytest.mark.parametrize("name", HELPERS)
def test_that_a_helper_that_failed_degrades_all_and_ends_nothing(name: str) -> None:
    lacking = services(**STREAM, **{str(name): State.FAILED})
    assert overall(lacking) is State.DEGRADED
    assert usable(lacking)


def test_that_a_failed_stream_is_a_failure() -> None:
    failed = services(**{**STREAM, "pipeline": State.FAILED}, vectors=State.FAILED)
    assert overall(failed) is State.FAILED
    assert not usable(failed)


def test_that_a_helper_that_starts_is_waited_for() -> None:
    starting = services(**STREAM, vectors=State.STARTING)
    assert overall(starting) is State.STARTING
    assert not usable(starting)


def test_that_the_tally_is_never_waited_for() -> None:
    starting = services(**STREAM, tally=State.STARTING)
    assert overall(starting) is State.READY
    assert usable(starting)
    assert overall(services(**STREAM, tally=State.BACKOFF)) is State.DEGRADED


@pytest.mark.parametrize("state", [State.BACKOFF, State.DEGRADED, State.STOPPED])
def test_that_one_that_cannot_be_had_now_is_not_waited_for(state: State) -> None:
    assert usable(services(**STREAM, vectors=state))


def test_that_paused_demo_events_are_no_fault() -> None:
    paused = services(**{**STREAM, "generator": State.STOPPED}, vectors=State.READY)
    assert usable(paused)
    assert overall(paused) is State.READY


def test_that_paused_demo_events_hide_no_fault_of_another() -> None:
    paused = {**STREAM, "generator": State.STOPPED}
    assert overall(services(**{**paused, "broker": State.STARTING})) is State.STARTING
    assert overall(services(**{**paused, "pipeline": State.STOPPED})) is State.DEGRADED
    assert not usable(services(**{**paused, "pipeline": State.STOPPED}))


def test_that_nothing_running_is_stopped() -> None:
    assert overall(services(**dict.fromkeys(STREAM, State.STOPPED))) is State.STOPPED
    assert overall(services(generator=State.STOPPED)) is State.STOPPED
