"""The last way: saying that it is not certain what was asked, and what would be answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.assistant.asking import Asking
from engine.assistant.match import nearest
from engine.contracts.assistant import Answer
from engine.contracts.knowledge import Hit
from engine.contracts.pack import QuestionSpec

MOST: Final = 4
MEANT: Final = 2
"""Of what is near in meaning; the others are offered by their words."""
NEAR: Final = 0.6
"""Cosine similarity from which a verified question is worth the first place."""
ALIKE: Final = 0.4
"""Share of common words from which it is too, where meaning was not looked for."""


@dataclass(frozen=True)
class AskBack:
    """Answers every question: with the reader's question back, and with what is near."""

    known: tuple[QuestionSpec, ...]

    def __call__(self, asking: Asking) -> Answer:
        """See Way. What is near comes first: one click then gets a verified answer."""
        reading = asking.reading
        near_by = nearest(asking.words, self.known)
        offered = [*_meant(asking.hits), *nearest(asking.words, self.known, ALIKE)]
        offered += [*asking.guesses, *(reading.suggestions if reading else ()), *near_by]
        text = reading.message if reading else ""
        if not text:
            near = "Did you mean one of these?" if offered else "These are some that are answered:"
            text = f"It is not certain what was asked. {near}"
        offered = offered or [spec.asks[0] for spec in self.known]
        suggestions = tuple(dict.fromkeys(offered))[:MOST]
        answer = asking.answer(text, "clarify", "reader" if reading else None)
        return replace(answer, suggestions=suggestions)


def _meant(hits: Sequence[Hit]) -> list[str]:
    """Verified questions near in meaning, the best first."""
    return [hit.item.title for hit in hits if hit.score >= NEAR][:MEANT]
