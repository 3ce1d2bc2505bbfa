"""Where an instance's tables are; apart from the composition, which imports all the services."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.contracts.places import is_bucket
from engine.lake import LakeReader, Mirror
from engine.paths import DataPaths
from engine.settings import Settings


def lake_path(paths: DataPaths, settings: Settings) -> Path:
    """Folder of the tables: DELTA_PATH, else below the data folder. Of a bucket's, the copies."""
    chosen = settings.storage.delta_path
    if chosen is None:
        return paths.lake
    if bucket(settings):
        # By address, since copies of two lakes must not be mixed.
        return paths.root / "mirror" / hashlib.sha256(chosen.encode()).hexdigest()[:16]
    return Path(chosen)


def bucket(settings: Settings) -> str | None:
    """The lake's address where it is none of a folder."""
    chosen = settings.storage.delta_path
    return chosen if chosen and is_bucket(chosen) else None


def lake_reader(paths: DataPaths, settings: Settings) -> LakeReader:
    """The door to the instance's tables."""
    folder, address = lake_path(paths, settings), bucket(settings)
    return LakeReader(folder, Mirror(address, folder) if address else None)
