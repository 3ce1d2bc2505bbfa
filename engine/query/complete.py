"""What could stand at the cursor: columns, tables, functions, keywords, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.query.lexer import KEYWORDS, Token, code, statement_at, tokens

Kind = Literal["column", "table", "function", "keyword"]
COMMON: Final = frozenset(
    {"avg", "coalesce", "count", "date_trunc", "max", "median", "min", "now", "round", "sum"}
)
"""Functions that are meant more often than a keyword that begins the same."""
MOST: Final = 60
"""More than anybody reads; the next letter thins them out."""


@dataclass(frozen=True)
class Candidate:
    """One thing to insert; ``detail`` is a column's type, or the table it is of."""

    text: str
    kind: Kind
    detail: str = ""


@dataclass(frozen=True)
class Completion:
    """``candidates`` replace the text from ``start`` to the cursor."""

    start: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Catalogue:
    """What there is to name; ``tables`` maps a table to its columns and their types."""

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    functions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = tuple(sorted(KEYWORDS))


def complete(sql: str, cursor: int, catalogue: Catalogue) -> Completion:
    """Candidates for the word that ends at the cursor; none within a string or a comment."""
    before = [token for token in tokens(sql) if token.start < cursor]
    last = before[-1] if before else None
    if last and last.end >= cursor and last.kind in ("string", "comment", "number"):
        return Completion(cursor, ())
    typed = ""
    if last and last.kind == "word" and last.end >= cursor:
        typed = sql[last.start : cursor]
        before.pop()
    start = cursor - len(typed)
    said = [token for token in before if token.kind != "comment"]
    span = statement_at(sql, cursor) or (0, len(sql))
    scope = tables_in(code(sql[span[0] : span[1]]), catalogue)
    found = _ranked(typed, _possible(said, scope, catalogue))
    if len(found) == 1 and found[0].text == typed:
        found = ()
    return Completion(start, found)


def tables_in(statement: Iterable[Token], catalogue: Catalogue) -> dict[str, str]:
    """Names in scope, tables and their aliases → the table's name."""
    found: dict[str, str] = {}
    words = list(statement)
    for at, token in enumerate(words):
        name = token.text.strip('"').lower()
        if token.kind not in ("word", "name") or name not in catalogue.tables:
            continue
        if at and words[at - 1].text == ".":
            continue
        found[name] = name
        alias = _alias(words[at + 1 : at + 3])
        if alias:
            found[alias] = name
    return found


def _alias(after: list[Token]) -> str | None:
    if after and after[0].text.lower() == "as":
        after = after[1:]
    if after and after[0].kind == "word" and after[0].text.lower() not in KEYWORDS:
        return after[0].text.lower()
    return None


def _possible(said: list[Token], scope: Mapping[str, str], catalogue: Catalogue) -> list[Candidate]:
    if said and said[-1].text == ".":
        owner = said[-2].text.strip('"').lower() if len(said) > 1 else ""
        return _columns([scope.get(owner, owner)], catalogue)
    tables = [Candidate(name, "table", _count(catalogue, name)) for name in catalogue.tables]
    if said and said[-1].text.lower() in ("from", "join", "describe", "summarize", "table"):
        return tables
    columns = _columns(dict.fromkeys(scope.values()) or catalogue.tables, catalogue)
    aliases = [Candidate(a, "table", t) for a, t in scope.items() if a != t]
    functions = [Candidate(name, "function") for name in catalogue.functions]
    keywords = [Candidate(word.upper(), "keyword") for word in catalogue.keywords]
    if not scope and not said:
        return [*keywords, *tables, *columns, *functions]
    common = [function for function in functions if function.text in COMMON]
    return [*columns, *aliases, *tables, *common, *keywords, *functions]


def _count(catalogue: Catalogue, table: str) -> str:
    return f"{len(catalogue.tables[table])} columns"


def _columns(tables: Iterable[str], catalogue: Catalogue) -> list[Candidate]:
    """Each name once: a column that several tables share is the same word."""
    found: dict[str, Candidate] = {}
    for table in tables:
        for name, kind in catalogue.tables.get(table, {}).items():
            found.setdefault(name, Candidate(name, "column", f"{kind} · {table}"))
    return list(found.values())


def _ranked(typed: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those that begin with what was typed, then columns and tables that contain it."""
    wanted = typed.lower()
    first, second = [], []
    seen: set[str] = set()
    for candidate in candidates:
        text = candidate.text.lower()
        if text in seen:
            continue
        if text.startswith(wanted):
            first.append(candidate)
        elif len(wanted) > 1 and wanted in text and candidate.kind in ("column", "table"):
            second.append(candidate)
        else:
            continue
        seen.add(text)
    return tuple((first + second)[:MOST])
