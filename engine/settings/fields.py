"""What a field of the settings tree is made of: its type, and the facts that a page shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.fields import FieldInfo

from engine.settings.durations import parse_duration

Restart = tuple[str, ...]
"""Names of the services that must be restarted for a change to count; ALL for the whole program."""

NOTHING: Final[Restart] = ()
ALL: Final[Restart] = ("all",)
BROKER: Final[Restart] = ("broker",)
PIPELINE: Final[Restart] = ("pipeline",)
GENERATOR: Final[Restart] = ("generator",)
LLM: Final[Restart] = ("llm",)
VECTORS: Final[Restart] = ("vectors",)
TALLY: Final[Restart] = ("tally",)


@dataclass(frozen=True)
class Facts:
    """What a person is told of a setting besides title, reason and bounds.

    ``group`` overrides the section's title. ``empty`` says what no value means, where a setting
    may have none. ``begin`` is where stepping up from no number leads. ``advanced`` ones are for
    who knows why.
    """

    unit: str = ""
    group: str = ""
    empty: str = ""
    begin: float | None = None
    restart: Restart = NOTHING
    advanced: bool = False


def setting(
    default: Any,
    title: str,
    reason: str,
    *,
    facts: Facts = Facts(),
    **bounds: Any,
) -> Any:
    """A field: its default, title, why the default is what it is, and pydantic's bounds.

    The reason is an argument and no docstring below the field, because a page shows it and a
    packaged program has no source to read it from.
    """
    return Field(
        default=default,
        title=title,
        description=reason,
        json_schema_extra={"facts": facts},  # type: ignore[dict-item]  # never made into a schema
        **bounds,
    )


def facts_of(field: FieldInfo) -> Facts:
    """The facts that :func:`setting` was given."""
    extra = field.json_schema_extra
    assert isinstance(extra, dict), "a setting is made by setting()"
    facts = extra["facts"]
    assert isinstance(facts, Facts)
    return facts


class Section(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt setting must not be a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _split_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip().upper() for part in value.split(",") if part.strip())
    return value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _on_off(value: object) -> object:
    if isinstance(value, bool):
        return "on" if value else "off"  # as a person may write it in settings.toml
    return _lower(value)


Text = Annotated[str | None, BeforeValidator(_blank_is_none)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
Seconds = Annotated[float, BeforeValidator(parse_duration)]
Codes = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
BrokerName = Annotated[Literal["kafka", "redpanda", "external"], BeforeValidator(_lower)]
VectorsName = Annotated[Literal["external", "server", "embedded"], BeforeValidator(_lower)]
ModelProvider = Annotated[Literal["remote", "local", "none"], BeforeValidator(_lower)]
Protocol = Annotated[
    Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)
]
Mechanism = Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], BeforeValidator(_upper)]
OnOff = Annotated[Literal["on", "off"], BeforeValidator(_on_off)]
ThemeName = Annotated[Literal["system", "light", "dark"], BeforeValidator(_lower)]
TrayChoice = Annotated[Literal["ask", "yes", "no"], BeforeValidator(_lower)]
