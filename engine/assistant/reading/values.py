"""Values of dimensions that a question names: Germany, mobile, prd-00012."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.assistant.reading.words import Text, Token, stems_of, word_set
from engine.contracts.semantic import Dimension, SemanticLayer

_SHORT: Final = 3
_BEFORE_CODE: Final = word_set(
    "in from for only not except excluding without and or to vs versus of outside country",
    "countries market exclude via through",
)
"""A code of two or three letters is one where it is in capitals, or after one of these."""
_NEVER_CODES: Final = word_set("us it in is be no so me my at to all and")
"""Codes that are words too, after those as well: only in capitals (``in us`` is read as US)."""


@dataclass(frozen=True)
class FoundValue:
    """A value of a dimension and the tokens that say it."""

    dimension: str
    value: str
    first: int
    end: int


@dataclass(frozen=True)
class _Entry:
    dimension: str
    value: str
    code: bool


_Book = dict[tuple[str, ...], tuple[_Entry, ...]]


@lru_cache(maxsize=8)
def _book(dimensions: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...]) -> _Book:
    book: dict[tuple[str, ...], list[_Entry]] = {}
    for name, values in dimensions:
        for value, words in values:
            for phrase in (value, *words):
                key = stems_of(phrase)
                code = phrase == value and value.isupper() and len(value) <= _SHORT
                entries = book.setdefault(key, []) if key else []
                if all((e.dimension, e.value) != (name, value) for e in entries):
                    entries.append(_Entry(name, value, code))
    return {key: tuple(entries) for key, entries in book.items()}


def value_phrases(layer: SemanticLayer) -> _Book:
    """Stems of a known value's words → what it may be; kept for as long as the layer is used."""
    return _book(tuple((d.name, tuple(d.values.items())) for d in layer.dimensions))


def find_values(
    text: Text, layer: SemanticLayer, taken: frozenset[int] = frozenset()
) -> tuple[FoundValue, ...]:
    """Every value named outside of the tokens ``taken``; one of two dimensions comes twice."""
    book = value_phrases(layer)
    longest = max((len(key) for key in book), default=0)
    found: list[FoundValue] = []
    at = 0
    while at < len(text.tokens):
        here = [] if at in taken else _pattern(text.tokens[at], at, layer.dimensions)
        if not here:
            here = _phrase(text.tokens, at, book, longest, taken)
        found += here
        at = here[0].end if here else at + 1
    return tuple(found)


def _pattern(token: Token, at: int, dimensions: tuple[Dimension, ...]) -> list[FoundValue]:
    return [
        FoundValue(d.name, token.text, at, at + 1)
        for d in dimensions
        if d.pattern and re.fullmatch(d.pattern, token.text, re.IGNORECASE)
    ]


def _phrase(
    tokens: tuple[Token, ...], at: int, book: _Book, longest: int, taken: frozenset[int]
) -> list[FoundValue]:
    for length in range(min(longest, len(tokens) - at), 0, -1):
        if any(place in taken for place in range(at, at + length)):
            continue
        stems = tuple(token.stem for token in tokens[at : at + length])
        entries = [e for e in book.get(stems, ()) if not e.code or _is_code(tokens, at, e)]
        if entries:
            return [FoundValue(e.dimension, e.value, at, at + length) for e in entries]
    return []


def _is_code(tokens: tuple[Token, ...], at: int, entry: _Entry) -> bool:
    token = tokens[at]
    if token.loud or len(tokens) == 1:
        return True
    before = tokens[at - 1].low if at else ""
    if before == "the" and at > 1 and token.low in ("us", "uk", "usa"):
        return True
    if token.low == "us" and before in ("in", "from", "outside", "excluding", "except"):
        return True
    if token.low in _NEVER_CODES:
        return False
    return before in _BEFORE_CODE or (before in ("the", "on") and len(entry.value) > 2)
