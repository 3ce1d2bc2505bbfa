"""From a folder of YAML files to a ``PackSpec`` that has been tried out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.contracts.pack import PackSpec
from engine.domain.alert_rules import check_alerts
from engine.domain.document import Loc
from engine.domain.expressions import check_amount, check_measures
from engine.domain.layout import Source, read_source
from engine.domain.models import keys_at
from engine.domain.nearest import did_you_mean
from engine.domain.questions import check_questions
from engine.domain.references import check_references
from engine.domain.semantic import check_semantic
from engine.generator.profile import Profile
from engine.generator.profile_check import profile_faults

_M = TypeVar("_M", bound=BaseModel)


def load_pack(folder: Path) -> PackSpec:
    """Compiles and checks the pack in ``folder``; PackError names file, line, reason and remedy."""
    source = read_source(folder)
    profile = _validate(Profile, source, ("generator",))
    source.value["generator"] = profile.model_dump(mode="json", exclude_none=True)
    spec = _validate(PackSpec, source, ())
    check_references(spec, source)
    check_amount(spec, source)
    check_measures(spec, source)
    check_alerts(spec, source)
    check_semantic(spec, source)
    check_questions(spec, source)
    for loc, reason, remedy in profile_faults(profile, spec):
        raise source.error(("generator", *loc), reason, remedy)
    return spec


def _validate(model: type[_M], source: Source, prefix: Loc) -> _M:
    value: Any = source.value
    for key in prefix:
        value = value[key]
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason, remedy = _explain(model, first["type"], first["loc"], first["msg"])
        raise source.error((*prefix, *first["loc"]), reason, remedy) from None


def _explain(model: type[BaseModel], kind: str, loc: Loc, message: str) -> tuple[str, str]:
    """Reason and remedy, in the pack's own words."""
    key, around = str(loc[-1]) if loc else "", _dotted(loc[:-1])
    if kind == "extra_forbidden":
        known = keys_at(model, loc[:-1])
        hint = did_you_mean(key, known)
        return f"unknown key '{key}'{around and ' in ' + around}{hint}", f"{_listing(known)}."
    if kind == "missing":
        return f"'{key}' is missing{around and ' in ' + around}", f"Add '{key}'."
    detail = message[:1].lower() + message[1:]
    return f"{_dotted(loc)}: {detail}", "Correct the value; quote a text that looks like a number."


def _listing(known: tuple[str, ...]) -> str:
    return "Known here: " + ", ".join(known)


def _dotted(loc: Loc) -> str:
    """
    >>> _dotted(("fields", 3, "type"))
    'fields[3].type'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).lstrip(".")
