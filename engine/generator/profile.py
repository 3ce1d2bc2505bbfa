"""``generator.yaml`` as a model: a population, a state machine of visits, and incidents.

Nothing here knows shops: event types, fields and what follows what are all the pack's.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

END = "end"
"""The pseudo step that closes a visit."""

Weights: TypeAlias = dict[str, Annotated[float, Field(ge=0)]]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Choice(_Model):
    """A value drawn by weight: from ``weights``, or from the case of field ``by``'s value.

    An empty text, or a case that is not there, leaves the field out of the event.
    """

    weights: Weights = {}
    by: str | None = None
    cases: dict[str, Weights] = {}
    type: Literal["string", "integer", "double"] = "string"


class Afterwards(_Model):
    """A step that sometimes follows long after, in the same visit's name."""

    step: str
    probability: float = Field(ge=0, le=1)
    seconds: tuple[float, float]


class StepSpec(_Model):
    """One state of a visit; it emits the event type of its name."""

    next: Weights
    carries: tuple[str, ...] = ()
    new_item: bool = False
    afterwards: Afterwards | None = None


class Group(_Model):
    """A group of items and its price range in US dollars."""

    weight: float = Field(gt=0)
    price: tuple[float, float]


class Items(_Model):
    """The catalogue that visits choose from, some far more often than others."""

    count: int = Field(ge=1, le=1_000_000)
    skew: float = Field(ge=0, le=3)
    id_field: str
    id_prefix: str = ""
    group_field: str
    price_field: str
    currency_field: str
    groups: dict[str, Group] = Field(min_length=1)


class DayCurve(_Model):
    """How rate and readiness to buy swing; both curves are taken relative to their mean."""

    period_seconds: float = Field(gt=0)
    rate_swing: float = Field(default=0.3, ge=0, le=0.9)
    busy: tuple[float, ...] = Field(min_length=2)
    buying: tuple[float, ...] = Field(min_length=2)
    steps: tuple[str, ...] = ()


class IncidentSpec(_Model):
    """What a named incident changes while it plays; title and duration are for people."""

    title: str = ""
    description: str = ""
    seconds: float = Field(default=120.0, gt=0, le=86_400)
    rate_factor: float = Field(default=1.0, gt=0, le=100)
    blocked_steps: tuple[str, ...] = ()
    bad: float | None = Field(default=None, ge=0, le=1)


class Profile(_Model):
    """The whole of generator.yaml."""

    users: int = Field(ge=1, le=5_000_000)
    user_skew: float = Field(ge=0, le=3)
    step_seconds: tuple[float, float]
    entry: Weights = Field(min_length=1)
    steps: dict[str, StepSpec] = Field(min_length=1)
    items: Items
    user_fields: dict[str, Choice] = {}
    session_field: str
    session_fields: dict[str, Choice] = {}
    item_fields: dict[str, Choice] = {}
    day_curve: DayCurve | None = None
    incidents: dict[str, IncidentSpec] = {}
