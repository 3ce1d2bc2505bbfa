"""The parts that come with the program, and under which licence each does.

Python packages say it themselves. Jars do not always: theirs stand in ``resources/licences.toml``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.host.versions import installed_parts
from engine.paths import resources_dir
from engine.provision.jarlock import read_lock

UNKNOWN = "see its text"
_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_TEXT = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
_SPDX = re.compile(r"[\w.+-]+(?: (?:AND|OR|WITH) [\w.+-]+)*")
MOST_TEXT = 400_000


@dataclass(frozen=True)
class Part:
    """Something that was made elsewhere.

    Attributes:
        kind: ``Python``, ``Java``, ``Runtime``, ``Model`` or ``Not included``.
        licence: An SPDX expression where one is known.
        note: A sentence where the licence wants one; else empty.
        files: Where the licence's text lies; empty where it is not in the installation.
    """

    name: str
    version: str
    kind: str
    licence: str
    note: str = ""
    files: tuple[Path, ...] = ()


def parts() -> tuple[Part, ...]:
    """Everything, runtimes first, then by kind and name; reads some hundred small files."""
    told = tomllib.loads((resources_dir() / "licences.toml").read_text(encoding="utf-8"))
    notes = {entry["package"]: entry for entry in told["part"] if "package" in entry}
    python = [_package(part, notes.get(part.name.lower())) for part in installed_parts()]
    others = [
        Part(e["name"], e.get("version", ""), e["kind"], e["licence"], e.get("note", ""))
        for e in told["part"]
        if "package" not in e
    ]
    order = {"Runtime": 0, "Model": 1, "Python": 2, "Java": 3}
    return tuple(
        sorted(
            [*python, *_jars(told["jars"]), *others],
            key=lambda part: (order.get(part.kind, 4), part.name.lower()),
        )
    )


def licence_text(part: Part) -> str:
    """The text that came with it; a sentence where none did."""
    texts = []
    for file in part.files:
        try:
            texts.append(file.read_text(encoding="utf-8", errors="replace").strip())
        except OSError:
            continue
    if not texts:
        return f"{part.name} is under {part.licence}. Its text did not come with this installation."
    return "\n\n\n".join(texts)[:MOST_TEXT]


def _package(part: metadata.Distribution, told: dict[str, Any] | None) -> Part:
    files = tuple(
        Path(str(part.locate_file(file)))
        for file in part.files or ()
        if ".dist-info" in str(file) and _TEXT.search(str(file))
    )
    name, version = part.name, part.version
    if told is None:
        return Part(name, version, "Python", declared_licence(part), "", files)
    more = tuple(
        Path(str(part.locate_file(file)))
        for file in part.files or ()
        if re.search(told.get("texts", "$^"), str(file))
    )
    title, licence = told.get("name", name), told.get("licence") or declared_licence(part)
    return Part(title, version, told["kind"], licence, told.get("note", ""), (*files, *more))


def declared_licence(part: metadata.Distribution) -> str:
    """An SPDX expression, or what the package says in its stead; UNKNOWN where it says nothing."""
    told = part.metadata
    if "License-Expression" in told:
        return told["License-Expression"]
    classes = [c.split(" :: ")[-1] for c in told.get_all("Classifier", []) if "License" in c]
    short: str = (told.get_all("License") or [""])[0]
    named = [_CLASSIFIERS.get(name, name) for name in classes if name != "OSI Approved"]
    brief = 0 < len(short) < 40 and "\n" not in short
    if (brief and short not in _CLASSIFIERS) or _SPDX.fullmatch(short):
        return short
    return " OR ".join(named) or UNKNOWN


def _jars(licences: dict[str, list[str]]) -> list[Part]:
    by_name = {name: licence for licence, names in licences.items() for name in names}
    found: dict[tuple[str, str], Part] = {}
    for jar in read_lock(resources_dir() / "jars" / "jars.lock"):
        name, version = split_jar(jar.name)
        found[name, version] = Part(name, version, "Java", by_name.get(name, UNKNOWN))
    return list(found.values())


def split_jar(file: str) -> tuple[str, str]:
    """Artifact and version.

    >>> split_jar("kafka_2.13-4.2.0.jar")
    ('kafka_2.13', '4.2.0')
    """
    stem = file.removesuffix(".jar")
    split = re.search(r"-(?=\d[^-]*(?:-\d+)?$)", stem)
    return (stem[: split.start()], stem[split.end() :]) if split else (stem, "")
