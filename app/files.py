"""Shipped resources: small files that are part of the program, read once."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QFile, QIODevice

from engine.paths import resources_dir


@lru_cache(maxsize=128)
def resource(name: str) -> bytes:
    """Content of ``resources/<name>``; a missing one is a defect of the package."""
    file = QFile(str(resources_dir() / name))
    assert file.open(QIODevice.OpenModeFlag.ReadOnly), f"no resource {name}"
    data = bytes(file.readAll().data())
    file.close()
    return data
