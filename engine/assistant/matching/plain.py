"""What a question says, apart from its parameters: the words that two equal questions share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.assistant.reading.extract import Found, SpanKind, extract
from engine.assistant.reading.words import Text, Token, read_text, stem_of
from engine.contracts.pack import ParamSpec
from engine.contracts.semantic import Period, SemanticLayer

_LITTLE: Final = frozenset(
    {
        *("a", "an", "the", "of", "in", "on", "at", "for", "to", "from", "with", "as", "into"),
        *("is", "are", "was", "were", "be", "been", "being", "am", "do", "does", "did", "has"),
        *("have", "had", "there", "what", "which", "how", "many", "much", "whose"),
        *("me", "we", "us", "our", "you", "your", "i", "my", "it", "its", "they", "their", "this"),
        *("that", "these", "those", "show", "give", "tell", "list", "please", "display", "see"),
        *("can", "could", "would", "will", "should", "want", "need", "know", "like", "find"),
        *("get", "let", "look", "take", "number", "count", "amount", "total", "figure"),
        *("bring", "make", "made", "generate", "happen", "come", "came", "seen", "overall"),
        *("s", "t", "hey", "hi", "hello", "quickly", "exactly", "actually"),
        *("each", "every", "per", "by", "some", "any"),
    }
)
"""Words that a question may have or lack and still be the same one. Not among them: all that
negates, adds, compares or refers back (not, without, and, or, than, only, just, about, then)."""

_SAME: Final = {
    stem_of(word): same
    for same, words in {
        "top": "most best highest biggest largest greatest leading strongest max maximum main",
        "bottom": "least worst lowest smallest fewest weakest min minimum",
        "mean": "average avg typical typically",
        "time": "duration long",
        "fall": "decline drop decrease shrink declining dropping falling fell sink",
        "rise": "grow increase gain growing rising climbing rose grew",
        "share": "percentage percent proportion fraction pct portion",
        "history": "trend develop evolve course development evolution trending",
        "user": "visitor customer shopper people person client",
        "minute": "minutely",
        "hour": "hourly",
        "day": "daily",
        "week": "weekly",
        "month": "monthly",
        "refuse": "reject refused rejected invalid quarantine quarantined bad broken",
    }.items()
    for word in (same, *words.split())
}
"""Stem → the one word that stands for it."""


@dataclass(frozen=True)
class Plain:
    """A question taken apart. Its words are asked for with the parameters they may hold."""

    text: Text
    found: tuple[Found, ...]

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The periods it names."""
        return tuple(f.value for f in self.found if isinstance(f.value, Period))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that are no part of a period, as written."""
        periods = self._tokens("period")
        return tuple(
            token.low
            for at, token in enumerate(self.text.tokens)
            if token.kind == "number" and at not in periods
        )

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of the dimension that it names."""
        named = (f for f in self.found if f.kind == "value" and f.dimension == dimension)
        return tuple(dict.fromkeys(str(f.value) for f in named))

    def words(self, params: Iterable[ParamSpec]) -> frozenset[str]:
        """The words that carry meaning, without what the parameters take.

        A value that no parameter takes is a word like any other, however little: IN is India.
        """
        params = tuple(params)
        kinds = {param.kind for param in params}
        dimensions = {param.of for param in params if param.kind == "value"}
        taken = self._values(lambda found: found.dimension in dimensions)
        kept = self._values(lambda found: found.dimension not in dimensions) - taken
        if "period" in kinds:
            taken = taken | self._tokens("period")
        words = set()
        for at, token in enumerate(self.text.tokens):
            number = token.kind == "number" and "number" in kinds
            if at not in taken and not (number and at not in self._tokens("period")):
                words.add(token.stem if at in kept else word_of(token))
        return frozenset(words - {""})

    @cached_property
    def core(self) -> frozenset[str]:
        """The words that no parameter of any kind could take; every wording it matches has them."""
        taken = self._places(self.found) | self._numbered
        tokens = enumerate(self.text.tokens)
        return frozenset(word_of(token) for at, token in tokens if at not in taken) - {""}

    @property
    def _numbered(self) -> frozenset[int]:
        return frozenset(at for at, t in enumerate(self.text.tokens) if t.kind == "number")

    def _values(self, which: Callable[[Found], bool]) -> frozenset[int]:
        return self._places([f for f in self.found if f.kind == "value" and which(f)])

    def _tokens(self, kind: SpanKind) -> frozenset[int]:
        return self._places([f for f in self.found if f.kind == kind])

    def _places(self, found: Sequence[Found]) -> frozenset[int]:
        return frozenset(
            at
            for at, token in enumerate(self.text.tokens)
            if any(f.start <= token.start and token.end <= f.end for f in found)
        )


def take_apart(question: str, layer: SemanticLayer, now: dt.datetime) -> Plain:
    """Reads a question; ``now`` is what its periods are relative to."""
    return Plain(read_text(question), extract(question, layer, now))


def rough_words(text: str) -> frozenset[str]:
    """All words of a text that carry meaning, whatever a parameter may take of them."""
    return frozenset(word_of(token) for token in read_text(text).tokens) - {""}


def word_of(token: Token) -> str:
    """The word that stands for the token's; empty for one without a meaning of its own."""
    if token.low in _LITTLE and not token.loud:
        return ""
    return _SAME.get(token.stem, token.stem)
