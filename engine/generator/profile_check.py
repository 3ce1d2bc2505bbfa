"""What in a generator's profile must agree with itself and with the rest of the pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from engine.contracts.pack import PackSpec
from engine.generator.profile import END, Choice, Profile, Weights

Loc: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Loc, str, str]
"""Where in the profile, the reason, the remedy."""


def profile_faults(profile: Profile, spec: PackSpec) -> Iterator[Fault]:
    """Every fault of ``profile``, names first."""
    yield from _name_faults(profile, spec)
    yield from _choice_faults(profile)
    for loc, weights in _weights(profile):
        if not sum(weights.values()) > 0:
            yield loc, "the weights add up to nothing", "Give at least one weight above zero."
    for loc, (low, high) in _ranges(profile):
        if not 0 <= low <= high:
            yield loc, f"[{low}, {high}] is no range", "Write [low, high], zero or above."


def _name_faults(profile: Profile, spec: PackSpec) -> Iterator[Fault]:
    fields = {field.name for field in spec.fields}
    for loc, name in _step_names(profile):
        if name not in profile.steps:
            yield _unknown(loc, name, profile.steps)
    for name in profile.steps:
        if name not in spec.event_types:
            yield _unknown(("steps", name), name, spec.event_types)
    for loc, name in _field_names(profile):
        if name not in fields:
            yield _unknown(loc, name, fields)
    for loc, code in _currency_codes(profile):
        if code not in spec.currencies:
            yield _unknown(loc, code, spec.currencies)


def _unknown(loc: Loc, name: str, known: Iterable[str]) -> Fault:
    return loc, f"unknown name '{name}'", f"Known here: {', '.join(sorted(known))}."


def _step_names(profile: Profile) -> Iterator[tuple[Loc, str]]:
    for name in profile.entry:
        yield ("entry", name), name
    for step_name, step in profile.steps.items():
        for name in step.next:
            if name != END:
                yield ("steps", step_name, "next", name), name
        if step.afterwards:
            yield ("steps", step_name, "afterwards", "step"), step.afterwards.step
    for incident_name, incident in profile.incidents.items():
        for index, name in enumerate(incident.blocked_steps):
            yield ("incidents", incident_name, "blocked_steps", index), name
    for index, name in enumerate(profile.day_curve.steps if profile.day_curve else ()):
        yield ("day_curve", "steps", index), name


def _field_names(profile: Profile) -> Iterator[tuple[Loc, str]]:
    for section, choices in _sections(profile):
        for name in choices:
            yield (section, name), name
    for step_name, step in profile.steps.items():
        for index, name in enumerate(step.carries):
            yield ("steps", step_name, "carries", index), name
    yield ("session_field",), profile.session_field
    for key in ("id_field", "group_field", "price_field", "currency_field"):
        yield ("items", key), getattr(profile.items, key)


def _sections(profile: Profile) -> Iterator[tuple[str, dict[str, Choice]]]:
    for section in ("user_fields", "session_fields", "item_fields"):
        yield section, getattr(profile, section)


def _currency_codes(profile: Profile) -> Iterator[tuple[Loc, str]]:
    field = profile.items.currency_field
    choice = profile.user_fields.get(field, Choice())
    for code in choice.weights:
        yield ("user_fields", field, "weights", code), code
    for case_name, case in choice.cases.items():
        for code in case:
            yield ("user_fields", field, "cases", case_name, code), code


def _choice_faults(profile: Profile) -> Iterator[Fault]:
    """A choice has weights, or cases by a field that was drawn before it."""
    for section, choices in _sections(profile):
        earlier = list(profile.user_fields) if section == "session_fields" else []
        for name, choice in choices.items():
            if bool(choice.weights) == bool(choice.by):
                remedy = "Write 'weights', or 'by' and 'cases'."
                yield (section, name), "either weights or by, and not both", remedy
            elif choice.by and choice.by not in earlier:
                yield _unknown((section, name, "by"), choice.by, earlier)
            earlier.append(name)


def _weights(profile: Profile) -> Iterator[tuple[Loc, Weights]]:
    yield ("entry",), profile.entry
    for name, step in profile.steps.items():
        yield ("steps", name, "next"), step.next
    for section, choices in _sections(profile):
        for name, choice in choices.items():
            if choice.weights:
                yield (section, name, "weights"), choice.weights
            for case_name, case in choice.cases.items():
                yield (section, name, "cases", case_name), case


def _ranges(profile: Profile) -> Iterator[tuple[Loc, tuple[float, float]]]:
    yield ("step_seconds",), profile.step_seconds
    for name, group in profile.items.groups.items():
        yield ("items", "groups", name, "price"), group.price
    for name, step in profile.steps.items():
        if step.afterwards:
            yield ("steps", name, "afterwards", "seconds"), step.afterwards.seconds
