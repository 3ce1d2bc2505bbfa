"""Every edge of the state machine, and when it gives up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.contracts.names import State
from engine.supervisor import events as e
from engine.supervisor.machine import EDGES, HISTORY, Policy, ServiceState, UnknownEdge, step

pytestmark = pytest.mark.unit

FAILED = e.Failed(now=10.0, reason="It died.")
READY = e.Ready(now=10.0, detail="up")
AGAIN = (e.CancelBackoff(), e.Terminate())
RETRY = (e.KillGroup(), e.ArmBackoff(1.0))

TABLE: list[tuple[State, e.Event, State, tuple[e.Command, ...]]] = [
    (State.STOPPED, e.Start(), State.STARTING, (e.Launch(),)),
    (State.STOPPED, e.Restart(), State.STARTING, (e.Launch(),)),
    (State.STOPPED, e.Stop(), State.STOPPED, ()),
    (State.STARTING, e.Start(), State.STARTING, ()),
    (State.STARTING, e.Stop(), State.STOPPING, AGAIN),
    (State.STARTING, e.Restart(), State.STOPPING, AGAIN),
    (State.STARTING, READY, State.READY, ()),
    (State.STARTING, e.Degraded("slow"), State.STARTING, ()),
    (State.STARTING, e.Recovered(), State.STARTING, ()),
    (State.STARTING, FAILED, State.BACKOFF, RETRY),
    (State.READY, e.Start(), State.READY, ()),
    (State.READY, e.Stop(), State.STOPPING, AGAIN),
    (State.READY, e.Restart(), State.STOPPING, AGAIN),
    (State.READY, READY, State.READY, ()),
    (State.READY, e.Degraded("slow"), State.DEGRADED, ()),
    (State.READY, e.Recovered(), State.READY, ()),
    (State.READY, FAILED, State.BACKOFF, RETRY),
    (State.DEGRADED, e.Start(), State.DEGRADED, ()),
    (State.DEGRADED, e.Stop(), State.STOPPING, AGAIN),
    (State.DEGRADED, e.Restart(), State.STOPPING, AGAIN),
    (State.DEGRADED, READY, State.READY, ()),
    (State.DEGRADED, e.Degraded("slower"), State.DEGRADED, ()),
    (State.DEGRADED, e.Recovered(), State.READY, ()),
    (State.DEGRADED, FAILED, State.BACKOFF, RETRY),
    (State.BACKOFF, e.Start(), State.STARTING, (e.CancelBackoff(), e.Launch())),
    (State.BACKOFF, e.Restart(), State.STARTING, (e.CancelBackoff(), e.Launch())),
    (State.BACKOFF, e.Stop(), State.STOPPING, AGAIN),
    (State.BACKOFF, e.BackoffOver(), State.STARTING, (e.Launch(),)),
    (State.STOPPING, e.Start(), State.STOPPING, ()),
    (State.STOPPING, e.Restart(), State.STOPPING, ()),
    (State.STOPPING, e.Stop(), State.STOPPING, ()),
    (State.STOPPING, READY, State.STOPPING, ()),
    (State.STOPPING, e.Degraded("slow"), State.STOPPING, ()),
    (State.STOPPING, e.Recovered(), State.STOPPING, ()),
    (State.STOPPING, e.Stopped(), State.STOPPED, ()),
    (State.STOPPING, FAILED, State.FAILED, ()),
    (State.FAILED, e.Start(), State.STARTING, (e.Launch(),)),
    (State.FAILED, e.Restart(), State.STARTING, (e.Launch(),)),
    (State.FAILED, e.Stop(), State.STOPPING, AGAIN),
]


@pytest.mark.parametrize(
    ("before", "event", "after", "commands"),
    TABLE,
    ids=[f"{b}-{type(ev).__name__}-{a}" for b, ev, a, _ in TABLE],
)
def test_that_an_edge_leads_where_the_table_says(before, event, after, commands):
    state, answered = step(ServiceState(state=before), event)
    assert (state.state, answered) == (after, commands)


def test_that_the_table_has_every_edge():
    assert {(before, type(event)) for before, event, _, _ in TABLE} == set(EDGES)


def test_that_an_unknown_edge_raises_with_the_history():
    state, _ = step(ServiceState(), e.Start())
    with pytest.raises(UnknownEdge, match="STOPPED --Start--> STARTING"):
        step(state, e.Stopped())


def test_that_the_history_is_bounded():
    state = ServiceState()
    for _ in range(3 * HISTORY):
        state, _ = step(state, e.Stop())
    assert len(state.history) == HISTORY


def _fail(
    state: ServiceState, now: float, jitter: float = 0.0
) -> tuple[ServiceState, float | None]:
    """Fail in STARTING at that time; the delay that was armed."""
    state, commands = step(
        replace(state, state=State.STARTING), e.Failed(now, "died", jitter=jitter)
    )
    delays = [c.seconds for c in commands if isinstance(c, e.ArmBackoff)]
    return state, delays[0] if delays else None


def test_that_delays_double_up_to_thirty_seconds():
    state = ServiceState(policy=Policy(max_failures=None))
    delays = []
    for _ in range(7):
        state, delay = _fail(state, 0.0)
        delays.append(delay)
    assert delays == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(("jitter", "delay"), [(-1.0, 0.8), (0.0, 1.0), (1.0, 1.2)])
def test_that_a_delay_is_drawn_twenty_percent_around(jitter, delay):
    assert _fail(ServiceState(), 0.0, jitter=jitter)[1] == pytest.approx(delay)


def test_that_the_third_failure_within_five_minutes_is_the_last():
    state, _ = _fail(ServiceState(), 0.0)
    state, _ = _fail(state, 100.0)
    state, delay = _fail(state, 299.0)
    assert (state.state, delay) == (State.FAILED, None)


def test_that_failures_further_apart_are_retried_for_ever():
    state = ServiceState()
    for number in range(20):
        state, delay = _fail(state, number * 151.0)
        assert state.state is State.BACKOFF
        assert delay is not None


def test_that_a_failure_that_cannot_be_helped_is_not_retried():
    state, commands = step(
        ServiceState(state=State.STARTING), e.Failed(0.0, "The pack is broken.", retry=False)
    )
    assert (state.state, state.detail) == (State.FAILED, "The pack is broken.")
    assert commands == (e.KillGroup(),)


def test_that_ten_healthy_minutes_bring_the_short_delay_back():
    state = ServiceState(policy=Policy(max_failures=None), attempt=5)
    state, _ = step(replace(state, state=State.STARTING), e.Ready(now=0.0))
    state, commands = step(state, e.Failed(600.0, "died"))
    assert e.ArmBackoff(1.0) in commands


def test_that_less_than_ten_minutes_do_not():
    state = ServiceState(policy=Policy(max_failures=None), attempt=3)
    state, _ = step(replace(state, state=State.STARTING), e.Ready(now=0.0))
    state, commands = step(state, e.Failed(599.0, "died"))
    assert e.ArmBackoff(8.0) in commands


def test_that_retry_forgets_the_failures():
    state, _ = step(ServiceState(state=State.FAILED, failures=(1.0, 2.0, 3.0)), e.Start())
    state, commands = step(state, e.Failed(4.0, "died"))
    assert state.state is State.BACKOFF
    assert e.ArmBackoff(1.0) in commands


def test_that_restart_comes_up_again_and_is_counted():
    state, _ = step(ServiceState(state=State.READY), e.Restart())
    state, commands = step(state, e.Stopped())
    assert (state.state, commands, state.restarts) == (State.STARTING, (e.Launch(),), 1)


def test_that_a_stop_during_a_restart_wins():
    state, _ = step(ServiceState(state=State.READY), e.Restart())
    state, _ = step(state, e.Stop())
    state, commands = step(state, e.Stopped())
    assert (state.state, commands) == (State.STOPPED, ())


def test_that_uptime_counts_from_the_first_ready():
    state, _ = step(ServiceState(state=State.STARTING), e.Ready(now=5.0))
    state, _ = step(state, e.Degraded("slow"))
    state, _ = step(state, e.Ready(now=9.0))
    assert state.ready_since == 5.0


def test_that_the_machine_is_pure():
    state = ServiceState(state=State.READY, ready_since=1.0)
    assert step(state, FAILED) == step(state, FAILED)
    assert state.state is State.READY
