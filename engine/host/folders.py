"""Where an instance's tables are; apart from the composition, which imports all the services."""

from __future__ import annotations

from pathlib import Path

from engine.paths import DataPaths
from engine.settings import Settings


def lake_path(paths: DataPaths, settings: Settings) -> Path:
    """Where the tables are: DELTA_PATH, else below the data folder."""
    return Path(settings.storage.delta_path) if settings.storage.delta_path else paths.lake
