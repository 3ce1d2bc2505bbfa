"""Visits as small state machines that take turns: whoever is due makes the next event.

A visit waits its think time between two steps in a heap. When nobody is due, somebody new comes
in; so the number of visits under way settles by itself at rate × think time.
"""

from __future__ import annotations

from heapq import heappop, heappush
from random import Random
from typing import Any

from engine.contracts.pack import PackSpec
from engine.generator.draws import Draw, FieldDraw, draw_fields
from engine.generator.profile import END, Profile, StepSpec
from engine.generator.world import World

PATIENCE_MS = 120_000
"""A visit that waited this much longer than it meant to (the rate fell) has left."""


class Visit:
    """One person's visit: its constant fields, the item in hand, the step to make next."""

    __slots__ = ("fields", "item", "key", "step", "user")

    def __init__(self, key: bytes, user: dict[str, Any], fields: dict[str, Any], step: str) -> None:
        self.key = key
        self.user = user
        self.fields = fields
        self.step = step
        self.item: dict[str, Any] | None = None


class Visits:
    """All visits under way."""

    def __init__(self, pack: PackSpec, profile: Profile, world: World, rng: Random) -> None:
        self._type_field = pack.roles.event_type
        self._user_field = pack.roles.user
        self._profile = profile
        self._world = world
        self._rng = rng
        self._entry = Draw(profile.entry.items())
        self._session_draws = {n: FieldDraw(c) for n, c in profile.session_fields.items()}
        # A field that some step carries is not on the events of the other steps.
        self._carried = {name for step in profile.steps.values() for name in step.carries}
        self._due: list[tuple[float, int, Visit]] = []
        self._sequence = 0

    def next(
        self, at_ms: float, turns: dict[str, Draw[str]], blocked: frozenset[str]
    ) -> tuple[bytes, dict[str, Any]]:
        """Key and fields (without id and time) of the event that happens at ``at_ms``.

        ``turns`` draws what follows a step; a step in ``blocked`` fails, and its visit with it.
        """
        visit = self._pick(at_ms)
        spec = self._profile.steps[visit.step]
        if spec.new_item or (spec.carries and visit.item is None):
            visit.item = self._world.item(self._rng, visit.user)
        event = {self._type_field: visit.step, **visit.fields}
        if visit.item is not None:
            item = visit.item
            event.update((name, item[name]) for name in spec.carries if name in item)
        self._go_on(at_ms, visit, spec, turns, blocked)
        return visit.key, event

    def _pick(self, at_ms: float) -> Visit:
        due = self._due
        while due and due[0][0] <= at_ms:
            planned, _, visit = heappop(due)
            if at_ms - planned < PATIENCE_MS:
                return visit
        return self._arrive()

    def _arrive(self) -> Visit:
        rng = self._rng
        user = self._world.user(rng)
        session = f"s-{rng.getrandbits(48):012x}"
        drawn = draw_fields(
            self._session_draws, rng, {**user, self._profile.session_field: session}
        )
        fields = {name: value for name, value in drawn.items() if name not in self._carried}
        return Visit(user[self._user_field].encode(), user, fields, self._entry(rng))

    def _go_on(
        self,
        at_ms: float,
        visit: Visit,
        spec: StepSpec,
        turns: dict[str, Draw[str]],
        blocked: frozenset[str],
    ) -> None:
        rng = self._rng
        later = spec.afterwards
        if later and rng.random() < later.probability:
            again = Visit(visit.key, visit.user, visit.fields, later.step)
            again.item = visit.item
            self._wait(at_ms, later.seconds, again)
        step = turns[visit.step](rng)
        if step != END and step not in blocked:
            visit.step = step
            self._wait(at_ms, self._profile.step_seconds, visit)

    def _wait(self, at_ms: float, seconds: tuple[float, float], visit: Visit) -> None:
        low, high = seconds
        due = at_ms + 1000 * (low + self._rng.random() * (high - low))
        self._sequence += 1
        heappush(self._due, (due, self._sequence, visit))
