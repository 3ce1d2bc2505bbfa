"""What a person can do to the demo events: the incidents of the domain pack."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts.pack import PackSpec
from engine.contracts.protocol import Incident
from engine.generator.profile import Profile


@dataclass(frozen=True)
class IncidentChoice:
    """An incident that the pack knows; ``seconds`` is how long it plays unless told otherwise."""

    name: str
    title: str
    description: str
    seconds: float

    def command(self) -> Incident:
        """What the generator is told to play it."""
        return Incident(name=self.name, seconds=self.seconds)


def incidents(pack: PackSpec) -> tuple[IncidentChoice, ...]:
    """The pack's incidents in its order; none for a pack without demo events."""
    if not pack.generator:
        return ()
    profile = Profile.model_validate(pack.generator)
    return tuple(
        IncidentChoice(
            name=name,
            title=spec.title or name.replace("_", " ").capitalize(),
            description=spec.description,
            seconds=spec.seconds,
        )
        for name, spec in profile.incidents.items()
    )
