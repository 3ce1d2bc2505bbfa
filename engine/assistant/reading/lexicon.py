"""The layer's words: which phrase may mean which metric, dimension or value."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from engine.assistant.reading.values import find_values
from engine.assistant.reading.words import ARTICLES, Text, stems_of
from engine.contracts.semantic import SemanticLayer

PhraseKind = Literal["metric", "dimension", "value"]
_RANK: Final[dict[PhraseKind, int]] = {"metric": 0, "dimension": 1, "value": 2}


@dataclass(frozen=True)
class Phrase:
    """Tokens from ``first`` before ``end`` that may mean ``name``; of a value also ``value``."""

    kind: PhraseKind
    name: str
    first: int
    end: int
    value: str = ""
    also: str = ""
    """Of a metric's phrase: the dimension that the same words may mean."""


_AGGREGATES: Final = frozenset(
    stems_of("average mean median maximum max highest largest biggest minimum min lowest smallest")
)
"""After one of these a plural is something else: the average orders an hour are no order value."""


@dataclass(frozen=True)
class _Lexicon:
    metrics: dict[tuple[str, ...], tuple[str, str]]
    dimensions: dict[tuple[str, ...], tuple[str, str]]
    longest: int


@lru_cache(maxsize=4)
def _lexicon(
    metrics: tuple[tuple[str, tuple[str, ...]], ...],
    dimensions: tuple[tuple[str, tuple[str, ...]], ...],
) -> _Lexicon:
    books: list[dict[tuple[str, ...], tuple[str, str]]] = []
    for items in (metrics, dimensions):
        book: dict[tuple[str, ...], tuple[str, str]] = {}
        for name, phrases in items:
            for phrase in phrases:
                if key := stems_of(phrase):
                    exact = len(key) == 2 and key[0] in _AGGREGATES
                    book.setdefault(key, (name, phrase.lower().split()[-1] if exact else ""))
        books.append(book)
    longest = max((len(key) for book in books for key in book), default=0)
    return _Lexicon(books[0], books[1], longest)


def lexicon(layer: SemanticLayer) -> _Lexicon:
    """Made once for a layer."""
    return _lexicon(
        tuple((m.name, (m.name.replace("_", " "), m.title, *m.synonyms)) for m in layer.metrics),
        tuple((d.name, (d.name.replace("_", " "), d.title, *d.synonyms)) for d in layer.dimensions),
    )


def _apart(text: Text, one: int, other: int) -> bool:
    """Whether a comma or the like stands between two tokens."""
    between = text.raw[text.tokens[one].end : text.tokens[other].start]
    return any(sign in between for sign in ",;:?!()/")


def find_phrases(text: Text, layer: SemanticLayer, taken: frozenset[int]) -> tuple[Phrase, ...]:
    """The longest phrases first, none overlapping; in the order of the text.

    Articles inside a phrase do not matter. Of the same length a metric goes before a dimension,
    and that before a value.
    """
    book = lexicon(layer)
    places = [at for at, t in enumerate(text.tokens) if t.low not in ARTICLES]
    candidates: list[Phrase] = []
    for start in range(len(places)):
        for length in range(1, min(book.longest, len(places) - start) + 1):
            covered = places[start : start + length]
            if not taken.isdisjoint(covered):
                break
            if length > 1 and _apart(text, covered[-2], covered[-1]):
                break
            key = tuple(text.tokens[at].stem for at in covered)
            first, end = covered[0], covered[-1] + 1
            last = text.tokens[end - 1].low
            metric, exact = book.metrics.get(key, ("", ""))
            also, _ = book.dimensions.get(key, ("", ""))
            if metric and exact in ("", last):
                candidates.append(Phrase("metric", metric, first, end, also=also))
            elif also:
                candidates.append(Phrase("dimension", also, first, end))
    for found in find_values(text, layer, taken):
        candidates.append(Phrase("value", found.dimension, found.first, found.end, found.value))
    return _kept(text, candidates)


def _kept(text: Text, candidates: list[Phrase]) -> tuple[Phrase, ...]:
    kept: list[Phrase] = []

    for phrase in sorted(candidates, key=lambda p: _place(text, p)):
        if all(phrase.end <= k.first or phrase.first >= k.end for k in kept):
            kept.append(phrase)
    return tuple(sorted(kept, key=lambda p: p.first))


def _place(text: Text, phrase: Phrase) -> tuple[int, bool, int, int]:
    """Which goes first. In "highest refund rate" the rate is highest, and no refund."""
    after = text.tokens[phrase.end].low if phrase.end < len(text.tokens) else ""
    begins = text.tokens[phrase.first].stem in _AGGREGATES and phrase.kind == "metric"
    return phrase.first - phrase.end, begins and after in _GOES_ON, _RANK[phrase.kind], phrase.first


_GOES_ON: Final = frozenset(
    {"rate", "rates", "ratio", "count", "counts", "share", "volume", "level"}
)
