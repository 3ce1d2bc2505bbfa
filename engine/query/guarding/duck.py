"""The second opinion: the same statement as DuckDB's own parser reads it.

Two parsers differ somewhere, and what stands in that gap would be run unseen. So the functions and
tables that DuckDB found are judged again, by the same lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

import duckdb

from engine.query.guarding.functions import FUNCTIONS, TABLE_FUNCTIONS
from engine.query.guarding.names import check_subquery_name, refuse_table
from engine.query.guarding.refused import Refused
from engine.query.guarding.tree import refuse_function
from engine.query.lexer import code

Node = dict[str, Any]

_OPERATOR: Final = re.compile(r"[^\w\s]+")
_UNWRITTEN: Final = frozenset({"list_value", "struct_pack", "row"})
_LEAVE: Final = "Leave it out: a statement may only read the lake's tables."
_SHOWS: Final = frozenset(
    {("DESCRIBE", ""), ("SUMMARY", "")}
    | {("SHOW_UNQUALIFIED", name) for name in ('"tables"', "__show_tables_expanded")}
)
"""Kinds of SHOW, and of what: a table and a query are nodes below it."""
_CLASSES: Final = frozenset(
    """
    AGGREGATE BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION
    LAMBDA LAMBDA_REF OPERATOR POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW
    """.split()  # noqa: SIM905 -- words are read more easily than quotes and commas
)
"""Classes of expressions; a PARAMETER is none of them."""
_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_TABLES: Final = frozenset(
    {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"}
    | {"PIVOT", "SHOW_REF", "COLUMN_DATA"}
)


def check_as_duckdb(
    connection: duckdb.DuckDBPyConnection, sql: str, known: Iterable[str] | None
) -> None:
    """Raises Refused. ``known``: the tables there are; None where tables are not judged."""
    # The text as a literal: for a parameter, DuckDB's Python module would import pandas.
    literal = "'" + sql.replace("'", "''") + "'"
    found = connection.execute(
        f"SELECT json_serialize_sql({literal}, skip_null := true, skip_empty := true)"
    ).fetchone()
    assert found is not None
    tree = json.loads(str(found[0]))
    if tree.get("error"):
        raise Refused("DuckDB gives no tree of this statement, and it is not run unseen.", _LEAVE)
    if len(tree["statements"]) != 1:
        raise Refused("There is more than one statement.", "Run them one at a time.")
    nodes = list(_walk(tree["statements"]))
    names = _subqueries(nodes)
    place = _Places(sql)
    for node in nodes:
        _check(node, place, None if known is None else tuple(known), names)


class _Places:
    """DuckDB counts bytes, a person characters."""

    def __init__(self, sql: str) -> None:
        self._bytes = sql.encode()

    def __call__(self, node: Node) -> int | None:
        at = node.get("query_location")
        if not isinstance(at, int) or not 0 <= at <= len(self._bytes):
            return None
        return len(self._bytes[:at].decode(errors="ignore"))


def _walk(root: object) -> Iterator[Node]:
    """Every node; values and types are leaves and not looked into."""
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            yield item
            waiting.extend(v for key, v in item.items() if key not in ("value", "cast_type"))
            if isinstance(item.get("value"), dict) and "class" not in item:
                waiting.append(item["value"])  # of a map of subqueries or of replaced columns


def _subqueries(nodes: Iterable[Node]) -> frozenset[str]:
    names = set()
    for node in nodes:
        for entry in node.get("cte_map", {}).get("map", ()):
            check_subquery_name(str(entry["key"]))
            names.add(str(entry["key"]).lower())
    return frozenset(names)


def _check(
    node: Node, place: _Places, known: tuple[str, ...] | None, subqueries: frozenset[str]
) -> None:
    kind = str(node.get("type", ""))
    if "class" in node:
        if node["class"] not in _CLASSES:
            raise Refused(f"{node['class']} is not allowed in a statement.", _LEAVE, place(node))
    elif "from_table" in node and kind not in _NODES:
        raise Refused(f"{kind} is not allowed in a statement.", _LEAVE, place(node))
    table = node.get("from_table")
    for part in (table, node.get("left"), node.get("right"), node.get("source")):
        if (
            isinstance(part, dict)
            and "class" not in part
            and str(part.get("type")) not in (_TABLES | _NODES)
        ):
            raise Refused(f"{part.get('type')} is not allowed in FROM.", _LEAVE, place(part))
    if "function_name" in node:
        _check_function(str(node["function_name"]).lower(), False, place(node))
    if kind == "TABLE_FUNCTION" and isinstance(node.get("function"), dict):
        _check_function(str(node["function"]["function_name"]).lower(), True, place(node))
    if kind == "SHOW_REF" and (node.get("show_type"), node.get("table_name", "")) not in _SHOWS:
        raise Refused("Only SHOW TABLES is allowed of SHOW.", "DESCRIBE shows a table.")
    if kind == "BASE_TABLE" and known is not None:
        _check_table(node, place, known, subqueries)


def _check_function(name: str, in_from: bool, at: int | None) -> None:
    if in_from:
        if name not in TABLE_FUNCTIONS:
            refuse_function(name, True, at)
    elif name not in FUNCTIONS and name not in _UNWRITTEN and not _OPERATOR.fullmatch(name):
        if name in TABLE_FUNCTIONS:  # its node is walked once more, as a call
            return
        refuse_function(name, False, at)


def _check_table(
    node: Node, place: _Places, known: tuple[str, ...], subqueries: frozenset[str]
) -> None:
    parts = [node.get(key) for key in ("catalog_name", "schema_name", "table_name")]
    name = ".".join(str(part) for part in parts if part)
    plain = not node.get("catalog_name") and not node.get("schema_name")
    tables = {table.lower() for table in known}
    if "at_clause" in node or not plain or name.lower() not in tables | subqueries:
        refuse_table(name, [*known, *subqueries], known, place(node))


_BEFORE_BRACKET: Final = frozenset(
    """
    all and any array as asof between by case columns cube distinct else end except exclude exists
    filter from group grouping having ilike in intersect into join lateral like limit not on or
    order over pivot qualify replace rollup row select sets some struct then try union unpivot
    using values when where with within rename similar materialized when interval decimal numeric
    varchar char is offset sample tablesample name value recursive
    """.split()  # noqa: SIM905 -- as above
)


def check_calls(sql: str) -> None:
    """Every word before a bracket is a reviewed function, a keyword, or names columns of a WITH.

    For a PIVOT whose values are not written down: it is several statements to DuckDB, which have no
    tree.
    """
    found = code(sql)
    for at, (token, following) in enumerate(pairwise(found)):
        if following.text != "(" or token.kind not in ("word", "name"):
            continue
        name = token.text.strip('"').lower()
        before = found[at - 1].text.lower() if at else ""
        if name in FUNCTIONS or name in TABLE_FUNCTIONS or name in _BEFORE_BRACKET:
            continue
        if before in ("with", "as", ",", ")", "recursive") and _names_columns(found[at + 1 :]):
            continue
        refuse_function(name, False, token.start)


def _names_columns(after: list[Any]) -> bool:
    """Whether brackets hold plain names only, as in ``WITH t(a, b)``."""
    for token in after[1:]:
        if token.text == ")":
            return True
        if token.kind not in ("word", "name") and token.text != ",":
            return False
    return False
