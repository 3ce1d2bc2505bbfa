"""A domain pack, compiled: what the pipeline and the generator need of the YAML files.

The engine reads and checks the YAML (``engine.domain``) and hands this model on as JSON, so
that no other process parses YAML or meets a half-valid pack.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.contracts.chart import ChartSpec
from engine.contracts.names import Reason
from engine.contracts.semantic import SemanticLayer


class PackModel(BaseModel):
    """Base: frozen, no unknown keys, so that a misspelt key is an error and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldSpec(PackModel):
    """One field of the event.

    ``required_for`` lists event types that need it besides ``required``. A number outside
    ``minimum`` … ``maximum`` is refused with ``range_reason``. ``lookup`` names a table of the
    pack (only ``currencies``); a value not in it is refused with ``lookup_reason`` for the event
    types in ``lookup_for``.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    type: Literal["string", "timestamp", "double", "integer"]
    required: bool = False
    required_for: tuple[str, ...] = ()
    default: str | int | float | None = None
    uppercase: bool = False
    minimum: float | None = None
    maximum: float | None = None
    range_reason: Reason | None = None
    lookup: Literal["currencies"] | None = None
    lookup_for: tuple[str, ...] = ()
    lookup_reason: Reason | None = None
    description: str = ""


class Roles(PackModel):
    """Which field plays which part."""

    event_id: str
    event_type: str
    timestamp: str
    user: str


class MeasureSpec(PackModel):
    """A column of gold: a DuckDB aggregate over silver's rows of one group.

    With ``of`` true the expression is computed over the other columns of the same gold row
    (a ratio, a difference) and not over silver.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    sql: str
    type: Literal["BIGINT", "DOUBLE"]
    derived: bool = False
    description: str = ""


class SegmentSpec(PackModel):
    """gold_segments: the same measures for each value of each dimension."""

    dimensions: tuple[str, ...]
    measures: tuple[MeasureSpec, ...]


class AmountSpec(PackModel):
    """``amount_usd``: a Spark SQL expression over typed fields and ``usd_rate``, for some types."""

    name: str = "amount_usd"
    event_types: tuple[str, ...]
    sql: str
    currency_field: str


BUILT_IN_METRICS = ("error_rate", "processing_lag_s", "service_down_s", "audit_differences")
"""What an alert may look at besides the pack's KPIs: the share of records refused in the last
minute, seconds from arrival to gold, seconds that a service has been down, records and figures of
the lake that are not as the live tally counted them."""


class AlertMinimum(PackModel):
    """No verdict where less than ``value`` of ``metric`` was seen."""

    metric: str
    value: float = Field(gt=0)


class AlertRuleSpec(PackModel):
    """When something is worth an alert, and when it is over.

    ``threshold`` is in the metric's own unit; of an anomaly, in standard deviations. It is raised
    after ``raise_after_s`` beyond it without a break and cleared after ``clear_after_s`` on the
    calm side of ``clear_threshold`` (default: the threshold itself). ``message`` may use the
    names in braces that ``engine.domain.alert_rules`` knows.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    title: str = Field(min_length=1, max_length=80)
    severity: Literal["info", "warning", "critical"]
    kind: Literal["threshold", "anomaly", "service_down"]
    metric: str
    direction: Literal["above", "below", "both"] = "above"
    threshold: float
    clear_threshold: float | None = None
    bounds: tuple[float, float]
    """What a person may set the threshold to."""
    raise_after_s: float = Field(default=10.0, ge=0, le=3600)
    clear_after_s: float = Field(default=30.0, ge=0, le=3600)
    minimum: AlertMinimum | None = None
    min_spread: float = Field(default=0.1, gt=0, le=1)
    """Anomaly: a standard deviation below this share of the mean counts as this share."""
    unit: Literal["number", "share", "usd", "seconds"] = "number"
    message: str = Field(min_length=1)


ANSWER_STYLES = ("", "usd", "percent", "ms")
"""How a figure may be written in an answer: ``{column}``, ``{column:usd}`` …"""


class ParamSpec(PackModel):
    """A part of a verified question that may vary; its SQL names it after a colon.

    ``period`` fills ``:from`` and ``:to`` (TIMESTAMPTZ literals; unbounded ends are far away);
    ``default`` is a period in words, such as ``last hour``. ``number`` fills ``:<name>``.
    ``value`` fills ``:<name>`` with a text of the dimension ``of``, or NULL where none is named.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    kind: Literal["period", "number", "value"]
    of: str = ""
    default: str | int | None = None
    minimum: int = 1
    maximum: int = 1000


class QuestionSpec(PackModel):
    """A question whose SQL somebody has verified.

    ``asks`` are ways to word it, the first one is shown. ``answer`` is a sentence with names of
    columns in braces, filled from the first row.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    asks: tuple[str, ...] = Field(min_length=1)
    sql: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    params: tuple[ParamSpec, ...] = ()
    chart: ChartSpec | None = None


class KnowledgePage(PackModel):
    """A page about the business or the lake, as Markdown; its name is the file's."""

    name: str
    title: str
    text: str


class PackSpec(PackModel):
    """The whole pack, as the pipeline and the generator see it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    title: str
    version: str
    topic: str
    partitions: int = Field(3, ge=1, le=1024)
    event_types: tuple[str, ...]
    roles: Roles
    fields: tuple[FieldSpec, ...]
    amount: AmountSpec
    currencies: dict[str, float]
    """ISO-4217 code → US dollars for one unit."""
    kpis: tuple[MeasureSpec, ...]
    segments: SegmentSpec
    alerts: tuple[AlertRuleSpec, ...] = ()
    questions: tuple[QuestionSpec, ...] = ()
    semantic: SemanticLayer = SemanticLayer()
    knowledge: tuple[KnowledgePage, ...] = ()
    generator: dict[str, Any]
    """The generator's profile, checked by ``engine.generator.profile``."""

    def field(self, name: str) -> FieldSpec:
        """The field of that name; KeyError if there is none."""
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise KeyError(name)
