"""What the knowledge store has near a question; without a store, or when it fails, nothing."""

from __future__ import annotations

from typing import Final

from engine.contracts.knowledge import Hit, Knowledge
from engine.errors import LakehouseError

MOST: Final = 8


class Looking:
    """Searches; ``trouble`` is why the last search could not be made, empty where it could."""

    def __init__(self, knowledge: Knowledge | None) -> None:
        self._knowledge = knowledge
        self.trouble = "" if knowledge else "The knowledge store is not in use."

    def __call__(self, question: str) -> tuple[Hit, ...]:
        """The nearest verified questions, the best first."""
        if self._knowledge is None:
            return ()
        try:
            found = self._knowledge.search(question, ("question",), MOST)
        except LakehouseError as error:
            self.trouble = error.message
            return ()
        self.trouble = ""
        return found
