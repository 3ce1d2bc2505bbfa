"""Walking a pydantic model along the way to a value."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from engine.domain.document import Loc


def keys_at(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that the model at ``loc`` below ``model`` knows; empty where there is no model."""
    here: Any = model
    for part in loc:
        found = _model_in(here)
        if found is not None and part in found.model_fields:
            here = found.model_fields[str(part)].annotation
        elif found is None:
            here = next(iter(_arguments(here)), None)
    found = _model_in(here)
    return tuple(found.model_fields) if found else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that ``annotation`` is, or one of ``X | None``."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _arguments(annotation: Any) -> list[Any]:
    """The element type of a tuple, or the value type of a dict, first."""
    return [arg for arg in reversed(get_args(annotation)) if arg is not Ellipsis]
