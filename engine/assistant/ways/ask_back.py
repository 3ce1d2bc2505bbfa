"""The last way: saying that it is not certain what was asked, and what would be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from engine.assistant.asking import Asking
from engine.assistant.match import nearest
from engine.contracts.assistant import Answer
from engine.contracts.pack import QuestionSpec

MOST: Final = 4


@dataclass(frozen=True)
class AskBack:
    """Answers every question: with the reader's question back, and with what is near."""

    known: tuple[QuestionSpec, ...]

    def __call__(self, asking: Asking) -> Answer:
        """See Way."""
        reading = asking.reading
        offered = [*(reading.suggestions if reading else ()), *asking.guesses]
        offered += nearest(asking.words, self.known)
        text = reading.message if reading else ""
        if not text:
            near = "Did you mean one of these?" if offered else "These are some that are answered:"
            text = f"It is not certain what was asked. {near}"
        offered = offered or [spec.asks[0] for spec in self.known]
        suggestions = tuple(dict.fromkeys(offered))[:MOST]
        answer = asking.answer(text, "clarify", "reader" if reading else None)
        return replace(answer, suggestions=suggestions)
