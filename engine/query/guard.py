"""What may be run at all: one statement that reads, made of what is on a list.

This is the one place that decides it. ``check`` is called in the worker before DuckDB runs
anything; ``inspect`` tells the same without DuckDB and without running, for whoever proposes SQL.
Both fail closed: what cannot be read, or is on no list, is refused. What a statement can reach is
a second, independent question, answered by the worker's sandbox.

1. DuckDB parses it: one statement, of a kind that reads (``check`` only).
2. sqlglot parses it: each node is on a list (``guarding/nodes.py``), each function is a reviewed
   one (``functions.py``), each table is known (``names.py``), what is made out of nothing has an
   end (``caps.py``).
3. DuckDB's own tree is judged by the same lists (``duck.py``), so that nothing hides where the two
   parsers differ. Columns are DuckDB's to judge, when it binds and before it runs; ``inspect``
   refuses those that certainly are nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
from sqlglot import exp

from engine.query.guarding.caps import check_caps
from engine.query.guarding.duck import check_as_duckdb, check_calls
from engine.query.guarding.names import Tables, check_columns, check_tables
from engine.query.guarding.refused import Refused
from engine.query.guarding.tree import called, check_nodes, parse
from engine.query.lexer import Token, code

__all__ = ["READS", "Inspected", "Refused", "check", "explained", "inspect", "is_explain"]

READS = frozenset(
    {"select", "with", "values", "from", "table", "pivot", "unpivot"}
    | {"describe", "desc", "summarize", "show", "explain"}
)
"""A statement that reads begins with one of these."""


@dataclass(frozen=True)
class Inspected:
    """A statement that may be run."""

    sql: str
    """Without its semicolon."""
    tables: tuple[str, ...]
    """The lake's tables that it reads."""
    functions: frozenset[str]
    """The functions that it calls by name, in lower case."""


def check(
    connection: duckdb.DuckDBPyConnection, sql: str, known: Iterable[str] | None = None
) -> str:
    """The statement without its semicolon, which can stand in brackets.

    ``known``: the tables there are; None where tables are not judged. The connection parses and
    runs nothing of it. Raises Refused, or duckdb.ParserException where it is no SQL.
    """
    names = None if known is None else tuple(known)
    found = _without_tail(sql)
    _check_one(found)
    if not _maybe_mistyped(_first(found)):
        _check_kind(found)
    parsed = connection.extract_statements(sql)
    if not parsed:
        raise Refused("There is no statement.")
    _check_kind(found)
    # A PIVOT is several statements to DuckDB, which have no text of their own.
    pivot = all(not part.query for part in parsed)
    kinds = {part.type for part in parsed}
    if not (kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN} or pivot):
        raise _does_not_read(_first(found))
    text = sql[: found[-1].end]
    if _first(found) == "explain":
        start = len(text) - len(explained(text))
        with _from(start):
            check(connection, text[start:], names)
        return text
    _judge(text, names)
    if pivot:
        check_calls(text)
    else:
        check_as_duckdb(connection, text, names)
    return text


def inspect(sql: str, tables: Tables) -> Inspected:
    """What a statement would read. ``tables``: the lake's tables with their columns and types.

    Pure: parses and runs nothing. Raises Refused, also for SQL that cannot be read and for columns
    that are nowhere; the position counts characters of ``sql``.
    """
    found = _without_tail(sql)
    _check_one(found)
    _check_kind(found)
    text = sql[: found[-1].end]
    if _first(found) == "explain":
        start = len(text) - len(explained(text))
        with _from(start):
            return replace(inspect(text[start:], tables), sql=text)
    tree, read = _judge(text, tuple(tables))
    check_columns(tree, tables)
    names = {called(node) for node in tree.walk()}
    return Inspected(text, read, frozenset(name for name in names if name))


def _judge(text: str, known: tuple[str, ...] | None) -> tuple[exp.Expr, tuple[str, ...]]:
    """sqlglot's tree and the known tables in it."""
    if "\0" in text:
        raise Refused("The statement holds a character that is no text.", position=text.index("\0"))
    tree = parse(text)
    check_nodes(tree)
    read = () if known is None else check_tables(tree, known)
    check_caps(tree)
    return tree, read


@contextmanager
def _from(start: int) -> Iterator[None]:
    """Positions in a part of a statement as positions in the whole."""
    try:
        yield
    except Refused as refusal:
        if refusal.position is not None:
            refusal.position += start
        raise


def _check_one(found: list[Token]) -> None:
    if not found:
        raise Refused("There is no statement.")
    semicolon = next((token for token in found if token.text == ";"), None)
    if semicolon is not None:
        raise Refused(
            "There is more than one statement.", "Run them one at a time.", semicolon.start
        )


def _check_kind(found: list[Token]) -> None:
    if _first(found) not in READS:
        raise _does_not_read(_first(found))


def _maybe_mistyped(first: str) -> bool:
    """Whether DuckDB's parser may say what is wrong with a statement that begins so.

    It is not asked about a PRAGMA or an IMPORT, of which it runs a part when it only parses.
    """
    return first.isascii() and first.isalpha() and first not in _RUN_BY_PARSING


_RUN_BY_PARSING = frozenset({"pragma", "import", "call", "export"})


def _first(found: list[Token]) -> str:
    return next((t.text.lower() for t in found if t.text != "("), "")


def _does_not_read(first: str) -> Refused:
    return Refused(f"Only statements that read can be run, and this one is {first.upper()}.")


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
