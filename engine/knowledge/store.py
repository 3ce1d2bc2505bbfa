"""The knowledge of the assistant in a Qdrant collection, wherever that is."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence

from qdrant_client import QdrantClient, models

from engine.contracts.knowledge import Hit, Kind, KnowledgeItem, KnowledgeStatus
from engine.knowledge.embedder import MODEL_NAME, Embedder, Vector
from engine.knowledge.errors import KnowledgeRefused
from engine.knowledge.faults import told
from engine.knowledge.points import HIDDEN, ids_of, shown, to_item, to_point, vectors_params
from engine.knowledge.seed import content_hash, wordings

PAGE = 256
"""Points that are read at once."""
SHARE = 32
"""Items that are embedded and written at once: ten wordings each are 4 MB of vectors."""
MOST_HITS = 100


class QdrantKnowledge:
    """Knowledge over an open client; any thread may call it.

    The client's local mode is not made for several threads, so one call at a time gets through.
    """

    def __init__(
        self,
        client: QdrantClient,
        embedder: Embedder,
        *,
        collection: str,
        provider: str,
        where: str,
    ) -> None:
        """``where`` names the store in messages."""
        self._client = client
        self._embedder = embedder
        self._collection = collection
        self._provider = provider
        self._where = where
        self._pack = ""
        self._lock = threading.Lock()

    # ------------------------------------------------------------------- the Knowledge protocol

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        """See Knowledge."""
        (vector,) = self._embedder.embed([text])
        with self._lock, told(self._where):
            found = self._client.query_points(
                self._collection,
                query=[list(vector)],
                query_filter=shown(kinds),
                limit=min(max(limit, 1), MOST_HITS),
            ).points
            return tuple(
                Hit(item=to_item(point.id, point.payload), score=point.score) for point in found
            )

    def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """See Knowledge."""
        return self._embedder.embed(texts)

    def items(self, kind: Kind | None = None) -> tuple[KnowledgeItem, ...]:
        """See Knowledge."""
        with self._lock, told(self._where):
            records = list(self._records(shown((kind,) if kind else ())))
            found = [to_item(record.id, record.payload) for record in records]
        return tuple(sorted(found, key=lambda item: (item.title.casefold(), item.id)))

    def put(self, items: Sequence[KnowledgeItem]) -> None:
        """See Knowledge."""
        for item in items:
            _check_id(item.id)
        self._write(items, self._embedder)

    def delete(self, ids: Sequence[str]) -> None:
        """See Knowledge. An item of the pack is hidden, or the next seeding would bring it back."""
        for each in ids:
            _check_id(each)
        with self._lock, told(self._where):
            found = self._client.retrieve(self._collection, list(ids), with_payload=["origin"])
            packs = [r.id for r in found if (r.payload or {}).get("origin") == "pack"]
            others = [r.id for r in found if r.id not in packs]
            if packs:
                self._client.set_payload(
                    self._collection, {HIDDEN: True, "origin": "user"}, points=packs, wait=True
                )
            if others:
                self._client.delete(self._collection, ids_of(map(str, others)), wait=True)

    def status(self) -> KnowledgeStatus:
        """See Knowledge."""
        with self._lock, told(self._where):
            count = self._client.count(self._collection, shown(), exact=True).count
        return KnowledgeStatus(
            provider=self._provider,
            collection=self._collection,
            items=count,
            pack=self._pack,
            model=MODEL_NAME,
        )

    # ------------------------------------------------------------------------------- its filling

    def open(self) -> None:
        """Makes the collection where it is missing. Raises KnowledgeError where it is not ours."""
        with self._lock, told(self._where):
            if not self._client.collection_exists(self._collection):
                self._client.create_collection(self._collection, vectors_config=vectors_params())
                return
            found = self._client.get_collection(self._collection).config.params.vectors
        if not _fits(found):
            raise KnowledgeRefused(
                f"The collection {self._collection} of the vector store {self._where} holds other "
                "vectors than this program's.",
                "Set QDRANT_COLLECTION to a name that is free.",
            )

    def follow(self, pack: str, items: Sequence[KnowledgeItem], embedder: Embedder) -> int:
        """Makes the pack's items these; how many were written or removed.

        What a person added, changed or deleted stays. A second time does nothing.
        """
        wanted = {item.id: item for item in items}
        with self._lock, told(self._where):
            kept = {str(record.id): record.payload or {} for record in self._records(None)}
        changed = [
            item
            for item in wanted.values()
            if item.id not in kept or _outdated(kept[item.id], item)
        ]
        gone = [
            each
            for each, payload in kept.items()
            if each not in wanted and payload.get("origin") == "pack"
        ]
        self._write(changed, embedder)
        if gone:
            with self._lock, told(self._where):
                self._client.delete(self._collection, ids_of(gone), wait=True)
        self._pack = pack
        return len(changed) + len(gone)

    def _records(self, wanted: models.Filter | None) -> Iterator[models.Record]:
        offset = None
        while True:
            records, offset = self._client.scroll(
                self._collection, scroll_filter=wanted, limit=PAGE, offset=offset
            )
            yield from records
            if offset is None:
                return

    def _write(self, items: Sequence[KnowledgeItem], embedder: Embedder) -> None:
        """Without the lock: embedding takes long, and a search may come between two shares."""
        for start in range(0, len(items), SHARE):
            share = items[start : start + SHARE]
            points = list(_points(share, embedder))
            with self._lock, told(self._where):
                self._client.upsert(self._collection, points, wait=True)


def _points(items: Sequence[KnowledgeItem], embedder: Embedder) -> Iterator[models.PointStruct]:
    texts = [wordings(item) for item in items]
    vectors = iter(embedder.embed([text for several in texts for text in several]))
    for item, several in zip(items, texts, strict=True):
        yield to_point(item, [next(vectors) for _ in several])


def _outdated(payload: dict[str, object], item: KnowledgeItem) -> bool:
    return payload.get("origin") == "pack" and payload.get("hash") != content_hash(item)


def _fits(found: object) -> bool:
    wanted = vectors_params()
    return (
        isinstance(found, models.VectorParams)
        and found.size == wanted.size
        and found.distance == wanted.distance
        and found.multivector_config == wanted.multivector_config
    )


def _check_id(text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise KnowledgeRefused(
            f"'{text}' is not the id of an item.",
            "`rt-lakehouse knowledge list` shows the ids; they are UUIDs.",
        ) from None
