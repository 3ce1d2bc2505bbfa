"""A model that needs no file: texts are near each other as far as they share words."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from engine.contracts.knowledge import VECTOR_SIZE, Kind, KnowledgeItem
from engine.knowledge.seed import item_id


class WordModel:
    """An embedder; ``read`` is all that it was given."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        self.read += texts
        return tuple(_vector(text) for text in texts)


def _vector(text: str) -> tuple[float, ...]:
    numbers = [0.0] * VECTOR_SIZE
    for word in text.lower().split():
        numbers[zlib.crc32(word.encode()) % VECTOR_SIZE] += 1.0
    length = sum(number * number for number in numbers) ** 0.5 or 1.0
    return tuple(number / length for number in numbers)


def item(name: str, text: str = "", kind: Kind = "metric") -> KnowledgeItem:
    """An item of a pack."""
    return KnowledgeItem(
        id=item_id("shop", kind, name),
        kind=kind,
        title=name,
        text=text or name,
        payload={"name": name},
    )
