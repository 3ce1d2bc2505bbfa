"""Which provider a service gets: the first usable one, unless a setting pins one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NoProvider
from engine.providers.base import Provider


@dataclass(frozen=True)
class Choice:
    """The provider in use, and a sentence about each one before it."""

    provider: Provider
    why: str = ""


def choose(providers: Sequence[Provider], pin: str | None = None) -> Choice:
    """The first usable provider, or the pinned one.

    Raises NoProvider, with every reason, where there is none: a pin is never ignored.
    """
    candidates = [p for p in providers if pin is None or p.name == pin]
    refusals: list[str] = []
    for provider in candidates:
        answer = provider.available()
        if answer.usable:
            why = f"{provider.name} was chosen by a setting." if pin else " ".join(refusals)
            return Choice(provider, why)
        refusals.append(f"{provider.name}: {answer.why}")
    raise _none(providers, pin, refusals)


def _none(providers: Sequence[Provider], pin: str | None, refusals: list[str]) -> NoProvider:
    service = providers[0].service if providers else "service"
    names = ", ".join(provider.name for provider in providers)
    if pin is not None and not refusals:
        return NoProvider(
            f"There is no {service} provider called {pin}.", f"Choose one of: {names}."
        )
    remedy = f"Remove the setting that asks for {pin}, or" if pin else "Run"
    return NoProvider(
        f"No {service} can be used. {' '.join(refusals)}",
        f"{remedy} `rt-lakehouse doctor` to see what is missing."
        if not pin
        else f"{remedy} provide what it needs.",
    )
