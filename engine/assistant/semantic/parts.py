"""One table's rows, grouped and measured: the SELECT that everything else is built on."""

from __future__ import annotations

import math

from engine.assistant.semantic.choose import TablePlan
from engine.assistant.semantic.errors import CannotCombine
from engine.assistant.semantic.literals import (
    moment_literal,
    name,
    number_literal,
    seconds_of,
    text_literal,
)
from engine.assistant.semantic.spans import Span
from engine.contracts.semantic import Filter, Having, MetricSource, SemanticQuery

TIME = "time"
"""The column that a grain makes."""


def select_of(
    plan: TablePlan, query: SemanticQuery, span: Span, *, keep_having: bool, shift: str = ""
) -> str:
    """``SELECT keys, metrics FROM table WHERE … GROUP BY …``; ``shift`` is added to the time."""
    keys = _keys(plan, query, shift)
    shown = [f"{sql} AS {name(alias)}" if sql != alias else sql for alias, sql in keys]
    measured = [
        f"{_broken(aggregate(plan, s, query, span))} AS {name(m.name)}" for m, s in plan.metrics
    ]
    lines = ["SELECT", *_listed([*shown, *measured]), f"FROM {name(plan.table)}"]
    lines += _conditions(plan, query, span)
    if keys:
        lines.append("GROUP BY " + ", ".join(str(at + 1) for at in range(len(keys))))
    if keep_having:
        lines += having_lines(plan, query, span)
    return "\n".join(lines)


def _keys(plan: TablePlan, query: SemanticQuery, shift: str) -> list[tuple[str, str]]:
    keys = []
    if query.grain:
        time = f"DATE_TRUNC('{query.grain}', {name(plan.time_column)})"
        keys.append((TIME, f"{time} + {shift}" if shift else time))
    return [*keys, *((d, plan.dimensions[d].sql) for d in query.dimensions)]


def aggregate(plan: TablePlan, source: MetricSource, query: SemanticQuery, span: Span) -> str:
    """The metric's expression, the length of time filled in."""
    if "{seconds}" not in source.sql:
        return source.sql
    column = name(plan.time_column)
    if query.grain:
        seconds = str(seconds_of(query.grain))
    elif span.start and span.end:
        seconds = number_literal(round((span.end - span.start).total_seconds()))
    else:
        seconds = f"DATE_DIFF('second', MIN({column}), MAX({column}))"
    return source.sql.replace("{seconds}", seconds)


def _broken(sql: str) -> str:
    """A long fraction on two lines: it is shown to people."""
    return sql.replace(" / NULLIF(", "\n    / NULLIF(") if len(sql) > 80 else sql


def _conditions(plan: TablePlan, query: SemanticQuery, span: Span) -> list[str]:
    column = name(plan.time_column)
    found = []
    if span.start:
        found.append(f"{column} >= {moment_literal(span.start)}")
    if span.end:
        found.append(f"{column} < {moment_literal(span.end)}")
    found += sorted({s.where for s in plan.dimensions.values() if s.where})
    found += [f"({s.where})" for _, s in plan.metrics if s.where]
    after = set(query.dimensions) if query.share else set()
    found += [_condition(plan, f) for f in query.filters if f.dimension not in after]
    narrowed = {
        f.dimension for f in query.filters if f.dimension not in after and f.op != "missing"
    }
    absent = {f.dimension for f in query.filters if f.op == "missing"}
    for dimension in query.dimensions:
        if dimension not in narrowed | absent:
            found.append(f"{_bracketed(plan.dimensions[dimension].sql)} IS NOT NULL")
    return [("WHERE " if at == 0 else "  AND ") + text for at, text in enumerate(found)]


def _condition(plan: TablePlan, chosen: Filter) -> str:
    return filter_sql(_bracketed(plan.dimensions[chosen.dimension].sql), chosen)


def filter_sql(expression: str, chosen: Filter) -> str:
    """``country = 'DE'``, ``country NOT IN ('US', 'CA')``, ``amount_usd > 500``."""
    if chosen.op in ("missing", "present"):
        return f"{expression} IS {'' if chosen.op == 'missing' else 'NOT '}NULL"
    if chosen.op not in ("in", "not_in"):
        return f"{expression} {chosen.op} {number_literal(_number(chosen))}"
    values = ", ".join(text_literal(value) for value in chosen.values)
    if len(chosen.values) == 1:
        return f"{expression} {'=' if chosen.op == 'in' else '<>'} {values}"
    return f"{expression} {'IN' if chosen.op == 'in' else 'NOT IN'} ({values})"


def _number(chosen: Filter) -> float:
    try:
        value = float(chosen.values[0])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise CannotCombine(
            f"'{chosen.values[0]}' is no number to compare {chosen.dimension} with.",
            "Write a number.",
        )
    return value


def _bracketed(sql: str) -> str:
    return f"({sql})" if " " in sql else sql


def having_lines(plan: TablePlan, query: SemanticQuery, span: Span) -> list[str]:
    """The thresholds as HAVING over the table's own expressions."""
    sources = {metric.name: source for metric, source in plan.metrics}
    found = [
        f"{aggregate(plan, sources[h.metric], query, span)} {h.op} {number_literal(h.value)}"
        for h in query.having
    ]
    return [("HAVING " if at == 0 else "   AND ") + text for at, text in enumerate(found)]


def threshold(having: Having, column: str) -> str:
    """The same over a column."""
    return f"{column} {having.op} {number_literal(having.value)}"


def _listed(columns: list[str]) -> list[str]:
    last = len(columns) - 1
    return [f"  {column}{',' if at < last else ''}" for at, column in enumerate(columns)]


def indented(text: str) -> str:
    """Two spaces before each line."""
    return "\n".join(f"  {line}" for line in text.split("\n"))
