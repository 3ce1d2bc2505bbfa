"""A question that the rules understand is answered by them; what they refuse is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.assistant.asking import Asking
from engine.assistant.meaning import CANNOT_COMPILE, Meaning
from engine.assistant.reading.model import THRESHOLD
from engine.assistant.ways.query import Queries
from engine.contracts.assistant import Answer


@dataclass(frozen=True)
class Read:
    """Over the deterministic reader; what it is not certain of it leaves in ``asking.reading``."""

    meaning: Meaning
    queries: Queries

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way."""
        reading = self.meaning.read(asking)
        asking.reading = reading
        if reading.kind == "refuse":
            answer = asking.answer(reading.message, "refused", "reader")
            return replace(answer, suggestions=reading.suggestions)
        if reading.kind != "answer" or reading.query is None or reading.confidence < THRESHOLD:
            return None
        try:
            answer = self.queries.answer(
                asking, reading.query, "generated", "reader", reading.chart
            )
        except CANNOT_COMPILE as error:
            asking.remarks.append(str(error))
            return None
        return replace(answer, notes=(*reading.notes, *answer.notes))
