"""What the assistant knows: pieces of text that are found by their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["question", "metric", "dimension", "table", "page"]
Origin = Literal["pack", "user"]


class KnowledgeItem(BaseModel):
    """One piece. ``text`` is what is embedded; ``payload`` is what it leads to (SQL, a name).

    Of questions, metrics and dimensions each line of the text is a wording of its own, and the
    nearest one counts. ``payload`` of the pack's items: ``name`` in the pack, of questions also
    ``asks`` and ``sql``, of page sections ``heading``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """A UUID; of the pack's own items it follows from kind and name, so that seeding again
    replaces."""
    kind: Kind
    title: str
    text: str = Field(min_length=1, max_length=8_000)
    origin: Origin = "pack"
    payload: dict[str, Any] = {}


class Hit(BaseModel):
    """A found item with its cosine similarity, 1 is the same."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: KnowledgeItem
    score: float


class KnowledgeStatus(BaseModel):
    """Which store is in use, how many items it has, and of which pack version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    collection: str
    items: int
    pack: str
    model: str


class Knowledge(Protocol):
    """The store; every method may block, and raises LakehouseError where it cannot answer."""

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        """The nearest items, the best first; of any kind where none is named."""
        ...

    def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """Unit vectors (384 numbers each), for comparing words without storing them."""
        ...

    def items(self, kind: Kind | None = None) -> tuple[KnowledgeItem, ...]:
        """All of a kind, in order of title."""
        ...

    def put(self, items: Sequence[KnowledgeItem]) -> None:
        """Adds or replaces by id."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Removes; an id that is not there is no error."""
        ...

    def status(self) -> KnowledgeStatus:
        """See KnowledgeStatus."""
        ...


VECTOR_SIZE = 384
"""Numbers in a vector of all-MiniLM-L6-v2."""


class VectorsConfig(BaseModel):
    """What the process that holds the knowledge is told; written to a 0600 file.

    ``external`` needs ``url``, ``server`` the ``binary``; ``folder`` is where ``embedded`` and
    ``server`` keep their files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Literal["external", "server", "embedded"]
    collection: str
    pack: str
    """Name and version of the pack that the items are of."""
    items: tuple[KnowledgeItem, ...]
    folder: str
    address_file: str
    """Where port and key of the loopback server are written."""
    run_folder: str
    url: str = ""
    api_key: str | None = None
    binary: str = ""
