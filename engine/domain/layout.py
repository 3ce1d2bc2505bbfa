"""Which file of a pack holds which part of ``PackSpec``."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.document import Document, Loc, read_document
from engine.domain.errors import PackError
from engine.domain.nearest import did_you_mean
from engine.domain.pages import read_pages

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

FOLDERS: dict[str, str] = {"questions": "questions"}
"""Folders whose YAML files, in order of name, each add to a list: a long one is split by topic."""

WHOLE: dict[str, str] = {
    "amounts.yaml": "amount",
    "segments.yaml": "segments",
    "generator.yaml": "generator",
    "semantic.yaml": "semantic",
}
"""Files that are, as a whole, one part of PackSpec."""

WHOLE_OPTIONAL = ("semantic.yaml",)


@dataclass(frozen=True)
class Home:
    """A file that holds a part of PackSpec; ``whole`` where the file is that part.

    Of a list in several files, this one's items begin at index ``first``.
    """

    document: Document
    whole: bool = False
    first: int = 0

    def line(self, loc: Loc) -> int:
        """Where ``loc``, counted from the top of PackSpec, stands in this file."""
        if self.whole:
            return self.document.line(loc[1:])
        if self.first and len(loc) > 1 and isinstance(loc[1], int):
            return self.document.line((loc[0], loc[1] - self.first, *loc[2:]))
        return self.document.line(loc)


@dataclass(frozen=True)
class Source:
    """The files of a pack, merged, and the way back from a part to its line."""

    folder: Path
    value: dict[str, Any] = field(default_factory=dict)
    homes: dict[str, list[Home]] = field(default_factory=dict)
    """Part of PackSpec → its files."""

    def error(self, loc: Loc, reason: str, remedy: str) -> PackError:
        """A PackError that points at ``loc`` (keys and indexes from the top of PackSpec)."""
        homes = self.homes.get(str(loc[0])) if loc else None
        if not homes:
            return PackError(self.folder, None, reason, remedy)
        index = loc[1] if len(loc) > 1 and isinstance(loc[1], int) else 0
        home = [home for home in homes if home.first <= index][-1]
        return PackError(home.document.path, home.line(loc), reason, remedy)


def read_source(folder: Path) -> Source:
    """Reads every file of the pack in ``folder``."""
    if not folder.is_dir():
        remedy = "Put the pack's YAML files into that folder, or choose another pack."
        raise PackError(folder, None, "there is no such folder", remedy)
    source = Source(folder)
    for file, keys in TOP_KEYS.items():
        if file not in OPTIONAL or (folder / file).exists():
            _read_keys(source, folder / file, keys)
    for name, part in FOLDERS.items():
        for path in sorted((folder / name).glob("*.yaml")):
            _read_more(source, path, part)
    for file, part in WHOLE.items():
        if file not in WHOLE_OPTIONAL or (folder / file).exists():
            document = read_document(folder / file)
            source.value[part] = document.value
            source.homes[part] = [Home(document, whole=True)]
    source.value["knowledge"] = read_pages(folder / "knowledge")
    return source


def _read_keys(source: Source, path: Path, keys: tuple[str, ...]) -> None:
    document = read_document(path)
    _refuse_unknown(document, keys)
    source.value.update(document.value)
    source.homes.update({key: [Home(document)] for key in keys})


def _read_more(source: Source, path: Path, part: str) -> None:
    """Adds a file's items to the list that the files before it began."""
    document = read_document(path)
    _refuse_unknown(document, (part,))
    items, before = document.value.get(part), source.value.setdefault(part, [])
    if not isinstance(items, list) or not isinstance(before, list):
        reason = f"'{part}' must be a list"
        raise PackError(path, document.line((part,)), reason, "Begin each item with '- '.")
    source.homes.setdefault(part, []).append(Home(document, first=len(before)))
    source.value[part] = [*before, *items]


def _refuse_unknown(document: Document, known: tuple[str, ...]) -> None:
    for key in document.value:
        if key not in known:
            raise PackError(
                document.path,
                document.line((str(key),)),
                f"unknown key '{key}'{did_you_mean(str(key), known)}",
                f"This file knows {', '.join(known)}.",
            )
