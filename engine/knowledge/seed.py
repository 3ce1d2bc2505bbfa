"""What a pack knows, as items to be found by their meaning."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.contracts.knowledge import Kind, KnowledgeItem
from engine.contracts.pack import KnowledgePage, PackSpec, QuestionSpec
from engine.contracts.semantic import Dimension, Metric, TableNotes

_SPACE: Final = uuid.UUID("2f2b7f0c-6a57-5d0c-8c0b-5b1c0d7f8e11")
"""Names the pack's items; see :func:`item_id`."""

SECTION_CHARACTERS: Final = 900
"""A section of a page is cut at paragraphs into pieces of so much, which the model reads whole."""

LONGEST: Final = 8_000
"""Characters of an item's text."""


def pack_items(pack: PackSpec) -> tuple[KnowledgeItem, ...]:
    """Questions, metrics, dimensions, notes on tables, and sections of pages."""
    layer = pack.semantic
    made = (
        *(_question(pack, spec) for spec in pack.questions),
        *(_metric(pack, metric) for metric in layer.metrics),
        *(_dimension(pack, dimension) for dimension in layer.dimensions),
        *(_table(pack, notes) for notes in layer.tables),
        *(section for page in pack.knowledge for section in _sections(pack, page)),
    )
    return tuple({item.id: item for item in made}.values())


def item_id(pack: str, kind: Kind, name: str) -> str:
    """The UUID of an item of a pack: the same at each seeding.

    >>> item_id("shop", "metric", "gmv") == item_id("shop", "metric", "gmv")
    True
    """
    return str(uuid.uuid5(_SPACE, f"{pack}/{kind}/{name}"))


def content_hash(item: KnowledgeItem) -> str:
    """Changes with anything in the item."""
    text = json.dumps(item.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def wordings(item: KnowledgeItem) -> tuple[str, ...]:
    """What is embedded of an item: of most kinds each line by itself, of texts all of it."""
    if item.kind in ("table", "page"):
        return (item.text,)
    lines = [line.strip() for line in item.text.splitlines() if line.strip()]
    return tuple(dict.fromkeys(lines)) or (item.title or item.text,)


def _question(pack: PackSpec, spec: QuestionSpec) -> KnowledgeItem:
    payload = {"name": spec.name, "asks": list(spec.asks), "sql": spec.sql}
    return _item(pack, "question", spec.name, spec.asks[0], spec.asks, payload)


def _metric(pack: PackSpec, metric: Metric) -> KnowledgeItem:
    lines = (metric.title, *metric.synonyms, metric.description)
    return _item(pack, "metric", metric.name, metric.title, lines, {"name": metric.name})


def _dimension(pack: PackSpec, dimension: Dimension) -> KnowledgeItem:
    lines = (dimension.title, *dimension.synonyms, dimension.description)
    payload = {"name": dimension.name}
    return _item(pack, "dimension", dimension.name, dimension.title, lines, payload)


def _table(pack: PackSpec, notes: TableNotes) -> KnowledgeItem:
    columns = "; ".join(f"{name}: {note}" for name, note in notes.columns.items())
    text = f"Table {notes.name}. {notes.description} {columns}"
    return _item(pack, "table", notes.name, notes.name, (text,), {"name": notes.name})


def _sections(pack: PackSpec, page: KnowledgePage) -> Iterator[KnowledgeItem]:
    pieces = [
        (heading, piece) for heading, text in split_page(page) for piece in split_section(text)
    ]
    for number, (heading, piece) in enumerate(pieces):
        title = f"{page.title} · {heading}" if heading else page.title
        payload = {"name": page.name, "heading": heading}
        yield _item(pack, "page", f"{page.name}#{number}", title, (title, piece), payload)


def split_page(page: KnowledgePage) -> list[tuple[str, str]]:
    """Heading and text of each section; the heading is empty for what stands before the first."""
    parts = re.split(r"^#{2,6}[ \t]+(.+)$", page.text, flags=re.MULTILINE)
    headings = ["", *(heading.strip() for heading in parts[1::2])]
    texts = [text.strip() for text in parts[0::2]]
    return [(heading, text) for heading, text in zip(headings, texts, strict=True) if text]


def split_section(text: str) -> list[str]:
    """Paragraphs put together to pieces of SECTION_CHARACTERS; a longer one stays whole."""
    pieces: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        joined = f"{pieces[-1]}\n\n{paragraph}" if pieces else paragraph
        if pieces and len(joined) <= SECTION_CHARACTERS:
            pieces[-1] = joined
        else:
            pieces.append(paragraph)
    return pieces


def _item(
    pack: PackSpec,
    kind: Kind,
    name: str,
    title: str,
    lines: Sequence[str],
    payload: dict[str, Any],
) -> KnowledgeItem:
    text = "\n".join(line.strip() for line in lines if line.strip())[:LONGEST]
    return KnowledgeItem(
        id=item_id(pack.name, kind, name), kind=kind, title=title, text=text, payload=payload
    )
