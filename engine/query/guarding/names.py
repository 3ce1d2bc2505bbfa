"""Names in a statement's tree: only known tables, and columns that some of them has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlglot import exp

from engine.query.guarding.refused import Refused, nearest
from engine.query.guarding.tree import position

Tables = Mapping[str, Mapping[str, str]]
"""Table → column → DuckDB type. No columns: they are not known, and not asked for."""

_PLAIN: Final = re.compile(r"\w+")
_PATH: Final = re.compile(r"[/\\.:*?\[\]'\x00-\x1f]")
"""What a path or an address has and the name of a subquery does not need."""
_SYSTEM: Final = re.compile(r"(duckdb|sqlite|pragma|pg)_", re.IGNORECASE)
"""How DuckDB's views of its own catalogue begin, which tell the paths of the lake's files."""
_GIVEN: Final = frozenset(
    {"range", "generate_series", "unnest", "key", "value", "type", "atom", "id", "parent"}
    | {"fullkey", "path", "json", "element", "list", "rowid", "ordinality"}
)
"""Columns that come from functions in FROM."""


def check_tables(tree: exp.Expr, known: Iterable[str]) -> tuple[str, ...]:
    """The known tables that the statement names. Raises Refused for any other."""
    tables = {name.lower(): name for name in known}
    subqueries = _subqueries(tree)
    found: dict[str, None] = {}
    for node in tree.find_all(exp.Table):
        if not isinstance(node.this, exp.Identifier):
            continue  # a function, which was judged as one
        whole = ".".join(part.name for part in node.parts)
        if len(node.parts) == 1 and whole.lower() in subqueries:
            continue
        if len(node.parts) > 1 or whole.lower() not in tables:
            refuse_table(whole, {**tables, **subqueries}.values(), tables.values(), position(node))
        found[tables[whole.lower()]] = None
    return tuple(found)


def refuse_table(name: str, nameable: Iterable[str], tables: Iterable[str], at: int | None) -> None:
    """Raises Refused with the nearest name."""
    there_are = f"The tables are: {', '.join(sorted(tables)) or 'none yet'}."
    if _PATH.search(name) and not _PLAIN.fullmatch(name.replace(".", "_")):
        raise Refused(
            f"There is no table “{name}”: a statement can read the lake's tables and no other"
            " file or address.",
            there_are,
            at,
        )
    raise Refused(f"There is no table {name}.{nearest(name, nameable)}", there_are, at)


def check_subquery_name(name: str, at: int | None = None) -> None:
    """Raises Refused for a WITH whose name means something else where the WITH does not reach.

    Names of subqueries are known in the whole statement here, and in DuckDB where they stand.
    """
    if _PATH.search(name) or _SYSTEM.match(name):
        raise Refused(
            f"A subquery cannot be called “{name}”.", "Use another name of letters and digits.", at
        )


def _subqueries(tree: exp.Expr) -> dict[str, str]:
    names = {}
    for node in tree.find_all(exp.CTE):
        check_subquery_name(node.alias, position(node))
        names[node.alias.lower()] = node.alias
    return names


def check_columns(tree: exp.Expr, tables: Tables) -> None:
    """Raises Refused for a column that certainly is nowhere.

    Whether a name is in scope where it stands is for DuckDB's binder to say, before it runs
    anything; this tells a wrong name early and without DuckDB.
    """
    by_lower = {name.lower(): {c.lower(): c for c in tables[name]} for name in tables}
    used = [node for node in tree.find_all(exp.Table) if isinstance(node.this, exp.Identifier)]
    read = [by_lower[node.name.lower()] for node in used if node.name.lower() in by_lower]
    if not all(read):
        return
    aliases = _aliases(used, by_lower, tree)
    columns = {lower: name for table in read for lower, name in table.items()}
    made = _made(tree)
    open_ended = _open_ended(tree)
    for node in tree.find_all(exp.Column):
        if isinstance(node.this, exp.Identifier):
            _check_column(node, columns, made, aliases, open_ended)


def _check_column(
    node: exp.Column,
    columns: Mapping[str, str],
    made: frozenset[str],
    aliases: Mapping[str, Mapping[str, str] | None],
    open_ended: bool,
) -> None:
    first, *rest = [part.name.lower() for part in node.parts]
    if not _PLAIN.fullmatch(first) or (rest and not _PLAIN.fullmatch(rest[0])):
        return  # such as "sum(x)", which DuckDB calls a column without a name
    if first in aliases:
        table = aliases[first]
        if rest and table is not None and rest[0] not in table and rest[0] != "rowid":
            raise Refused(
                f"{node.parts[0].name} has no column {node.parts[1].name}."
                f"{nearest(node.parts[1].name, table.values())}",
                f"Its columns are: {', '.join(table.values())}.",
                position(node.parts[1]),
            )
        return
    if first in columns or first in made or open_ended:
        return
    raise Refused(
        f"There is no column {node.parts[0].name}.{nearest(first, columns.values())}",
        f"The columns are: {', '.join(columns.values()) or 'none'}.",
        position(node),
    )


def _aliases(
    used: Iterable[exp.Table], tables: Mapping[str, dict[str, str]], tree: exp.Expr
) -> dict[str, dict[str, str] | None]:
    """A table's name in the statement → its columns; None where they are not certain."""
    found: dict[str, dict[str, str] | None] = {}
    for node in used:
        alias = node.args.get("alias")
        renamed = isinstance(alias, exp.TableAlias) and alias.args.get("columns")
        columns = None if renamed else tables.get(node.name.lower())
        name = node.alias_or_name.lower()
        found[name] = columns if found.get(name, columns) == columns else None
    for alias in tree.find_all(exp.TableAlias):
        if not isinstance(alias.parent, exp.Table):
            found[alias.name.lower()] = None
    for alias in tree.find_all(exp.TableAlias):
        if isinstance(alias.parent, exp.Table) and not isinstance(
            alias.parent.this, exp.Identifier
        ):
            found[alias.name.lower()] = None
    return found


def _made(tree: exp.Expr) -> frozenset[str]:
    """Names that the statement itself makes."""
    names = set(_GIVEN)
    for node in tree.find_all(exp.Alias, exp.TableAlias, exp.PropertyEQ, exp.CTE, exp.Lambda):
        names.add(node.alias_or_name.lower())
        for key in ("columns", "expressions"):
            parts = node.args.get(key)
            names.update(part.name.lower() for part in parts or () if isinstance(part, exp.Expr))
        if isinstance(node, exp.PropertyEQ):
            names.add(node.this.name.lower())
    return frozenset(names)


def _open_ended(tree: exp.Expr) -> bool:
    """Whether columns come out whose names are not written down here."""
    return bool(
        tree.find(
            *(exp.Pivot, exp.Summarize, exp.Describe, exp.Show, exp.Columns, exp.Values),
            *(exp.Comprehension, exp.UnpivotColumns, exp.Explode, exp.Aliases, exp.Unnest),
        )
        or any(star.args.get("rename") for star in tree.find_all(exp.Star))
    )
