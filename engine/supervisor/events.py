"""What can happen to a service, and what the machine answers with."""

from __future__ import annotations

from dataclasses import dataclass


class Event:
    """Base of everything the machine is told."""


@dataclass(frozen=True)
class Start(Event):
    """Somebody wants it up; from FAILED this is Retry."""


@dataclass(frozen=True)
class Stop(Event):
    """Somebody wants it down."""


@dataclass(frozen=True)
class Restart(Event):
    """Down, then up again."""


@dataclass(frozen=True)
class Ready(Event):
    """The handshake was answered at ``now`` (monotonic seconds)."""

    now: float
    detail: str = ""


@dataclass(frozen=True)
class Degraded(Event):
    """It works, but not as it should."""

    detail: str


@dataclass(frozen=True)
class Recovered(Event):
    """It works as it should again."""

    detail: str = ""


@dataclass(frozen=True)
class Failed(Event):
    """It died, never got ready, or cannot be stopped; ``reason`` is a sentence for a person."""

    now: float
    reason: str
    retry: bool = True
    """False where starting again cannot help."""
    jitter: float = 0.0
    """-1 … 1, drawn by the runtime."""


@dataclass(frozen=True)
class BackoffOver(Event):
    """The delay before the next try has passed."""


@dataclass(frozen=True)
class Stopped(Event):
    """Its processes are proved gone."""


class Command:
    """Base of everything the machine asks for."""


@dataclass(frozen=True)
class Launch(Command):
    """Prove the old processes gone, wait for dependencies, prepare, spawn, shake hands."""


@dataclass(frozen=True)
class Terminate(Command):
    """Stop politely, then by force; answer Stopped."""


@dataclass(frozen=True)
class KillGroup(Command):
    """End what may be left of it at once; no answer."""


@dataclass(frozen=True)
class ArmBackoff(Command):
    """Answer BackoffOver after ``seconds``."""

    seconds: float


@dataclass(frozen=True)
class CancelBackoff(Command):
    """Forget the delay."""
