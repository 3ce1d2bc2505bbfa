"""What the knowledge store has near a question; without a store, or when it fails, nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from engine.contracts.knowledge import Hit, Kind
from engine.errors import LakehouseError

MOST: Final = 8
MOST_NAMES: Final = 24


class Searched(Protocol):
    """What ``Looking`` needs of a ``Knowledge``."""

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        """See Knowledge."""
        ...


class Looking:
    """Searches; ``trouble`` is why the last search could not be made, empty where it could."""

    def __init__(self, knowledge: Searched | None) -> None:
        self._knowledge = knowledge
        self.trouble = "" if knowledge else "The knowledge store is not in use."

    def __call__(self, question: str) -> tuple[Hit, ...]:
        """The nearest verified questions, the best first."""
        return self._search(question, ("question",), MOST)

    def names(self, question: str) -> tuple[Hit, ...]:
        """The nearest metrics and dimensions."""
        return self._search(question, ("metric", "dimension"), MOST_NAMES)

    def _search(self, question: str, kinds: tuple[Kind, ...], limit: int) -> tuple[Hit, ...]:
        if self._knowledge is None:
            return ()
        try:
            found = self._knowledge.search(question, kinds, limit)
        except LakehouseError as error:
            self.trouble = error.message
            return ()
        self.trouble = ""
        return found
