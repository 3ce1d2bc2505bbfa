"""The settings tree as a flat list, which the Settings page is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from engine.settings.explain import bounds_of, is_duration
from engine.settings.fields import Restart, facts_of
from engine.settings.load import Loaded, Source
from engine.settings.tree import GENERAL, Settings

Kind = Literal[
    "text", "integer", "number", "bytes", "duration", "choice", "switch", "list", "secret"
]

LABELS: Final = {
    "kafka": "Built-in Kafka",
    "redpanda": "Redpanda",
    "external": "External",
    "server": "Qdrant's program",
    "embedded": "Built-in store",
    "system": "As the desktop",
    "remote": "Model service",
    "local": "On this computer",
    "none": "None",
}
"""What a choice is called where its value is no word for a person."""


@dataclass(frozen=True)
class SettingInfo:
    """One setting, its present value and everything that is told about it.

    Attributes:
        path: dotted name in settings.toml.
        value: the value in use; None for a secret, whose ``is_set`` says whether there is one.
            Durations are seconds, lists tuples of texts.
        low, high: bounds of a number; None where it has none.
        choices: (value, label); a first value None where "no choice" is one.
        empty: what no value means, for a field that may be empty.
        begin: where stepping up from no number leads; None: to the least one.
        variable: the environment variable that gives the value, which then cannot be changed.
    """

    path: str
    group: str
    title: str
    kind: Kind
    reason: str
    value: object
    default: object
    is_set: bool
    source: Source
    variable: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str | None, str], ...] = ()
    empty: str = ""
    begin: float | None = None
    needs_restart: Restart = ()
    advanced: bool = False

    @property
    def secret(self) -> bool:
        """Whether it belongs into the keyring and is never shown."""
        return self.kind == "secret"


def describe(loaded: Loaded) -> tuple[SettingInfo, ...]:
    """Every setting, group by group in the order of the tree."""
    infos = list(_walk(Settings, loaded.settings, "", loaded))
    order = list(dict.fromkeys([GENERAL, *(info.group for info in infos)]))
    return tuple(sorted(infos, key=lambda info: order.index(info.group)))


def groups() -> tuple[str, ...]:
    """Titles of the groups, in the order of the tree."""
    return tuple(dict.fromkeys(info.group for info in describe(Loaded(Settings(), {}, {}))))


def secret_paths() -> frozenset[str]:
    """Dotted names of all secrets."""
    loaded = Loaded(Settings(), {}, {})
    return frozenset(info.path for info in describe(loaded) if info.secret)


def _walk(
    model: type[BaseModel], values: BaseModel, prefix: str, loaded: Loaded
) -> Iterator[SettingInfo]:
    group = str(model.model_config.get("title"))
    for name, field in model.model_fields.items():
        value = getattr(values, name)
        if isinstance(value, BaseModel):
            yield from _walk(type(value), value, f"{prefix}{name}.", loaded)
        else:
            yield _info(f"{prefix}{name}", group, field, value, loaded)


def _info(path: str, group: str, field: FieldInfo, value: Any, loaded: Loaded) -> SettingInfo:
    facts = facts_of(field)
    kind, optional = _kind(field)
    low, high = bounds_of(field)
    secret = kind == "secret"
    return SettingInfo(
        path=path,
        group=facts.group or group,
        title=field.title or path,
        kind=kind,
        reason=field.description or "",
        value=None if secret else value,
        default=field.default,
        is_set=value is not None,
        source=loaded.sources.get(path, "default"),
        variable=loaded.variables.get(path, ""),
        unit=facts.unit,
        low=low,
        high=high,
        choices=_choices(field, optional, facts.empty) if kind == "choice" else (),
        empty=facts.empty,
        begin=facts.begin,
        needs_restart=facts.restart,
        advanced=facts.advanced,
    )


def _kind(field: FieldInfo) -> tuple[Kind, bool]:
    """What kind of value, and whether it may be none."""
    bare, optional = _bare(field.annotation)
    if get_origin(bare) is Literal:
        return "choice", optional
    if get_origin(bare) is tuple:
        return "list", optional
    if is_duration(field):
        return "duration", optional
    if bare is int and facts_of(field).unit == "bytes":
        return "bytes", optional
    kinds: dict[Any, Kind] = {
        SecretStr: "secret",
        bool: "switch",
        int: "integer",
        float: "number",
        str: "text",
    }
    return kinds[bare], optional


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The type without ``Annotated`` and ``| None``, and whether it had the latter."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        return _bare(inner)[0], True
    return annotation, False


def _choices(field: FieldInfo, optional: bool, empty: str) -> tuple[tuple[str | None, str], ...]:
    values = get_args(_bare(field.annotation)[0])
    named = tuple((value, _label(value)) for value in values)
    return ((None, empty), *named) if optional else named


def _label(value: str) -> str:
    return LABELS.get(value, value if value.isupper() or "-" in value else value.capitalize())
