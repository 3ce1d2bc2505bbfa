"""What each column of a result is: a time, a label, a figure with its unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.assistant.charts import figure_of, role_of
from engine.assistant.semantic.compiler import adds_up
from engine.contracts.assistant import AnswerColumn
from engine.contracts.semantic import Metric, Unit

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
    match role_of(column):
        case "time":
            return Field(column.name, title, "time")
        case "number":
            return Field(column.name, title, "metric", unit_of(column.name))
        case "label":
            return Field(column.name, title, "label")


def unit_of(name: str) -> Unit:
    """The unit that a column's name tells; ``number`` where it tells none."""
    found = figure_of(name)
    return "number" if found == "bytes" else found
