"""Asking a service again and again whether it still answers."""

from __future__ import annotations

from typing import Protocol

from engine.contracts.names import State
from engine.errors import LakehouseError
from engine.providers.base import Provider
from engine.supervisor import events
from engine.supervisor.clock import Clock

MISSES_TO_DEGRADE = 2
"""One miss is a busy moment of a laptop."""


class Probed(Protocol):
    """The part of a service that probing acts on."""

    @property
    def state(self) -> State: ...
    def post(self, event: events.Event) -> None: ...
    def fail(self, reason: str, *, retry: bool = True) -> None: ...


async def probe_forever(
    provider: Provider, clock: Clock, interval_s: float, service: Probed
) -> None:
    """READY ⇄ DEGRADED by its answers; a failure once patience is at its end."""
    misses = 0
    while True:
        await clock.sleep(interval_s)
        try:
            await provider.probe()
        except LakehouseError as err:
            misses += 1
            if misses >= MISSES_TO_DEGRADE:
                service.post(events.Degraded(str(err)))
            if provider.probe_patience is not None and misses >= provider.probe_patience:
                service.fail(f"It has stopped answering. {err}")
                return
        else:
            if misses >= MISSES_TO_DEGRADE:
                service.post(events.Recovered())
            misses = 0
