"""Putting values into a verified question's SQL and answer.

A parameter stands in SQL as ``:name`` and becomes a literal: a moment, a whole number, or a text
in quotes whose own quotes are doubled. Nothing else is ever put there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Final

from engine.contracts.pack import ParamSpec, QuestionSpec

Literal = dt.datetime | int | str | None
"""What a name in SQL may become."""

PERIOD_ENDS: Final = ("from", "to")
NOW: Final = "now"
"""``:now`` needs no parameter: it is the moment of the question."""
FIRST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LAST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""What a period becomes on a side where it is open: before and after any event."""

_TOKEN: Final = re.compile(
    r"'(?:[^']|'')*'"  # a text
    r'|"(?:[^"]|"")*"'  # a quoted name
    r"|--[^\n]*|/\*.*?\*/"  # a comment
    r"|::"  # a cast
    r"|:([A-Za-z_]\w*)",
    re.DOTALL,
)
_OPTIONAL: Final = re.compile(r"\s+AND \(:(\w+) IS NULL OR ([\w.]+) = :\1\)")


def names_in(sql: str) -> frozenset[str]:
    """Names of the parameters that a statement uses.

    >>> sorted(names_in("SELECT ':x', n::INT FROM t WHERE a >= :from AND b = :country -- :y"))
    ['country', 'from']
    """
    return frozenset(found[1] for found in _TOKEN.finditer(sql) if found[1])


def names_of(params: tuple[ParamSpec, ...]) -> Iterator[str]:
    """Names that the parameters fill."""
    for param in params:
        yield from PERIOD_ENDS if param.kind == "period" else (param.name,)


def fill_sql(sql: str, values: Mapping[str, Literal]) -> str:
    """The statement with literals; KeyError for a name without a value.

    A condition of the form ``AND (:x IS NULL OR column = :x)`` is left out where x has no value
    and is a plain comparison where it has one: the statement is shown to people.

    >>> fill_sql("SELECT 1 WHERE true AND (:c IS NULL OR c = :c) LIMIT :n", {"c": "O'Neil", "n": 3})
    "SELECT 1 WHERE true AND c = 'O''Neil' LIMIT 3"
    """

    def condition(found: re.Match[str]) -> str:
        space = found[0][: len(found[0]) - len(found[0].lstrip())]
        return "" if values[found[1]] is None else f"{space}AND {found[2]} = :{found[1]}"

    def token(found: re.Match[str]) -> str:
        return literal(values[found[1]]) if found[1] else found[0]

    return _TOKEN.sub(token, _OPTIONAL.sub(condition, sql))


def literal(value: Literal) -> str:
    """A value as DuckDB reads it.

    >>> literal(dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC))
    "TIMESTAMPTZ '2026-01-02 03:00:00+00:00'"
    """
    match value:
        case None:
            return "NULL"
        case dt.datetime():
            return f"TIMESTAMPTZ '{value.astimezone(dt.UTC).isoformat(sep=' ')}'"
        case int():
            return str(value)
    return "'" + value.replace("\0", "").replace("'", "''") + "'"


def fill_answer(question: QuestionSpec, period: str, values: Mapping[str, Literal]) -> str:
    """The answer's template with the parameters filled in and the columns left open.

    ``{period}`` becomes the period in words, ``{where}`` the values that narrow the question,
    such as `` for country DE``, and a number's name the number.
    """
    narrowed = [
        f"{param.of.removesuffix('_id').replace('_', ' ')} {values[param.name]}"
        for param in question.params
        if param.kind == "value" and values.get(param.name) is not None
    ]
    known = {"period": period, "where": " for " + ", ".join(narrowed) if narrowed else ""}
    known |= {p.name: str(values[p.name]) for p in question.params if p.kind == "number"}
    text = question.answer
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value.replace("{", "{{").replace("}", "}}"))
    return text[:1].upper() + text[1:]
