"""One form for a word's endings: not a dictionary's, only the same for all of them."""

from __future__ import annotations

import re
from typing import Final


def word_set(*lines: str) -> frozenset[str]:
    """The words of some lines."""
    return frozenset(word for line in lines for word in line.split())


ARTICLES: Final = word_set("the a an our my your their its")
_WHOLE: Final = word_set(
    "rating ratings shipping morning evening during thing nothing something anything string",
    "king spring ring bring missing trending need speed feed seed indeed",
    "returning united used",
)
"""Words whose ending is no ending."""
_WORD: Final = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)?\d*")


def stem_of(word: str) -> str:
    """
    >>> stem_of("purchases") == stem_of("purchased") == stem_of("purchasing")
    True
    >>> stem_of("countries"), stem_of("categories") == stem_of("category"), stem_of("rating")
    ('country', True, 'rating')
    """
    if word in _WHOLE:
        return word.removesuffix("s") if word.endswith("gs") else word
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        word = _undouble(word[:-3])
    elif len(word) > 4 and word.endswith("ed") and not word.endswith("eed"):
        word = _undouble(word[:-2])
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _undouble(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word


def phrase_stems(phrase: str) -> tuple[str, ...]:
    """The stems of a phrase's words, articles left out.

    >>> phrase_stems("Users with a cart")
    ('user', 'with', 'cart')
    """
    words = [word.lower() for word in _WORD.findall(phrase)]
    return tuple(stem_of(word) for word in words if word not in ARTICLES)
