"""A query that was clicked together, as the SQL text that a person would have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.errors import LakehouseError
from engine.query.lexer import KEYWORDS
from engine.query.page import is_number, is_time

AGGREGATES: Final = ("count", "count distinct", "sum", "avg", "min", "max", "median")
OF_NUMBERS: Final = ("sum", "avg", "median")
BUCKETS: Final = ("minute", "hour", "day", "week", "month")
WITHOUT_VALUE: Final = ("is null", "is not null")
_COMPARE: Final = ("=", "<>", "<", "<=", ">", ">=")

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_PERIOD = re.compile(r"(\d+)\s*(second|minute|hour|day|week|month)s?")


def operators(kind: str) -> tuple[str, ...]:
    """The comparisons that make sense for a column of this DuckDB type."""
    if is_time(kind):
        return ("in the last", *_COMPARE, "between", *WITHOUT_VALUE)
    if is_number(kind):
        return (*_COMPARE, "between", "in", *WITHOUT_VALUE)
    if kind == "BOOLEAN":
        return ("=", *WITHOUT_VALUE)
    return ("=", "<>", "contains", "starts with", "in", *WITHOUT_VALUE)


class CannotBuild(LakehouseError):
    """A choice is missing, or a value does not fit its column."""


@dataclass(frozen=True)
class Field:
    """A column as it is, or cut to a ``bucket`` of time."""

    column: str
    bucket: str = ""


@dataclass(frozen=True)
class Measure:
    """An aggregate; an empty column is count(*)."""

    function: str
    column: str = ""


@dataclass(frozen=True)
class Filter:
    """A condition; ``value`` is as it was typed: a list has commas, a range has "and"."""

    column: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class Order:
    """By an output column, named as in the result."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """What was chosen. Without fields and measures it is all columns."""

    table: str
    fields: tuple[Field, ...] = ()
    measures: tuple[Measure, ...] = ()
    filters: tuple[Filter, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = 1000


def build(query: Query, columns: Mapping[str, str]) -> str:
    """The statement; ``columns`` are the table's with their DuckDB types. Raises CannotBuild."""
    _known(query, columns)
    items = [_field(item) for item in query.fields] + [_measure(item) for item in query.measures]
    lines = [f"SELECT{_list(items or ['*'])}", f"FROM {name(query.table)}"]
    conditions = [_condition(item, columns[item.column]) for item in query.filters]
    if conditions:
        lines.append("WHERE " + "\n  AND ".join(conditions))
    if query.measures and query.fields:
        lines.append("GROUP BY ALL")
    if query.order:
        lines.append("ORDER BY " + ", ".join(_order(item) for item in query.order))
    if query.limit is not None:
        lines.append(f"LIMIT {query.limit}")
    return "\n".join(lines)


def outputs(query: Query, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the result's columns, which it can be ordered by."""
    names = [*(item.column for item in query.fields), *(title(item) for item in query.measures)]
    return tuple(dict.fromkeys(names)) or tuple(columns)


def title(measure: Measure) -> str:
    """The name a measure has in the result: ``sum_gmv_usd``."""
    if not measure.column:
        return "row_count"
    return f"{measure.function.replace(' ', '_')}_{measure.column}"


def name(identifier: str) -> str:
    """A name as SQL has it, in quotes only where it needs them."""
    if _PLAIN_NAME.fullmatch(identifier) and identifier not in KEYWORDS:
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


def _known(query: Query, columns: Mapping[str, str]) -> None:
    named = [item.column for item in query.fields]
    named += [item.column for item in query.measures]
    named += [item.column for item in query.filters]
    for column in named:
        if column and column not in columns:
            raise CannotBuild(f"{query.table} has no column {column}.", "Choose another one.")
    for measure in query.measures:
        if not measure.column and measure.function != "count":
            raise CannotBuild(f"{measure.function} needs a column.", "Choose one.")
        if measure.function in OF_NUMBERS and not is_number(columns[measure.column]):
            raise CannotBuild(
                f"{measure.column} is no number, so it has no {measure.function}.",
                "Choose a column of numbers.",
            )
    for condition in query.filters:
        if condition.operator not in operators(columns[condition.column]):
            raise CannotBuild(
                f'{condition.column} cannot be compared by "{condition.operator}".',
                "Choose another comparison.",
            )
    for item in query.order:
        if item.column not in outputs(query, columns):
            raise CannotBuild(
                f"The result has no column {item.column} to order by.", "Choose another one."
            )


def _list(items: list[str]) -> str:
    joined = ", ".join(items)
    return f" {joined}" if len(joined) <= 72 else "\n  " + ",\n  ".join(items)


def _field(item: Field) -> str:
    column = name(item.column)
    return f"date_trunc({text(item.bucket)}, {column}) AS {column}" if item.bucket else column


def _measure(item: Measure) -> str:
    shown = name(title(item))
    if not item.column:
        return f"count(*) AS {shown}"
    if item.function == "count distinct":
        return f"count(DISTINCT {name(item.column)}) AS {shown}"
    return f"{item.function}({name(item.column)}) AS {shown}"


def _order(item: Order) -> str:
    return name(item.column) + (" DESC" if item.descending else "")


def _condition(item: Filter, kind: str) -> str:
    column = name(item.column)
    match item.operator:
        case "is null" | "is not null":
            return f"{column} {item.operator.upper()}"
        case "contains":
            return f"contains(lower({column}), lower({text(item.value)}))"
        case "starts with":
            return f"starts_with({column}, {text(item.value)})"
        case "in":
            values = [_value(part, item.column, kind) for part in item.value.split(",")]
            return f"{column} IN ({', '.join(values)})"
        case "between":
            low, both, high = (p.strip() for p in re.split(r"\b(and)\b", item.value + " and ")[:3])
            if not high:
                raise CannotBuild(
                    f"A range of {item.column} has two ends.", 'Write them as "1 and 10".'
                )
            ends = f"{_value(low, item.column, kind)} {both.upper()}"
            return f"{column} BETWEEN {ends} {_value(high, item.column, kind)}"
        case "in the last":
            return f"{column} >= now() - INTERVAL {_period(item.value)}"
    return f"{column} {item.operator} {_value(item.value, item.column, kind)}"


def _period(value: str) -> str:
    found = _PERIOD.fullmatch(value.strip().lower())
    if found is None:
        raise CannotBuild(f"{value!r} is no span of time.", 'Write it as "15 minutes".')
    return text(f"{found.group(1)} {found.group(2)}s")


def _value(value: str, column: str, kind: str) -> str:
    value = value.strip()
    if is_number(kind):
        if not _NUMBER.fullmatch(value):
            raise CannotBuild(f"{column} is a number and {value!r} is none.", "Write a number.")
        return value
    if kind == "BOOLEAN":
        if value.lower() not in ("true", "false"):
            raise CannotBuild(f"{column} is true or false and {value!r} is neither.", "Write one.")
        return value.lower()
    if is_time(kind):
        if not value:
            raise CannotBuild(f"{column} needs a time.", "Write it as 2026-01-31 12:00.")
        return f"{'DATE' if kind == 'DATE' else 'TIMESTAMPTZ'} {text(value)}"
    return text(value)
