"""The assistant of a data folder for a command, whether a lakehouse runs on it or not."""

from __future__ import annotations

from collections.abc import Mapping

from engine.assistant.assistant import LakeAssistant
from engine.assistant.compose import open_assistant
from engine.domain.find import find_pack
from engine.host.folders import lake_path
from engine.lake import LakeReader
from engine.paths import DataPaths, resources_dir
from engine.settings import load_settings


def assistant_of(paths: DataPaths, env: Mapping[str, str]) -> LakeAssistant:
    """Close it. Raises SettingsError or PackError."""
    settings = load_settings(env, paths.root)
    lake = LakeReader(lake_path(paths, settings))
    pack = find_pack(settings.domain, paths.root, resources_dir())
    folder = paths.root if paths.root.is_dir() else None
    assistant = open_assistant(pack.spec, lake, folder, query=settings.query)
    assistant.warm()
    return assistant
