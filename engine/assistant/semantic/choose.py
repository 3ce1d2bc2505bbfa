"""Which table answers which metric of a question."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from engine.assistant.semantic.errors import CannotCombine, UnknownName
from engine.contracts.semantic import (
    Dimension,
    DimensionSource,
    Grain,
    Metric,
    MetricSource,
    SemanticLayer,
    SemanticQuery,
)

_T = TypeVar("_T", Metric, Dimension)


@dataclass(frozen=True)
class TablePlan:
    """A table, the metrics it answers, and where its dimensions are found."""

    table: str
    time_column: str
    metrics: tuple[tuple[Metric, MetricSource], ...]
    dimensions: dict[str, DimensionSource]


def choose(query: SemanticQuery, layer: SemanticLayer) -> tuple[TablePlan, ...]:
    """One table for all of it where there is one, the cheapest; else one for each metric."""
    metrics = [metric_named(layer, name) for name in _all_metrics(query)]
    dimensions = [dimension_named(layer, name) for name in used_dimensions(query)]
    usable = [_usable(layer, metric, dimensions, query.grain) for metric in metrics]
    for metric, sources in zip(metrics, usable, strict=True):
        if not sources:
            raise _cannot(layer, metric, dimensions)
    common = set(usable[0]).intersection(*usable[1:])
    if common:
        costs = {t: sum(list(sources).index(t) for sources in usable) for t in common}
        table = min(costs, key=lambda t: (costs[t], t))
        chosen = [(m, sources[table]) for m, sources in zip(metrics, usable, strict=True)]
        return (_plan(layer, table, chosen, dimensions),)
    parts: dict[str, list[tuple[Metric, MetricSource]]] = {}
    for metric, sources in zip(metrics, usable, strict=True):
        table = next((t for t in sources if t in parts), next(iter(sources)))
        parts.setdefault(table, []).append((metric, sources[table]))
    return tuple(_plan(layer, table, chosen, dimensions) for table, chosen in parts.items())


def used_dimensions(query: SemanticQuery) -> tuple[str, ...]:
    """Those shown and those filtered by, each once."""
    return tuple(dict.fromkeys((*query.dimensions, *(f.dimension for f in query.filters))))


def _all_metrics(query: SemanticQuery) -> tuple[str, ...]:
    """Those shown, and those that only a threshold or the order is about."""
    beside = [h.metric for h in query.having if h.metric != "change"]
    return tuple(dict.fromkeys((*query.metrics, *beside)))


def _usable(
    layer: SemanticLayer, metric: Metric, dimensions: list[Dimension], grain: Grain | None
) -> dict[str, MetricSource]:
    """Table → source of the metric, in the metric's order."""
    found: dict[str, MetricSource] = {}
    for source in metric.sources:
        if source.grain in (None, grain) and _has_all(layer, source.table, dimensions):
            found.setdefault(source.table, source)
    return found


def _has_all(layer: SemanticLayer, table: str, dimensions: Iterable[Dimension]) -> bool:
    """Whether the table has them all; of one that holds a dimension a row, exactly one."""
    found = [source_in(dimension, table) for dimension in dimensions]
    if any(source is None for source in found):
        return False
    wanted = {source.where for source in found if source is not None and source.where}
    long = any(s.where for d in layer.dimensions for s in d.sources if s.table == table)
    return len(wanted) == 1 if long else not wanted


def source_in(dimension: Dimension, table: str) -> DimensionSource | None:
    """Where the dimension stands in that table."""
    return next((s for s in dimension.sources if s.table == table), None)


def _plan(
    layer: SemanticLayer,
    table: str,
    metrics: list[tuple[Metric, MetricSource]],
    dimensions: list[Dimension],
) -> TablePlan:
    found = {d.name: source for d in dimensions if (source := source_in(d, table)) is not None}
    return TablePlan(table, time_column(layer, table), tuple(metrics), found)


def time_column(layer: SemanticLayer, table: str) -> str:
    """The column that a period of that table is about."""
    columns = {derived.name: derived.time_column for derived in layer.derived}
    columns |= {notes.name: notes.time_column for notes in layer.tables}
    if table in columns:
        return columns[table]
    raise UnknownName(f"The semantic layer has no notes on {table}.", "Add them to semantic.yaml.")


def breakdowns(layer: SemanticLayer, metric: Metric) -> tuple[Dimension, ...]:
    """The dimensions that one of the metric's tables has."""
    tables = {source.table for source in metric.sources if source.grain is None}
    return tuple(d for d in layer.dimensions if any(s.table in tables for s in d.sources))


def _cannot(layer: SemanticLayer, metric: Metric, dimensions: list[Dimension]) -> CannotCombine:
    asked = " and ".join(d.title.lower() for d in dimensions) or "that"
    known = ", ".join(d.title.lower() for d in breakdowns(layer, metric)) or "nothing"
    return CannotCombine(
        f"{metric.title} cannot be told by {asked}.", f"It can be told by {known}."
    )


def metric_named(layer: SemanticLayer, name: str) -> Metric:
    """UnknownName where there is none."""
    return _named(layer.metrics, name, "metric")


def dimension_named(layer: SemanticLayer, name: str) -> Dimension:
    """UnknownName where there is none."""
    return _named(layer.dimensions, name, "dimension")


def _named(known: tuple[_T, ...], name: str, kind: str) -> _T:
    for item in known:
        if item.name == name:
            return item
    names = [item.name for item in known]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:5]
    raise UnknownName(f"There is no {kind} '{name}'.", f"Did you mean {', '.join(near)}?")
