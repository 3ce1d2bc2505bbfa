"""Which verified question was asked, if any.

Strict on purpose: a question that says something the verified one does not is another question,
however alike the two are. What it may leave out is at most a fifth of the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.contracts.pack import QuestionSpec
from engine.domain.wording import words_of

THRESHOLD: Final = 0.8
NEAREST: Final = 3


def match(question: str, known: Sequence[QuestionSpec]) -> QuestionSpec | None:
    """The question meant; None where none is, or two are equally near."""
    words = words_of(question)
    scores = [(max(_covered(words, words_of(text)) for text in spec.asks), spec) for spec in known]
    best = max((score for score, _ in scores), default=0.0)
    found = [spec for score, spec in scores if score == best]
    return found[0] if best >= THRESHOLD and len(found) == 1 else None


def nearest(question: str, known: Sequence[QuestionSpec]) -> tuple[str, ...]:
    """The shown wording of the questions that share most words, the best first; maybe none."""
    words = words_of(question)
    scored = [(max(_alike(words, words_of(text)) for text in q.asks), q.asks[0]) for q in known]
    scored.sort(key=lambda pair: -pair[0])
    return tuple(text for score, text in scored[:NEAREST] if score > 0)


def _covered(asked: frozenset[str], verified: frozenset[str]) -> float:
    """Share of the verified wording that was asked; 0 where the question adds a word."""
    return len(asked & verified) / len(verified) if asked <= verified else 0.0


def _alike(asked: frozenset[str], verified: frozenset[str]) -> float:
    """Common words as a share of all."""
    return len(asked & verified) / max(1, len(asked | verified))
