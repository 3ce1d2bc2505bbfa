"""Files that a person asked for, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from engine.errors import LakehouseError


class ExportFailed(LakehouseError):
    """The folder is gone, full, or not ours to write; the file that was there is untouched."""


def write_bytes(path: Path, contents: bytes) -> None:
    """Replaces ``path`` in one step. Raises ExportFailed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(contents)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise ExportFailed(
            f"{path} could not be written: {error.strerror or error}.",
            "Choose another folder, or make room on the disk.",
        ) from error


def write_text(path: Path, text: str) -> None:
    """``write_bytes`` of UTF-8, line ends as they are."""
    write_bytes(path, text.encode())
