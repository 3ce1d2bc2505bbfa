"""What the ways need of the semantic layer: to read a question, to check a reading, to compile.

One place knows how ``semantic`` and ``reading`` are called; the ways are tested on doubles of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from engine.assistant.asking import Asking
from engine.assistant.reading.judge import check
from engine.assistant.reading.model import THRESHOLD, Reading
from engine.assistant.reading.reader import Near, read
from engine.assistant.semantic.compiler import adds_up, compile_query
from engine.assistant.semantic.errors import CannotCombine, NeedsPeriod, UnknownName
from engine.assistant.semantic.spans import Span
from engine.assistant.telling.fields import Field, soft
from engine.assistant.telling.figures import label, listed
from engine.contracts.assistant import Answer
from engine.contracts.semantic import Dimension, SemanticLayer, SemanticQuery
from engine.domain.periods import spoken

CANNOT_COMPILE: Final = (UnknownName, CannotCombine, NeedsPeriod)
"""What ``compile`` raises: the layer has no such name, no table with all of it, no time before."""


@dataclass(frozen=True)
class Statement:
    """A compiled query: its SQL, what its columns are, and its times.

    ``period`` is what it is about as a phrase, such as ``for country DE in the last hour``.
    """

    sql: str
    fields: tuple[Field, ...]
    period: str
    span: Span


class Meaning(Protocol):
    """See above."""

    @property
    def layer(self) -> SemanticLayer:
        """The pack's."""
        ...

    def read(self, asking: Asking) -> Reading:
        """By rules and words alone, with the last turns in mind."""
        ...

    def alone(self, asking: Asking) -> SemanticQuery | None:
        """The question's meaning without the turns before it; None where it is not certain."""
        ...

    def weigh(self, asking: Asking, query: SemanticQuery) -> float:
        """How far a query that somebody else made says what was asked; 1 is all and no more."""
        ...

    def compile(self, query: SemanticQuery, now: dt.datetime) -> Statement:
        """Raises one of CANNOT_COMPILE."""
        ...


def compiled(query: SemanticQuery, layer: SemanticLayer, now: dt.datetime) -> Statement:
    """The query's statement, with what its columns are. Raises one of CANNOT_COMPILE."""
    found = compile_query(query, layer, now)
    metrics = {metric.name: metric for metric in layer.metrics}
    dimensions = {dimension.name: dimension for dimension in layer.dimensions}
    owner = ""
    fields = []
    for column in found.columns:
        if column.kind == "metric":
            metric, owner = metrics[column.of], column.name
            title = f"{_FOLDS.get(query.fold, '')}{soft(metric.title)}"
            if query.fold == "count":
                title = f"number of different {soft(dimensions[query.dimensions[0]].title)}"
            sums = adds_up(metric) and query.fold == "none"
            unit = column.unit or metric.unit
            fields.append(Field(column.name, title, "metric", unit, sums))
        elif column.kind == "dimension":
            fields.append(Field(column.name, soft(dimensions[column.of].title), "label"))
        else:
            unit = column.unit or "number"
            fields.append(Field(column.name, column.name, column.kind, unit, of=owner))
    about = [*_narrowed(query, dimensions), spoken(query.period)]
    return Statement(found.sql, tuple(fields), " ".join(about), found.span)


def _narrowed(query: SemanticQuery, dimensions: Mapping[str, Dimension]) -> list[str]:
    """The filters that the rows do not show, in words."""
    return [
        f"{_SAID[part.op]} {soft(dimensions[part.dimension].title)}"
        f" {_BEYOND.get(part.op, '')}{listed([label(value) for value in part.values])}".rstrip()
        for part in query.filters
        if part.dimension not in query.dimensions
    ]


_SAID: Final = {
    "in": "for",
    "not_in": "without",
    "missing": "without a",
    "present": "with a",
    **dict.fromkeys((">", ">=", "<", "<="), "with"),
}
_BEYOND: Final = {">": "above ", ">=": "of at least ", "<": "below ", "<=": "of at most "}
_FOLDS: Final = {"none": "", "avg": "average ", "max": "highest ", "min": "lowest "}


@dataclass(frozen=True)
class LayerMeaning:
    """See Meaning; over a pack's layer. ``near`` gives vectors of texts, None without a store."""

    layer: SemanticLayer
    near: Near | None = None

    def read(self, asking: Asking) -> Reading:
        """See Meaning."""
        return read(asking.words, self.layer, asking.now, meant_before(asking.before), self.near)

    def alone(self, asking: Asking) -> SemanticQuery | None:
        """See Meaning."""
        reading = read(asking.words, self.layer, asking.now)
        sure = reading.kind == "answer" and reading.confidence >= THRESHOLD
        return reading.query if sure else None

    def weigh(self, asking: Asking, query: SemanticQuery) -> float:
        """See Meaning."""
        return check(query, asking.words, self.layer, asking.now, meant_before(asking.before))

    def compile(self, query: SemanticQuery, now: dt.datetime) -> Statement:
        """See Meaning."""
        return compiled(query, self.layer, now)


def meant_before(before: Sequence[Answer]) -> SemanticQuery | None:
    """What the last turn that was understood asked."""
    return next((answer.query for answer in reversed(before) if answer.query is not None), None)
