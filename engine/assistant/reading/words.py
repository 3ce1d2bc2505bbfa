"""A question as tokens that know where they stand in it, and as one plain line of them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.domain.stems import ARTICLES, stem_of, word_set

_TOKEN: Final = re.compile(
    r"""
      (?P<date>\d{4}-\d{2}-\d{2}(?:[tT\ ]\d{2}:\d{2}(?::\d{2})?(?:[zZ]|\+00:?00)?)?)
    | (?P<clock>\d{1,2}:\d{2}(?::\d{2})?)
    | (?P<id>[^\W\d_]{1,6}[-_](?=\w*\d)\w{3,})
    | (?P<number>\d[\d,]*\d(?:\.\d+)?|\d+(?:\.\d+)?)
    | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?\d*)
    | (?P<sign>>=|<=|=>|=<|[<>≥≤%$€£])
    """,
    re.VERBOSE,
)

NUMBERS: Final = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "dozen": 12,
    "zero": 0,
}


_SHORT: Final = {
    "avg": "average",
    "qty": "quantity",
    "pct": "percent",
    "num": "number",
    "nr": "number",
    "rev": "revenue",
    "conv": "conversion",
}
"""Written short for the other."""


@dataclass(frozen=True)
class Token:
    """A word, number or sign; ``low`` is what is compared, ``stem`` what synonyms match by."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    kind: str
    loud: bool
    """In capitals, in a text that is not all in capitals: US, not us."""


@dataclass(frozen=True)
class Text:
    """A question, its tokens and ``line``: their plain forms with one space between."""

    raw: str
    tokens: tuple[Token, ...]

    @cached_property
    def line(self) -> str:
        """What the patterns of periods and comparisons are matched against."""
        return " ".join(token.low for token in self.tokens)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for token in self.tokens:
            starts.append(at)
            at += len(token.low) + 1
        return starts

    def place(self, start: int, end: int) -> tuple[int, int]:
        """First token and the one past the last, of a stretch of ``line``."""
        return bisect_left(self._starts, start), bisect_left(self._starts, end)


def read_text(raw: str) -> Text:
    """Tokens of a question.

    >>> read_text("What's EUR-revenue in the last 24h?").line
    'what eur revenue in the last 24 h'
    """
    letters = [c for c in raw if c.isalpha()]
    shouting = sum(c.isupper() for c in letters) > 0.7 * len(letters)
    tokens = []
    for found in _TOKEN.finditer(raw):
        kind = found.lastgroup or "word"
        text = found.group()
        low = _plain(text, kind)
        if kind == "word" and low in NUMBERS:
            kind, low = "number", str(NUMBERS[low])
        loud = kind == "word" and len(text) > 1 and text.isupper() and not shouting
        stem = stem_of(low) if kind == "word" else low
        tokens.append(Token(text, low, stem, found.start(), found.end(), kind, loud))
    return Text(raw, tuple(tokens))


def _plain(text: str, kind: str) -> str:
    low = text.lower().replace("’", "'")
    if kind == "number":
        return low.replace(",", "")
    if kind != "word":
        return low
    low = _SHORT.get(low, low)
    if low == "o'clock":
        return "oclock"
    if low.endswith("n't"):
        return "not"
    bare = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    return bare.split("'")[0] or bare


def stems_of(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase's words, articles left out."""
    return tuple(t.stem for t in read_text(phrase).tokens if t.low not in ARTICLES)


__all__ = ["ARTICLES", "NUMBERS", "Text", "Token", "read_text", "stem_of", "stems_of", "word_set"]
