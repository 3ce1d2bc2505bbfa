"""The last way: saying that it is not certain what was asked, and what would be answered."""

from __future__ import annotations

from dataclasses import replace

from engine.assistant.asking import Asking
from engine.assistant.match import nearest
from engine.contracts.assistant import Answer
from engine.contracts.pack import QuestionSpec


class AskBack:
    """Answers every question with the nearest verified ones."""

    def __init__(self, known: tuple[QuestionSpec, ...]) -> None:
        self._known = known

    def __call__(self, asking: Asking) -> Answer:
        """See Way."""
        near = nearest(asking.question, self._known)
        text = "It is not certain what was asked."
        text += " Did you mean one of these?" if near else " These are some that are answered:"
        suggestions = near or tuple(spec.asks[0] for spec in self._known[:3])
        return replace(asking.answer(text, "clarify"), suggestions=suggestions)
