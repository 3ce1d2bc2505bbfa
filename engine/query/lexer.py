"""SQL cut into tokens: for colours, for finding the statement under the cursor, for completion.

It need not be a parser: DuckDB is. It must only never mistake what stands in a string or a
comment for code, and cope with text that is still being typed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["comment", "string", "name", "number", "word", "sign"]

_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*[\s\S]*?(?:\*/|\Z))
  | (?P<string>'(?:[^']|'')*(?:'|\Z)|(?P<tag>\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?(?:(?P=tag)|\Z))
  | (?P<name>"(?:[^"]|"")*(?:"|\Z))
  | (?P<number>(?<![\w.])(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<sign>[^\s\w])
    """,
    re.VERBOSE,
)

KEYWORDS = frozenset(
    """
    all analyze and anti any array as asc asof at between by case cast columns cross cube current
    date desc describe distinct else end escape except exclude exists explain false fetch filter
    following for from full glob group grouping having ilike in inner intersect interval into is
    isnull join lateral left like limit natural not notnull null nulls offset on or order
    ordinality outer over partition pivot positional preceding qualify recursive replace right
    rollup row rows sample select semi sets show similar some summarize table tablesample then
    time timestamp timestamptz to true try_cast unbounded union unpivot using values when where
    window with within
    """.split()  # noqa: SIM905 -- words are read more easily than quotes and commas
)
"""What is coloured as a keyword, and offered before DuckDB has said what it knows."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; positions in characters."""

    kind: Kind
    start: int
    end: int
    text: str


def tokens(sql: str) -> Iterator[Token]:
    """All tokens; white space is left out, an open string or comment reaches to the end."""
    for match in _TOKEN.finditer(sql):
        kind = cast("Kind", match.lastgroup)  # the pattern's names are the kinds
        yield Token(kind, match.start(), match.end(), match.group())


def code(sql: str) -> list[Token]:
    """The tokens without comments."""
    return [token for token in tokens(sql) if token.kind != "comment"]


def statements(sql: str) -> list[tuple[int, int]]:
    """Spans [start, end) of the statements, without their semicolons; empty ones are left out."""
    spans, run = [], None
    for token in code(sql):
        if token.text == ";":
            if run:
                spans.append(run)
            run = None
        else:
            run = (run[0] if run else token.start, token.end)
    return [*spans, run] if run else spans


def statement_at(sql: str, position: int) -> tuple[int, int] | None:
    """The span of the statement under a cursor, or of the last before it; None without any."""
    spans = statements(sql)
    at = bisect_right([start for start, _ in spans], position) - 1
    if not spans:
        return None
    if at >= 0 and position > spans[at][1] and _ended(sql, spans[at][1], position):
        at = min(at + 1, len(spans) - 1)  # behind the semicolon: the next one is meant
    return spans[max(at, 0)]


def _ended(sql: str, end: int, position: int) -> bool:
    """Whether a semicolon and the end of its line stand between; in the line it still counts."""
    between = sql[end:position]
    return ";" in between and "\n" in between[between.index(";") :]


def bracket_pair(sql: str, position: int) -> tuple[int, int] | None:
    """Positions of the bracket beside the cursor and of its partner; None where there is none."""
    brackets = [t for t in tokens(sql) if t.kind == "sign" and t.text in _PARTNER]
    partner: dict[int, int] = {}
    opened: list[Token] = []
    for token in brackets:
        if token.text in "([{":
            opened.append(token)
        elif opened and _PARTNER[opened[-1].text] == token.text:
            first = opened.pop()
            partner[first.start] = token.start
            partner[token.start] = first.start
    for at in (position, position - 1):
        if at in partner:
            return at, partner[at]
    return None


_PARTNER = {"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}
