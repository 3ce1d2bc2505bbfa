"""A query in one line, so that a table of questions can be read and checked by eye."""

from __future__ import annotations

import datetime as dt

from engine.assistant.reading import Reading
from engine.contracts.semantic import Filter, Period, SemanticQuery

NOW = dt.datetime(2026, 11, 25, 14, 30, 20, tzinfo=dt.UTC)
"""A Wednesday."""


def told(reading: Reading) -> str:
    """What was made of a question: ``clarify``, ``refuse``, or the query."""
    return told_query(reading.query) if reading.kind == "answer" else reading.kind


def told_query(query: SemanticQuery | None) -> str:
    """Metrics | by dimensions | where filters | having | per grain | period | …"""
    assert query is not None
    parts = [" ".join(query.metrics)]
    parts += ["by " + " ".join(query.dimensions)] * bool(query.dimensions)
    parts += [_filter(chosen) for chosen in query.filters]
    parts += [f"only {h.metric} {h.op} {h.value:g}" for h in query.having]
    parts += [f"per {query.grain}"] * bool(query.grain)
    parts += [f"fold {query.fold}"] * (query.fold != "none")
    parts += [_period(query.period)] * (query.period.kind != "all")
    parts += [f"against {query.compare}"] * (query.compare != "none")
    parts += ["share"] * query.share
    parts += ["running"] * query.running
    if query.order:
        parts.append(f"order {query.order.by} {'desc' if query.order.descending else 'asc'}")
    parts += [f"limit {query.limit}"] * bool(query.limit)
    parts += [query.analysis] * (query.analysis != "none")
    return " | ".join(parts)


def _filter(chosen: Filter) -> str:
    return f"{chosen.dimension} {chosen.op} {' '.join(chosen.values)}".strip()


def _period(period: Period) -> str:
    if period.kind != "between":
        return f"{period.kind} {period.n} {period.unit}"
    return " to ".join(f"{end:%d.%m. %H:%M}" if end else "…" for end in (period.start, period.end))
