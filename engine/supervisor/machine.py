"""The life of one service as a pure function: (state, event) → (state, commands).

                 Start                    Ready               Degraded
    STOPPED ───────────► STARTING ─────────────────► READY ◄──────────► DEGRADED
       ▲                  │  ▲                         │    Recovered       │
       │           Failed │  │ BackoffOver      Failed │                    │ Failed
       │                  ▼  │                         ▼                    ▼
       │                 BACKOFF ◄──────────────────────────────────────────
       │ Stopped           │ too many failures: FAILED ── Start (Retry) ──► STARTING
    STOPPING ◄── Stop, from anywhere

No clock, no randomness, no process: the runtime puts the time and the jitter into the events and
carries the commands out. An edge that is not in the table is a bug and raises with the history.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.contracts.names import State
from engine.supervisor.events import (
    ArmBackoff,
    BackoffOver,
    CancelBackoff,
    Command,
    Degraded,
    Event,
    Failed,
    KillGroup,
    Launch,
    Ready,
    Recovered,
    Restart,
    Start,
    Stop,
    Stopped,
    Terminate,
)

HISTORY = 20


@dataclass(frozen=True)
class Policy:
    """When to try again and when to give up."""

    max_failures: int | None = 3
    """VS Code's rule for its extension host; None never gives up (a broker that is not ours)."""
    window_s: float = 300.0
    first_delay_s: float = 1.0
    max_delay_s: float = 30.0
    """Long enough to leave the machine usable, short enough that nobody presses Retry."""
    jitter: float = 0.2
    """Services that died together should not come back together."""
    healthy_s: float = 600.0
    """A service that ran this long has earned the short delays again."""


@dataclass(frozen=True)
class ServiceState:
    """Everything the machine knows; the same state and event always give the same answer."""

    state: State = State.STOPPED
    policy: Policy = Policy()
    detail: str = ""
    failures: tuple[float, ...] = ()
    attempt: int = 0
    ready_since: float | None = None
    restarts: int = 0
    start_again: bool = False
    """A start was asked for while stopping."""
    history: tuple[str, ...] = ()


class UnknownEdge(AssertionError):
    """A bug: the runtime sent an event that this state cannot meet."""


Step = tuple[ServiceState, tuple[Command, ...]]
Edge = Callable[[ServiceState, Event], Step]


def step(state: ServiceState, event: Event) -> Step:
    """The next state and what is to be done; UnknownEdge where there is no such edge."""
    edge = EDGES.get((state.state, type(event)))
    name = f"{state.state.value} --{type(event).__name__}-->"
    if edge is None:
        raise UnknownEdge(f"{name} nowhere; before it: {'; '.join(state.history) or 'nothing'}")
    after, commands = edge(state, event)
    entry = f"{name} {after.state.value}"
    return replace(after, history=(*state.history, entry)[-HISTORY:]), commands


def _stay(state: ServiceState, _: Event) -> Step:
    return state, ()


def _launch(state: ServiceState, _: Event) -> Step:
    fresh = replace(state, state=State.STARTING, detail="", ready_since=None, start_again=False)
    return fresh, (Launch(),)


def _retry(state: ServiceState, event: Event) -> Step:
    return _launch(replace(state, failures=(), attempt=0), event)


def _start_now(state: ServiceState, event: Event) -> Step:
    after, commands = _launch(replace(state, restarts=state.restarts + 1), event)
    return after, (CancelBackoff(), *commands)


def _relaunch(state: ServiceState, event: Event) -> Step:
    return _launch(replace(state, restarts=state.restarts + 1), event)


def _ready(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Ready)
    since = event.now if state.ready_since is None else state.ready_since
    return replace(state, state=State.READY, detail=event.detail, ready_since=since), ()


def _recovered(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Recovered)
    return replace(state, state=State.READY, detail=event.detail), ()


def _note(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Degraded | Recovered)
    return replace(state, detail=event.detail), ()


def _degraded(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Degraded)
    return replace(state, state=State.DEGRADED, detail=event.detail), ()


def _failed(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Failed)
    policy, now = state.policy, event.now
    healthy = state.ready_since is not None and now - state.ready_since >= policy.healthy_s
    attempt = 0 if healthy else state.attempt
    failures = (*(t for t in state.failures if now - t < policy.window_s), now)
    after = replace(
        state, detail=event.reason, failures=failures, attempt=attempt + 1, ready_since=None
    )
    if not event.retry or (
        policy.max_failures is not None and len(failures) >= policy.max_failures
    ):
        return replace(after, state=State.FAILED), (KillGroup(),)
    return replace(after, state=State.BACKOFF), (
        KillGroup(),
        ArmBackoff(_delay(policy, attempt, event.jitter)),
    )


def _delay(policy: Policy, attempt: int, jitter: float) -> float:
    doubled = policy.first_delay_s * 2.0 ** min(attempt, 16)
    return min(doubled, policy.max_delay_s) * (1 + policy.jitter * jitter)


def _stop(state: ServiceState, _: Event) -> Step:
    after = replace(state, state=State.STOPPING, detail="", ready_since=None, start_again=False)
    return after, (CancelBackoff(), Terminate())


def _restart(state: ServiceState, event: Event) -> Step:
    after, commands = _stop(state, event)
    return replace(after, start_again=True), commands


def _start_after(state: ServiceState, _: Event) -> Step:
    return replace(state, start_again=True), ()


def _stop_after_all(state: ServiceState, _: Event) -> Step:
    return replace(state, start_again=False), ()


def _stopped(state: ServiceState, event: Event) -> Step:
    if state.start_again:
        return _relaunch(replace(state, failures=(), attempt=0), event)
    return replace(state, state=State.STOPPED, failures=(), attempt=0), ()


def _unstoppable(state: ServiceState, event: Event) -> Step:
    assert isinstance(event, Failed)
    return replace(state, state=State.FAILED, detail=event.reason, start_again=False), ()


EDGES: dict[tuple[State, type[Event]], Edge] = {
    (State.STOPPED, Start): _launch,
    (State.STOPPED, Restart): _launch,
    (State.STOPPED, Stop): _stay,
    (State.STARTING, Start): _stay,
    (State.STARTING, Stop): _stop,
    (State.STARTING, Restart): _restart,
    (State.STARTING, Ready): _ready,
    (State.STARTING, Degraded): _note,
    (State.STARTING, Recovered): _note,
    (State.STARTING, Failed): _failed,
    (State.READY, Start): _stay,
    (State.READY, Stop): _stop,
    (State.READY, Restart): _restart,
    (State.READY, Ready): _ready,
    (State.READY, Degraded): _degraded,
    (State.READY, Recovered): _recovered,
    (State.READY, Failed): _failed,
    (State.DEGRADED, Start): _stay,
    (State.DEGRADED, Stop): _stop,
    (State.DEGRADED, Restart): _restart,
    (State.DEGRADED, Ready): _ready,
    (State.DEGRADED, Degraded): _degraded,
    (State.DEGRADED, Recovered): _recovered,
    (State.DEGRADED, Failed): _failed,
    (State.BACKOFF, Start): _start_now,
    (State.BACKOFF, Restart): _start_now,
    (State.BACKOFF, Stop): _stop,
    (State.BACKOFF, BackoffOver): _relaunch,
    (State.STOPPING, Start): _start_after,
    (State.STOPPING, Restart): _start_after,
    (State.STOPPING, Stop): _stop_after_all,
    # What the child says, or that it died, while it is being stopped changes nothing.
    (State.STOPPING, Ready): _stay,
    (State.STOPPING, Degraded): _stay,
    (State.STOPPING, Recovered): _stay,
    (State.STOPPING, Stopped): _stopped,
    (State.STOPPING, Failed): _unstoppable,
    (State.FAILED, Start): _retry,
    (State.FAILED, Restart): _retry,
    (State.FAILED, Stop): _stop,
}
