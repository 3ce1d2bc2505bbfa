"""A refused value as a sentence: which setting, what was wrong, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.errors import SettingsError
from engine.settings.durations import duration_text, parse_duration
from engine.settings.fields import facts_of
from engine.settings.tree import Settings

Where = tuple[str, ...]
_COMPARED = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}


class InvalidSetting(SettingsError):
    """A value that a person entered cannot be used; nothing was saved."""

    def __init__(self, message: str, remedy: str, path: str) -> None:
        super().__init__(message, remedy)
        self.path = path
        """Dotted name of the setting, for showing the error beside its field."""


def explain_source(
    error: ErrorDetails, origin: Mapping[Where, str], env: Mapping[str, str], file: Path
) -> SettingsError:
    """For a variable or a line of the file; ``origin`` names the variable of each place."""
    where = tuple(str(part) for part in error["loc"])
    path = where
    while path and path not in origin:
        path = path[:-1]
    dotted = ".".join(where)
    name = origin.get(path)
    field = field_at(path or where)
    subject = f"The variable {name}" if name else f"The setting {dotted} in {file}"
    if error["type"] == "extra_forbidden":
        return SettingsError(f"{subject} is not known.", "Correct its name or delete the line.")
    shown = (
        "(hidden)" if field and is_secret(field) else repr(env[name] if name else error["input"])
    )
    return SettingsError(
        f"{subject} has the value {shown}, which cannot be used: {_allowed(error, field)}.",
        f"Correct {name or 'the line'}, or remove it to use the default{_default(field)}.",
    )


def explain_change(error: ErrorDetails) -> InvalidSetting:
    """For a value that a person entered."""
    where = tuple(str(part) for part in error["loc"])
    while len(where) > 1 and field_at(where) is None:
        where = where[:-1]  # inside a list
    field, path = field_at(where), ".".join(where)
    if field is None or error["type"] == "extra_forbidden":
        return InvalidSetting(
            f"The settings file has a setting {path}, which is not known.",
            "Delete that line of settings.toml.",
            path,
        )
    shown = "This" if is_secret(field) else repr(error["input"])
    limits = _limits(field)
    outside = error["type"] in _COMPARED and limits
    return InvalidSetting(
        f"{field.title}: {shown} is not within {limits}."
        if outside
        else f"{field.title}: {shown} cannot be used: {_allowed(error, field)}.",
        f"Correct it, or reset it to the default{_default(field)}.",
        path,
    )


def field_at(where: Where) -> FieldInfo | None:
    """The field of the tree at that place; None where there is none."""
    model: type[BaseModel] = Settings
    field: FieldInfo | None = None
    for key in where:
        field = model.model_fields.get(key)
        if field is None:
            return None
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            model = field.annotation
    return field


def is_secret(field: FieldInfo) -> bool:
    """Whether its value must not be shown."""
    return "SecretStr" in str(field.annotation)


def is_duration(field: FieldInfo) -> bool:
    """Whether it is a number of seconds that people write with a unit."""
    return any(getattr(item, "func", None) is parse_duration for item in field.metadata)


def bounds_of(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest allowed number."""
    limits: dict[str, float] = {}
    for item in field.metadata:
        for key in ("ge", "gt", "le", "lt"):
            if getattr(item, key, None) is not None:
                limits[key] = getattr(item, key)
    return limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))


def _allowed(error: ErrorDetails, field: FieldInfo | None) -> str:
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    limits = _limits(field) if field else ""
    return f"{message} (allowed: {limits})" if limits else message


def _limits(field: FieldInfo) -> str:
    """The bounds in words; empty where there are none."""
    low, high = bounds_of(field)
    if low is None and high is None:
        return ""
    unit = f" {'s' if is_duration(field) else facts_of(field).unit}".rstrip()
    return f"{low}{unit} or more" if high is None else f"{low} to {high}{unit}"


def _default(field: FieldInfo | None) -> str:
    if field is None or field.is_required() or field.default in (None, ()):
        return ""
    return f" ({duration_text(field.default) if is_duration(field) else field.default})"
