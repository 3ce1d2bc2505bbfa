"""A thumbs-up makes question and statement a verified pair of the user's; down takes it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

from engine.contracts.assistant import Answer
from engine.contracts.knowledge import Knowledge, KnowledgeItem

_SPACE: Final = uuid.UUID("6f0d4f0e-2b0f-5c0d-9a55-6a3f4f1f8a10")
"""Names the pairs: the same question has the same id, so that a second thumb replaces."""


class Ratings:
    """Over a knowledge store; without one the thumb is kept with its answer only."""

    def __init__(self, knowledge: Knowledge | None) -> None:
        self._knowledge = knowledge

    def rate(self, answer: Answer) -> None:
        """Puts the pair into the store or takes it out. Raises LakehouseError."""
        mine = answer.sql is not None and answer.source != "verified"
        if self._knowledge is None or not mine:
            return  # nothing to keep: it was verified before
        if answer.liked:
            self._knowledge.put([pair_of(answer)])
        else:
            self._knowledge.delete([pair_id(answer.question)])


def pair_id(question: str) -> str:
    """The id of the pair of this question, whatever its case and spaces."""
    return str(uuid.uuid5(_SPACE, " ".join(question.casefold().split())))


def liked_pairs(answers: Iterable[Answer]) -> tuple[KnowledgeItem, ...]:
    """The pairs of answers with a thumbs-up, for when the store cannot be asked."""
    return tuple(pair_of(answer) for answer in answers if answer.sql and answer.liked)


def pair_of(answer: Answer) -> KnowledgeItem:
    """The pair. A query in the layer's terms is kept besides: its period moves with time."""
    payload: dict[str, object] = {"sql": answer.sql, "question": answer.question}
    if answer.query is not None:
        payload["query"] = answer.query.model_dump(mode="json")
    return KnowledgeItem(
        id=pair_id(answer.question),
        kind="question",
        title=answer.question,
        text=answer.question,
        origin="user",
        payload=payload,
    )
