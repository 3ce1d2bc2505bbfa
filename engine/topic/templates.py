"""An example message for each event type, as the demo's visitors would send it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from engine.contracts.pack import FieldSpec, PackSpec
from engine.generator.day import Day
from engine.generator.encode import iso
from engine.generator.profile import Profile
from engine.generator.visits import Visits
from engine.generator.world import World

STEPS: Final = 5_000
STEP_MS: Final = 1_000.0


@dataclass(frozen=True)
class Template:
    """``value`` is indented JSON; ``key`` is the user's id, as the demo and ``produce`` key it."""

    event_type: str
    key: str
    value: str


def templates(pack: PackSpec, now_ms: int) -> tuple[Template, ...]:
    """One for each event type, with a new id and the present time."""
    seen = _visits(pack)
    return tuple(_template(pack, kind, seen.get(kind, {}), now_ms) for kind in pack.event_types)


def renewed(value: str, pack: PackSpec, now_ms: int) -> str:
    """The same event with a new id and the present time; what is no JSON object stays as it is."""
    try:
        event = json.loads(value)
    except ValueError:
        return value
    if not isinstance(event, dict):
        return value
    return json.dumps({**event, **_identity(pack, now_ms)}, indent=2, ensure_ascii=False)


def _identity(pack: PackSpec, now_ms: int) -> dict[str, Any]:
    return {pack.roles.event_id: f"manual-{uuid.uuid4().hex}", pack.roles.timestamp: iso(now_ms)}


def _template(pack: PackSpec, kind: str, fields: dict[str, Any], now_ms: int) -> Template:
    event = {**_identity(pack, now_ms), pack.roles.event_type: kind, **fields}
    for field in pack.fields:
        if (field.required or kind in field.required_for) and field.name not in event:
            event[field.name] = _example(field)
    ordered = {f.name: event[f.name] for f in pack.fields if f.name in event}
    text = json.dumps({**ordered, **event}, indent=2, ensure_ascii=False)
    return Template(kind, str(event[pack.roles.user]), text)


def _visits(pack: PackSpec) -> dict[str, dict[str, Any]]:
    """Fields of the first event of each type in a short run of the demo; id and time lack."""
    profile = Profile.model_validate(pack.generator)
    rng = Random(1)  # noqa: S311 - examples, not secrets
    visits, day = Visits(pack, profile, World(pack, profile, (), ()), rng), Day(profile)
    found: dict[str, dict[str, Any]] = {}
    for step in range(STEPS):
        at = step * STEP_MS
        _, fields = visits.next(at, day.turns(at), frozenset())
        found.setdefault(str(fields[pack.roles.event_type]), fields)
        if len(found) == len(pack.event_types):
            break
    return found


def _example(field: FieldSpec) -> object:
    """A value that the rules allow, for a type that the demo never sends."""
    if field.default is not None:
        return field.default
    if field.type in ("double", "integer"):
        return 1 if field.minimum is None or field.minimum <= 1 else field.minimum
    return f"{field.name}-1"
