"""The semantic layer of a pack, and a question put in its terms.

A *metric* is an aggregate, a *dimension* is what it is broken down or filtered by. Both say for
each table how they are computed there; ``engine.assistant`` compiles a :class:`SemanticQuery` to
SQL over the table that has all that is asked. Nothing here is SQL that a model wrote.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

NAME = r"^[a-z][a-z0-9_]{0,62}$"
Name = Annotated[str, Field(pattern=NAME)]
Unit = Literal["number", "usd", "share", "ms", "seconds", "per_second", "per_minute", "time"]
Grain = Literal["minute", "hour", "day", "week", "month"]
PeriodUnit = Literal["minute", "hour", "day", "week", "month"]


class SemanticModel(BaseModel):
    """Base: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableNotes(SemanticModel):
    """What a table is for, in words a person and a model understand."""

    name: str
    description: str
    time_column: str
    """The TIMESTAMPTZ that a period is about."""
    columns: dict[str, str] = {}
    """Column → note."""


class DerivedTable(SemanticModel):
    """Rows made of a table's, such as visits of events; a source may name it as its table."""

    name: Name
    description: str
    time_column: str
    sql: str
    """One SELECT over the lake's tables."""


class MetricSource(SemanticModel):
    """One way to compute a metric: an aggregate over rows of one table."""

    table: str
    sql: str
    """A DuckDB aggregate expression, such as ``SUM(gmv_usd)``; ``{seconds}`` is the length of the
    period, or of the grain where there is one."""
    where: str = ""
    """A condition that the rows must hold; only for metrics that stand alone in a query."""
    grain: Grain | None = None
    """Only right for rows of this grain: distinct users of minutes do not add up to an hour's."""


class Metric(SemanticModel):
    """Something measured. ``sources`` are tried in order: the cheapest table first."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    description: str = ""
    unit: Unit = "number"
    better: Literal["up", "down", "neither"] = "up"
    sources: tuple[MetricSource, ...] = Field(min_length=1)


class DimensionSource(SemanticModel):
    """Where a dimension's value is found in one table."""

    table: str
    sql: str
    """A DuckDB expression over a row, such as ``country``."""
    where: str = ""
    """A condition that makes the rows mean it, such as ``dimension = 'country'``."""


class Dimension(SemanticModel):
    """Something to break down or filter by."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    description: str = ""
    values: dict[str, tuple[str, ...]] = {}
    """Known value → other words for it, such as ``DE: [germany, german]``."""
    open: bool = True
    """Whether there are more values than the known ones."""
    pattern: str = ""
    """A regular expression that all of its values match, such as ``prd-[0-9]+``."""
    sources: tuple[DimensionSource, ...] = Field(min_length=1)


class SemanticLayer(SemanticModel):
    """All of it; empty where a pack has none."""

    tables: tuple[TableNotes, ...] = ()
    derived: tuple[DerivedTable, ...] = ()
    metrics: tuple[Metric, ...] = ()
    dimensions: tuple[Dimension, ...] = ()


class Period(SemanticModel):
    """A stretch of time, in UTC, end excluded.

    ``last``: the ``n`` units up to now. ``this``: the calendar unit that now is in, up to now.
    ``previous``: the calendar unit before it (yesterday is the previous day). ``between``: as
    given. ``all``: everything there is.
    """

    kind: Literal["all", "last", "this", "previous", "between"] = "all"
    n: int = Field(default=1, ge=1, le=100_000)
    unit: PeriodUnit = "hour"
    start: dt.datetime | None = None
    end: dt.datetime | None = None


class Filter(SemanticModel):
    """A dimension's value is, or is not, one of these; is beyond a number; or is there or not."""

    dimension: str
    op: Literal["in", "not_in", ">", ">=", "<", "<=", "missing", "present"] = "in"
    values: tuple[str, ...] = ()
    """At least one; a single number for ``>`` and the like; none for ``missing``, ``present``."""

    @model_validator(mode="after")
    def _as_many_values_as_needed(self) -> Filter:
        if self.op in ("missing", "present"):
            wrong = len(self.values) != 0
        else:
            wrong = len(self.values) != 1 if self.op not in ("in", "not_in") else not self.values
        if wrong:
            raise ValueError(f"a filter with '{self.op}' has another number of values")
        return self


class Having(SemanticModel):
    """Only groups whose metric (or ``change``, see Order) is beyond a number."""

    metric: str
    op: Literal[">", ">=", "<", "<="]
    value: float


class Order(SemanticModel):
    """What rows are ranked by: a metric's or dimension's name, ``time``, or ``change`` of the first
    metric where there is a comparison."""

    by: str
    descending: bool = True


class SemanticQuery(SemanticModel):
    """A question in the layer's terms. It has one row a group, the time first if ``grain`` is set.

    ``compare`` adds, beside each metric, its value in the period before (``previous``), at the
    same time the day before (``day``) or the week before (``week``), and the change as a share.
    ``analysis`` says what is made of the rows afterwards. ``fold`` makes one figure of the grain's:
    the average of the hours, the highest minute; ``count`` is how many groups there are. ``share``
    adds what part of all groups together a row is; a filter on a dimension that is shown then
    chooses among the groups afterwards.
    """

    metrics: tuple[str, ...] = Field(min_length=1, max_length=6)
    dimensions: tuple[str, ...] = Field(default=(), max_length=3)
    filters: tuple[Filter, ...] = ()
    having: tuple[Having, ...] = ()
    grain: Grain | None = None
    period: Period = Period()
    compare: Literal["none", "previous", "day", "week"] = "none"
    order: Order | None = None
    limit: int | None = Field(default=None, ge=1, le=10_000)
    analysis: Literal["none", "forecast", "anomalies", "explain"] = "none"
    fold: Literal["none", "avg", "max", "min", "count"] = "none"
    share: bool = False
    running: bool = False
    """Each point of the grain is the sum of all up to it."""
