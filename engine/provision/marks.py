"""Which files were hashed, and whether they changed since: a start need not read them again.

A file whose size and time of change are those noted at its last full check has the hash that was
noted with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.provision.jarlock import sha256_of

Mark = tuple[str, int, int]
"""SHA-256, size in bytes and time of change in ns of a file when it was last hashed."""

NOTE = "verified.json"


def mark_of(path: Path, noted: Mark | None) -> Mark | None:
    """The mark of a file as it is now, hashed only if it differs; None where there is none."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    if noted is not None and noted[1:] == (stat.st_size, stat.st_mtime_ns):
        return noted
    return sha256_of(path), stat.st_size, stat.st_mtime_ns


def read_marks(folder: Path) -> dict[str, Mark]:
    """What was noted; nothing where the note is missing or damaged, which costs one hashing."""
    try:
        noted = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        return {
            str(name): (str(sha), int(size), int(time)) for name, (sha, size, time) in noted.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_marks(folder: Path, marks: Mapping[str, Mark]) -> None:
    """Note them for the next start."""
    # A folder that cannot be written (a system-wide install) costs a hashing at each start.
    with suppress(OSError):
        note = folder / f"{NOTE}.new"
        note.write_text(json.dumps(marks, indent=0), encoding="utf-8")
        note.replace(folder / NOTE)
