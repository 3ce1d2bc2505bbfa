"""The words of a question that carry its meaning."""

from __future__ import annotations

import re
from typing import Final

_LITTLE: Final = frozenset(
    {
        *("a", "an", "the", "of", "in", "on", "at", "by", "for", "to", "from", "with", "and", "or"),
        *("per", "each", "is", "are", "was", "were", "be", "been", "do", "does", "did", "has"),
        *("have", "had", "there", "what", "which", "who", "how", "many", "much", "me", "we", "our"),
        *("you", "i", "this", "that", "these", "those", "show", "give", "tell", "list", "please"),
        *("can", "could", "would", "want", "see", "number", "count"),
    }
)
"""Words that a question may have or lack and still be the same one."""
_WORD = re.compile(r"[^\W_]+")
_OWNER = re.compile(r"['’]s\b", re.IGNORECASE)


def words_of(text: str) -> frozenset[str]:
    """Lower case, without little words, plurals as singulars.

    A word in capitals is never a little one: IN is India.

    >>> sorted(words_of("How many Orders were there by categories in IN?"))
    ['category', 'in', 'order']
    """
    return frozenset(wording_of(text))


def wording_of(text: str) -> tuple[str, ...]:
    """The same words, sorted, each as often as it is there.

    >>> wording_of("Orders by hour in the last 24 hours")
    ('24', 'hour', 'hour', 'last', 'order')
    """
    loud = text.isupper()
    found = _WORD.findall(_OWNER.sub("", text))
    kept = (
        _singular(word.lower())
        for word in found
        if word.lower() not in _LITTLE or (len(word) > 1 and word.isupper() and not loud)
    )
    return tuple(sorted(kept))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
