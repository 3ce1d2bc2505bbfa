"""Which file of a pack holds which part of ``PackSpec``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.domain.document import Document, Loc, read_document
from engine.domain.errors import PackError
from engine.domain.nearest import did_you_mean

TOP_KEYS: dict[str, tuple[str, ...]] = {
    "pack.yaml": ("name", "title", "version", "topic", "partitions", "roles"),
    "schema.yaml": ("event_types", "fields"),
    "currencies.yaml": ("currencies",),
    "kpis.yaml": ("kpis",),
    "alerts.yaml": ("alerts",),
    "questions.yaml": ("questions",),
}
"""Files whose keys are PackSpec's own."""

OPTIONAL = ("alerts.yaml", "questions.yaml")
"""A pack does without these: it then has no alerts of its own, or no verified questions."""

WHOLE: dict[str, str] = {
    "amounts.yaml": "amount",
    "segments.yaml": "segments",
    "generator.yaml": "generator",
}
"""Files that are, as a whole, one part of PackSpec."""


@dataclass(frozen=True)
class Source:
    """The files of a pack, merged, and the way back from a part to its line."""

    folder: Path
    value: dict[str, Any]
    homes: dict[str, tuple[Document, bool]]
    """Part of PackSpec → its file, and whether the whole file is that part."""

    def error(self, loc: Loc, reason: str, remedy: str) -> PackError:
        """A PackError that points at ``loc`` (keys and indexes from the top of PackSpec)."""
        home = self.homes.get(str(loc[0])) if loc else None
        if home is None:
            return PackError(self.folder, None, reason, remedy)
        document, whole = home
        return PackError(document.path, document.line(loc[1:] if whole else loc), reason, remedy)


def read_source(folder: Path) -> Source:
    """Reads every file of the pack in ``folder``."""
    if not folder.is_dir():
        remedy = "Put the pack's YAML files into that folder, or choose another pack."
        raise PackError(folder, None, "there is no such folder", remedy)
    value: dict[str, Any] = {}
    homes: dict[str, tuple[Document, bool]] = {}
    for file, keys in TOP_KEYS.items():
        if file in OPTIONAL and not (folder / file).exists():
            continue
        document = read_document(folder / file)
        _refuse_unknown(document, keys)
        value.update(document.value)
        homes.update(dict.fromkeys(keys, (document, False)))
    for file, part in WHOLE.items():
        document = read_document(folder / file)
        value[part] = document.value
        homes[part] = (document, True)
    return Source(folder, value, homes)


def _refuse_unknown(document: Document, known: tuple[str, ...]) -> None:
    for key in document.value:
        if key not in known:
            raise PackError(
                document.path,
                document.line((str(key),)),
                f"unknown key '{key}'{did_you_mean(str(key), known)}",
                f"This file knows {', '.join(known)}.",
            )
