"""The stream of demo events: pure, from a seed and the times at which events happen."""

from __future__ import annotations

import os
from collections import deque
from random import Random
from typing import Final, NamedTuple

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.generator.day import Day
from engine.generator.encode import Habits, encode, iso, reworded
from engine.generator.faults import Faults
from engine.generator.profile import IncidentSpec, Profile
from engine.generator.visits import Visits
from engine.generator.world import World

VALID: Final = "valid"
LATE: Final = "late"
DUPLICATE: Final = "duplicate"

LATE_MS: Final = (630_000, 870_000)
"""10.5 to 14.5 minutes: past the watermark delay of 10 minutes, within the grace of 15."""
REPEAT_WITHIN_MS: Final = 180_000
REMEMBERED: Final = 2_000
"""Events kept for repeating, spread over the time above whatever the rate."""
WARM_UP_MS: Final = 3_000
"""Nothing is late before other events have moved the watermark."""
TOO_LARGE_GAP_MS: Final = 60_000
ODD: Final = 0.03
"""Share of valid events with a harmless oddity."""

CALM: Final = IncidentSpec()


class Record(NamedTuple):
    """A record to send; ``label`` is ``valid``, ``late``, ``duplicate`` or a Reason's value."""

    key: bytes
    value: bytes
    label: str


class Fractions(NamedTuple):
    """Shares of all records."""

    bad: float = 0.01
    duplicates: float = 0.02
    late: float = 0.05


DEFAULT_FRACTIONS: Final = Fractions()


class EventStream:
    """Demo events. The same seed, start and times give the same records.

    Ids depend on ``start_ms`` too: a seeded generator that is started again must not repeat the
    ids of its last run.
    """

    def __init__(
        self,
        pack: PackSpec,
        seed: int | None,
        start_ms: int,
        *,
        fractions: Fractions = DEFAULT_FRACTIONS,
        countries: tuple[str, ...] = (),
        currencies: tuple[str, ...] = (),
    ) -> None:
        profile = Profile.model_validate(pack.generator)
        seed = int.from_bytes(os.urandom(8), "big") if seed is None else seed
        rng = Random(f"{seed}/{start_ms}")  # noqa: S311 - demo data, not secrets
        self.fractions = fractions
        self.day = Day(profile)
        self.incidents = profile.incidents
        self._id_field = pack.roles.event_id
        self._time_field = pack.roles.timestamp
        self._rng = rng
        self._start_ms = start_ms
        self._visits = Visits(pack, profile, World(pack, profile, countries, currencies), rng)
        self._faults = Faults(pack, rng)
        self._plain_faults = tuple(r for r in self._faults.reasons if r is not Reason.TOO_LARGE)
        self._habits = Habits(pack, rng)
        self._recent: deque[tuple[int, bytes, bytes]] = deque(maxlen=REMEMBERED)
        self._remember_next_ms = start_ms
        self._last_large_ms = start_ms
        self.play(CALM)

    def play(self, incident: IncidentSpec) -> None:
        """From now on things go as in ``incident``; ``CALM`` ends it."""
        self.rate_factor = incident.rate_factor
        self._bad = self.fractions.bad if incident.bad is None else incident.bad
        self._blocked = frozenset(incident.blocked_steps)

    def next(self, at_ms: float) -> Record:
        """The record that is sent at ``at_ms``."""
        rng = self._rng
        at = int(at_ms)
        if rng.random() < self.fractions.duplicates:
            repeat = self._repeat(at)
            if repeat:
                return repeat
        key, fields = self._visits.next(at_ms, self.day.turns(at_ms), self._blocked)
        event = {self._id_field: f"{rng.getrandbits(96):024x}", self._time_field: iso(at), **fields}
        fate = rng.random()
        if fate < self._bad:
            reason = self._reason(at)
            return Record(key, self._faults.spoil(reason, event, at), reason.value)
        label, ts = VALID, at
        if fate < self._bad + self.fractions.late and self._warm(at):
            label, ts = LATE, at - rng.randrange(*LATE_MS)
            event[self._time_field] = iso(ts)
        if rng.random() < ODD:
            self._habits.apply(event, ts)
        value = encode(event)
        if label == VALID and at >= self._remember_next_ms:
            self._recent.append((at, key, value))
            self._remember_next_ms = at + REPEAT_WITHIN_MS // REMEMBERED
        return Record(key, value, label)

    def _repeat(self, at: int) -> Record | None:
        """An event of the last minutes once more; a late one could be too late by now."""
        while self._recent and at - self._recent[0][0] > REPEAT_WITHIN_MS:
            self._recent.popleft()
        if not self._recent:
            return None
        _, key, value = self._rng.choice(self._recent)
        if self._rng.random() < 0.3:
            value = reworded(value, self._rng)
        return Record(key, value, DUPLICATE)

    def _warm(self, at: int) -> bool:
        return at - self._start_ms >= WARM_UP_MS

    def _reason(self, at: int) -> Reason:
        """A fault; the ones of a mebibyte are rare enough not to fill the disk."""
        rng = self._rng
        if at - self._last_large_ms >= TOO_LARGE_GAP_MS and rng.random() < 0.2:
            self._last_large_ms = at
            return Reason.TOO_LARGE
        reason = rng.choice(self._plain_faults)
        if reason is Reason.TOO_LATE and not self._warm(at):
            return Reason.NOT_JSON
        return reason
