"""Settings: one frozen tree with bounds, read once by the composition root."""

from engine.settings.durations import parse_duration
from engine.settings.load import ENVIRONMENT, load_settings
from engine.settings.tree import (
    AssistantSettings,
    DiskSettings,
    GeneratorSettings,
    KafkaSettings,
    QuerySettings,
    Settings,
    SparkSettings,
    StorageSettings,
    SupervisorSettings,
    WindowSettings,
)

__all__ = [
    "ENVIRONMENT",
    "AssistantSettings",
    "DiskSettings",
    "GeneratorSettings",
    "KafkaSettings",
    "QuerySettings",
    "Settings",
    "SparkSettings",
    "StorageSettings",
    "SupervisorSettings",
    "WindowSettings",
    "load_settings",
    "parse_duration",
]
