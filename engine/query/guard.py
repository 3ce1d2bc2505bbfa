"""What may be run at all: one statement, and one that reads.

This is the one place that decides it, called in the worker before DuckDB runs anything. What the
statement can reach is a second, independent question, answered by the worker's sandbox.
"""

from __future__ import annotations

import duckdb

from engine.query.lexer import Token, code

READS = frozenset(
    {"select", "with", "values", "from", "table", "pivot", "unpivot"}
    | {"describe", "desc", "summarize", "show", "explain"}
)
"""A statement that reads begins with one of these."""


class Refused(Exception):
    """The statement is not run: one sentence why, and one what to do."""

    def __init__(self, message: str, remedy: str = "Begin it with SELECT, WITH or FROM.") -> None:
        super().__init__(message)
        self.remedy = remedy


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The statement without its semicolon, which can stand in brackets.

    The connection parses and runs nothing. Raises Refused, or duckdb.ParserException where it is
    no SQL.
    """
    parsed = connection.extract_statements(sql)
    if not parsed:
        raise Refused("There is no statement.")
    found = _without_tail(sql)
    if any(token.text == ";" for token in found):
        raise Refused("There is more than one statement.", "Run them one at a time.")
    first = next(t.text.lower() for t in found if t.text != "(")
    # A PIVOT is several statements to DuckDB, which have no text of their own.
    pivot = all(not part.query for part in parsed)
    kinds = {part.type for part in parsed}
    reads = kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN} or pivot
    if first not in READS or not reads:
        raise Refused(f"Only statements that read can be run, and this one is {first.upper()}.")
    if first == "explain":
        check(connection, explained(sql))
    return sql[: found[-1].end]


def is_explain(sql: str) -> bool:
    """Whether it begins with EXPLAIN, which cannot stand in a subquery."""
    found = code(sql)
    return bool(found) and found[0].text.lower() == "explain"


def explained(sql: str) -> str:
    """The statement that an EXPLAIN is about."""
    found = code(sql)
    at = 1
    if found[at : at + 1] and found[at].text.lower() == "analyze":
        at += 1
    elif found[at : at + 1] and found[at].text == "(":
        closing = next((i for i, t in enumerate(found) if t.text == ")"), at)
        # Options such as (FORMAT json); anything longer is the statement itself in brackets.
        at = closing + 1 if closing - at <= 4 and found[at + 1].text.lower() in _OPTIONS else at
    return sql[found[at].start :] if at < len(found) else ""


_OPTIONS = {"format", "analyze"}


def _without_tail(sql: str) -> list[Token]:
    """The tokens up to the semicolons at the end."""
    found = code(sql)
    while found and found[-1].text == ";":
        found.pop()
    return found
