"""A result's CSV on its way from the worker, which may write no file, into the file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from engine.contracts.query import Exported
from engine.errors import LakehouseError

Piece = Callable[[bool], tuple[Exported, bytes]]
"""The next piece; True begins anew."""
Progress = Callable[[int, int | None], None]
"""Rows so far, and of how many; None where that is not known."""


class ExportFailed(LakehouseError):
    """The file cannot be written: no right, no space, no folder."""


def receive(path: Path, piece: Piece, progress: Progress) -> int:
    """Writes all pieces beside ``path`` and moves the file there at the end; the rows written.

    Whatever goes wrong, a file that was there stays as it was and nothing half is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with temporary.open("wb") as file:
                rows = _pour(file, piece, progress)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ExportFailed(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose another folder, or free some space.",
        ) from error
    return rows


def _pour(file: IO[bytes], piece: Piece, progress: Progress) -> int:
    restart = True
    while True:
        told, content = piece(restart)
        file.write(content)
        progress(told.rows, told.total)
        restart = False
        if told.last:
            return told.rows
