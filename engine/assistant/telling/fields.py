"""What each column of a result is: a time, a label, a figure with its unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.assistant.semantic.compiler import adds_up
from engine.contracts.assistant import AnswerColumn
from engine.contracts.semantic import Metric, Unit
from engine.query.page import is_number, is_time

Role = Literal["time", "label", "metric", "before", "change", "share"]


@dataclass(frozen=True)
class Field:
    """One column. ``of`` is the metric's column that a before, change or share belongs to."""

    name: str
    title: str
    role: Role
    unit: Unit = "number"
    additive: bool = False
    """Whether the figures of the rows may be summed up to one that means something."""
    of: str = ""


def guess(columns: Sequence[AnswerColumn], metrics: Iterable[Metric] = ()) -> tuple[Field, ...]:
    """Fields of SQL that nobody described: by type, and by name where a metric has it."""
    known = {metric.name: metric for metric in metrics}
    return tuple(_guessed(column, known.get(column.name)) for column in columns)


def soft(title: str) -> str:
    """A title within a sentence; what begins in capitals stays so.

    >>> soft("Average order value"), soft("GMV")
    ('average order value', 'GMV')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _guessed(column: AnswerColumn, metric: Metric | None) -> Field:
    title = column.name.replace("_", " ")
    if metric is not None:
        return Field(column.name, soft(metric.title), "metric", metric.unit, adds_up(metric))
    if is_time(column.type):
        return Field(column.name, title, "time")
    if is_number(column.type):
        return Field(column.name, title, "metric", unit_of(column.name))
    return Field(column.name, title, "label")


def unit_of(name: str) -> Unit:
    """The unit that a column's name tells; ``number`` where it tells none.

    >>> [unit_of(name) for name in ("gmv_usd", "conversion_rate", "p95_ms", "input_rate", "orders")]
    ['usd', 'share', 'ms', 'number', 'number']
    """
    parts = name.lower().split("_")
    if parts[-1] in ("ms", "s", "seconds"):
        return "ms" if parts[-1] == "ms" else "seconds"
    speed = bool(_SPEEDS & set(parts))
    if parts[-1] in _RATES and not speed:
        return "share"
    if _MONEY & set(parts):
        return "usd"
    return "share" if _RATES & set(parts) and not speed else "number"


_MONEY: Final = {"usd", "revenue", "gmv"}
_RATES: Final = {"rate", "share", "ratio", "change", "percent", "retention", "conversion"}
_SPEEDS: Final = {"per", "input", "process"}
