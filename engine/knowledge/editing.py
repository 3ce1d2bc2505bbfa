"""Items that a person writes: made, changed, found by the beginning of their id."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from engine.contracts.knowledge import Kind, KnowledgeItem
from engine.knowledge.errors import KnowledgeRefused
from engine.knowledge.seed import LONGEST

SHORT_ID = 8
"""Signs of an id that a list shows."""


def new_item(kind: Kind, title: str, text: str = "", sql: str = "") -> KnowledgeItem:
    """An item of the person's own. Without a text the title is what it is found by.

    Raises KnowledgeRefused: no title, too long, a question without SQL.
    """
    made = _checked(kind, title, text, sql)
    payload = {"sql": sql.strip(), "question": made[0]} if sql.strip() else {}
    return KnowledgeItem(
        id=str(uuid.uuid4()),
        kind=kind,
        title=made[0],
        text=made[1],
        origin="user",
        payload=payload,
    )


def changed_item(
    item: KnowledgeItem,
    title: str | None = None,
    text: str | None = None,
    sql: str | None = None,
) -> KnowledgeItem:
    """The item with what is given changed; from then on it is the person's.

    Of a question whose SQL changes, the query in the layer's terms no longer holds. Raises
    KnowledgeRefused.
    """
    payload = dict(item.payload)
    if sql is not None and sql.strip() != payload.get("sql"):
        payload["sql"] = sql.strip()
        payload.pop("query", None)
    kept = item.text if text is None else text
    made = _checked(
        item.kind, item.title if title is None else title, kept, str(payload.get("sql", ""))
    )
    if "question" in payload:
        payload["question"] = made[0]
    changed = {"title": made[0], "text": made[1], "origin": "user", "payload": payload}
    return item.model_copy(update=changed)


def find_item(items: Iterable[KnowledgeItem], beginning: str) -> KnowledgeItem:
    """The one item whose id begins so. Raises KnowledgeRefused where there is none, or several."""
    found = [item for item in items if item.id.startswith(beginning.lower())]
    if len(found) == 1 and beginning:
        return found[0]
    count = f"{len(found)} items have" if found else "No item has"
    raise KnowledgeRefused(
        f"{count} an id that begins with '{beginning}'.",
        "`rt-lakehouse knowledge list` shows the ids.",
    )


def _checked(kind: Kind, title: str, text: str, sql: str) -> tuple[str, str]:
    title, text = " ".join(title.split()), text.strip()
    text = text or title
    if not title:
        raise KnowledgeRefused("An item needs a title.", "Write one.")
    if len(text) > LONGEST:
        raise KnowledgeRefused(
            f"The text has {len(text):,} characters; {LONGEST:,} are the most.",
            "Make several items of it: they are found better, too.",
        )
    if kind == "question" and not sql.strip():
        raise KnowledgeRefused(
            "A question needs the SQL that answers it.", "Give it, or choose the kind page."
        )
    return title, text
