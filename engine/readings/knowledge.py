"""What the knowledge manager shows and makes of what a person typed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from engine.assistant.ratings import pair_id
from engine.contracts.knowledge import Kind, Knowledge, KnowledgeItem, KnowledgeStatus
from engine.errors import LakehouseError

OWN_KINDS: Final[tuple[Kind, ...]] = ("question", "page")
"""What a person may add: a question with its statement, or a piece of text. Metrics, dimensions
and tables are the domain pack's, whose files say how they are computed."""
MOST_FOUND: Final = 50


class NotComplete(LakehouseError):
    """What was typed is no piece of knowledge yet."""


@dataclass(frozen=True)
class KnowledgeReading:
    """What the list shows; ``scores`` are there after a search, in the order of the items."""

    status: KnowledgeStatus
    items: tuple[KnowledgeItem, ...]
    scores: tuple[float, ...] = ()


def read_knowledge(knowledge: Knowledge, search: str, kind: Kind | None) -> KnowledgeReading:
    """All of a kind, or those nearest to the words. Raises KnowledgeError."""
    status = knowledge.status()
    if not search:
        return KnowledgeReading(status, knowledge.items(kind))
    hits = knowledge.search(search, (kind,) if kind else (), MOST_FOUND)
    return KnowledgeReading(status, tuple(h.item for h in hits), tuple(h.score for h in hits))


def own_item(
    before: KnowledgeItem | None, kind: Kind, title: str, text: str, sql: str
) -> KnowledgeItem:
    """The person's item, new or in place of the one before. Raises NotComplete."""
    title, text, sql = title.strip(), text.strip(), sql.strip()
    if not title:
        raise NotComplete("It has no title.", "Write the question, or what the text is about.")
    if kind == "question":
        if not sql:
            raise NotComplete("The question has no SQL.", "Write the statement that answers it.")
        # Of a question each line is a wording, and the title is one of them.
        lines = dict.fromkeys([title, *filter(None, map(str.strip, text.splitlines()))])
        payload: dict[str, object] = {"sql": sql, "question": title}
        return KnowledgeItem(
            id=pair_id(title),
            kind=kind,
            title=title,
            text="\n".join(lines),
            origin="user",
            payload=payload,
        )
    if not text:
        raise NotComplete("There is no text.", "Write what the assistant shall know.")
    own = before is not None and before.origin == "user" and before.kind == kind
    made = before.id if own and before is not None else str(uuid.uuid4())
    payload = dict(before.payload) if own and before is not None else {}
    return KnowledgeItem(id=made, kind=kind, title=title, text=text, origin="user", payload=payload)


def save_item(knowledge: Knowledge, before: KnowledgeItem | None, item: KnowledgeItem) -> None:
    """Puts it in; what was under another id before is taken out. Raises KnowledgeError."""
    knowledge.put([item])
    if before is not None and before.origin == "user" and before.id != item.id:
        knowledge.delete([before.id])
