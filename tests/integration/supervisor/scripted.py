"""Supervisors of scripted children."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.contracts.names import State
from engine.contracts.status import ServiceSnapshot
from engine.paths import DataPaths
from engine.providers.base import Launch, ProviderBase
from engine.providers.choose import Choice
from engine.providers.environment import child_env
from engine.supervisor import Policy, ServiceSpec, Supervisor

CHECKOUT = Path(__file__).resolve().parents[3]
QUICK = Policy(first_delay_s=0.05, max_delay_s=0.1)


class Scripted(ProviderBase):
    """One of the behaviours in child.py."""

    name = "scripted"
    start_timeout_s = 15.0
    stop_grace_s = 1.0

    def __init__(self, behaviour: str, start_timeout_s: float = 15.0) -> None:
        self.behaviour = behaviour
        self.start_timeout_s = start_timeout_s

    def command(self) -> Launch:
        script = str(Path(__file__).with_name("child.py"))
        env = {**child_env(), "PYTHONPATH": str(CHECKOUT)}
        return Launch((sys.executable, script, self.behaviour), env, CHECKOUT, protocol=True)

    def secrets(self) -> tuple[str, ...]:
        return ("hunter2",)


def supervisor(
    root: Path, behaviours: Mapping[str, str | Scripted], policy: Policy = QUICK
) -> Supervisor:
    """One service for each name."""
    specs = [
        ServiceSpec(name, Choice(b if isinstance(b, Scripted) else Scripted(b)))
        for name, b in behaviours.items()
    ]
    return Supervisor(specs, DataPaths(root).create(), policy=policy)


def until(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def one(running: Supervisor, name: str) -> ServiceSnapshot:
    return next(s for s in running.snapshot() if s.name == name)


def reaches(running: Supervisor, name: str, state: State, seconds: float = 15.0) -> bool:
    return until(lambda: one(running, name).state is state, seconds)
