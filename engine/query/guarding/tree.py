"""A statement as sqlglot's tree, and what may be in it."""

from __future__ import annotations

import logging
from typing import Final, NoReturn

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parsers.duckdb import DuckDBParser

from engine.query.guarding.functions import FUNCTIONS, TABLE_FUNCTIONS
from engine.query.guarding.nodes import NODES, ROOTS
from engine.query.guarding.refused import Refused, nearest

# It warns of statements it does not know; they are refused, which is louder.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

NAME_KEY: Final = "called"
LONGEST: Final = 200_000
"""Characters: pages of SQL. A parser's time and memory grow with the text."""


class _Parser(DuckDBParser):
    def _parse_simplified_pivot(self, is_unpivot: bool | None = None) -> exp.Pivot:
        """DuckDB takes ORDER BY and LIMIT after a PIVOT statement; sqlglot does not."""
        pivot = super()._parse_simplified_pivot(is_unpivot)
        for key, part in (
            ("order", self._parse_order()),
            ("limit", self._parse_limit()),
            ("offset", self._parse_offset()),
        ):
            if part is not None:
                pivot.set(key, part)
        return pivot


class _Guarded(DuckDB):
    """DuckDB's dialect, where a function's node remembers how it was called."""

    ORIGINAL_NAME_META_KEY = NAME_KEY
    Parser = _Parser


_DIALECT: Final = _Guarded()


def parse(sql: str) -> exp.Expr:
    """The tree of exactly one statement. Raises Refused."""
    if len(sql) > LONGEST:
        raise Refused(
            f"The statement has {len(sql):,} characters; {LONGEST:,} are read.", "Shorten it."
        )
    try:
        found = sqlglot.parse(sql, dialect=_DIALECT)
    except ParseError as error:
        raise Refused(*_unread(sql, error)) from None
    except (SqlglotError, RecursionError, ValueError) as error:
        detail = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Refused(
            f"The statement cannot be read: {' '.join(detail.split())}.", "Write it more simply."
        ) from None
    trees = [tree for tree in found if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not trees:
        raise Refused("There is no statement.")
    if len(trees) > 1:
        raise Refused("There is more than one statement.", "Run them one at a time.")
    return trees[0]


def check_nodes(tree: exp.Expr) -> None:
    """Raises Refused for the first node that is not on the list."""
    if not isinstance(tree, ROOTS):
        raise Refused(f"Only statements that read can be run, and this one is {_label(tree)}.")
    for node in tree.walk():
        if isinstance(node, exp.Func) and not _plain(node):
            _check_call(node)
        elif type(node) not in NODES:
            raise Refused(
                f"{_label(node)} is not allowed in a statement.",
                "Leave it out: a statement may only read the lake's tables.",
                position(node),
            )
        _check_shape(node)


def _check_shape(node: exp.Expr) -> None:
    """What an allowed node may be about."""
    if isinstance(node, exp.Show) and (node.args.get("from_") or node.name not in _SHOWN):
        raise Refused("Only SHOW TABLES is allowed of SHOW.", "DESCRIBE shows a table.")
    if isinstance(node, exp.Describe | exp.Summarize) and not isinstance(node.this, _DESCRIBED):
        raise Refused(f"Only tables and queries can be {_VERBS[type(node)]}.", "Name a table.")
    if isinstance(node, exp.Select) and not node.expressions:
        raise Refused("Nothing is selected.", "Name the columns, or * for all of them.")


_SHOWN: Final = {"TABLES", "ALL TABLES"}
_DESCRIBED: Final = (exp.Table, exp.Query, exp.Pivot, exp.Values)
_VERBS: Final = {exp.Describe: "described", exp.Summarize: "summarized"}


def _plain(node: exp.Func) -> bool:
    """Whether a call came from syntax and not from a name."""
    return called(node) is None and type(node) in NODES


def called(node: exp.Expr) -> str | None:
    """The name a function was called by, in lower case; None for what has none."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    name = node.meta.get(NAME_KEY)
    return None if name is None else str(name).lower()


def _check_call(node: exp.Func) -> None:
    name = called(node) or node.sql_name().lower()
    in_from = isinstance(node.parent, exp.Table)
    allowed = TABLE_FUNCTIONS if in_from else FUNCTIONS
    if name not in allowed:
        refuse_function(name, in_from, position(node))


def refuse_function(name: str, in_from: bool, at: int | None) -> NoReturn:
    """Raises Refused with what may have been meant."""
    allowed = TABLE_FUNCTIONS if in_from else FUNCTIONS
    near = nearest(name, allowed, _ALIKE)
    if near:
        raise Refused(f"There is no function {name}.{near}", "Correct its name.", at)
    if in_from:
        raise Refused(
            f"{name} is not allowed in FROM: a statement can read the lake's tables and no other"
            " file or address.",
            f"Beside tables there may stand {', '.join(sorted(allowed))}.",
            at,
        )
    raise Refused(
        f"{name} is no function that a statement may call.",
        "Functions that compute from their arguments may be called; those that reach files,"
        " settings or the system may not.",
        at,
    )


_ALIKE: Final = 0.8
"""More alike than names of tables: a function's name is known, and mistyped at most."""


def position(node: exp.Expr) -> int | None:
    """Where a node begins, as far as sqlglot knows."""
    for part in node.walk():
        start = part.meta.get("start")
        if isinstance(start, int):
            return start
    return None


def _label(node: exp.Expr) -> str:
    """A kind of node as a person names it."""
    if isinstance(node, exp.Command):
        return str(node.this).upper()
    if isinstance(node, exp.Placeholder):
        return "A parameter without a value"
    return node.key.upper()


def _unread(sql: str, error: ParseError) -> tuple[str, str, int | None]:
    """Message, remedy and position."""
    first = error.errors[0] if error.errors else {}
    lines = sql.splitlines(keepends=True)
    line, column = int(first.get("line") or 0), int(first.get("col") or 0)
    word = str(first.get("highlight") or "")
    at = None
    if 0 < line <= len(lines) and word:
        end = sum(len(part) for part in lines[: line - 1]) + column
        at = max(end - len(word), 0)
    near = f" at or near “{word}”" if word else ""
    return (
        f"The guard cannot read the statement{near}, and runs only what it can read.",
        "Correct the statement, or write it another way.",
        at,
    )
