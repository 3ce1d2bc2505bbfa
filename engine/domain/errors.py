"""Errors of domain packs."""

from __future__ import annotations

from pathlib import Path

from engine.errors import LakehouseError


class PackError(LakehouseError):
    """A file of a domain pack cannot be used.

    Raised by ``load_pack`` at the first fault. Correct the line named, or remove the copy in the
    data folder to go back to the shipped pack.
    """

    def __init__(self, file: Path, line: int | None, reason: str, remedy: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        where = f"{file}:{line}" if line else f"{file}"
        super().__init__(f"{where}: {reason}.", remedy)
