"""Items as Qdrant's points and back.

A point has one vector for each wording of its item; the best of them counts (``MAX_SIM``), so
that a question with five wordings is found by any of them and comes once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qdrant_client import models

from engine.contracts.knowledge import VECTOR_SIZE, Kind, KnowledgeItem
from engine.knowledge.embedder import Vector
from engine.knowledge.seed import content_hash

HIDDEN = "hidden"
"""Set on an item of the pack that a person deleted: it stays away at the next seeding."""

PARTS = ("id", "kind", "title", "text", "origin", "payload")


def vectors_params() -> models.VectorParams:
    """What a collection of ours is made with."""
    return models.VectorParams(
        size=VECTOR_SIZE,
        distance=models.Distance.COSINE,
        multivector_config=models.MultiVectorConfig(
            comparator=models.MultiVectorComparator.MAX_SIM
        ),
    )


def to_point(item: KnowledgeItem, vectors: Sequence[Vector]) -> models.PointStruct:
    """The point of an item."""
    payload = item.model_dump(mode="json", exclude={"id"})
    payload["hash"] = content_hash(item)
    return models.PointStruct(
        id=item.id, vector=[list(vector) for vector in vectors], payload=payload
    )


def to_item(point_id: Any, payload: dict[str, Any] | None) -> KnowledgeItem:
    """The item of a point. Raises ValueError for a point that is none of ours."""
    kept = {name: value for name, value in (payload or {}).items() if name in PARTS}
    return KnowledgeItem.model_validate({**kept, "id": str(point_id)})


def shown(kinds: Sequence[Kind] = ()) -> models.Filter:
    """Items of these kinds (any, where none is named) that nobody has deleted."""
    wanted: list[models.Condition] = []
    if kinds:
        match = models.MatchAny(any=[str(kind) for kind in kinds])
        wanted.append(models.FieldCondition(key="kind", match=match))
    hidden = models.FieldCondition(key=HIDDEN, match=models.MatchValue(value=True))
    return models.Filter(must=wanted, must_not=[hidden])


def ids_of(ids: Iterable[str]) -> models.PointIdsList:
    """Points by id."""
    return models.PointIdsList(points=list(ids))
