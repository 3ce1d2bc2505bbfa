"""The verified questions that are nearest to what was asked, to suggest them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.contracts.pack import QuestionSpec
from engine.domain.wording import words_of

NEAREST: Final = 3


def nearest(question: str, known: Sequence[QuestionSpec], least: float = 0.0) -> tuple[str, ...]:
    """The shown wording of the questions that share most words, more than ``least`` of all of them;
    the best first, maybe none."""
    words = words_of(question)
    scored = [(max(_alike(words, words_of(text)) for text in q.asks), q.asks[0]) for q in known]
    scored.sort(key=lambda pair: -pair[0])
    return tuple(text for score, text in scored[:NEAREST] if score > least)


def _alike(asked: frozenset[str], verified: frozenset[str]) -> float:
    """Common words as a share of all."""
    return len(asked & verified) / max(1, len(asked | verified))
