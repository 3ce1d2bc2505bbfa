"""What the Settings page shows and does; every function may wait for a disk or the keyring."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from engine.contracts.names import Service
from engine.contracts.protocol import SetRate
from engine.host.desk import Desk
from engine.host.follow import Refused
from engine.paths import DataPaths
from engine.providers.tryout import BrokerAnswer, try_broker
from engine.readings.models import ModelsAnswer, list_models
from engine.settings.describe import SettingInfo, describe
from engine.settings.load import load
from engine.settings.save import move_secrets, save_settings, secrets_in_file
from engine.settings.secrets import secret_store

RATE, DEMO = "generator.rate", "generator.enabled"


@dataclass(frozen=True)
class SettingsReading:
    """All settings as they are now.

    ``keyring`` says whether the system keyring keeps secrets; ``in_file`` names those that
    somebody wrote into settings.toml, where they do not belong.
    """

    settings: tuple[SettingInfo, ...]
    keyring: bool
    in_file: tuple[str, ...]


def read_settings(paths: DataPaths, env: Mapping[str, str] | None = None) -> SettingsReading:
    """Settings, their sources, and where secrets are kept. Raises SettingsError."""
    store = secret_store(paths)
    loaded = load(os.environ if env is None else env, paths.root, store)
    return SettingsReading(describe(loaded), store.usable(), secrets_in_file(paths))


def change_settings(desk: Desk, changes: Mapping[str, object | None]) -> SettingsReading:
    """Saves changes (None: back to the default) and tells the services for their next start.

    Raises InvalidSetting, with the setting's name, or SettingsError; then nothing was saved.
    """
    save_settings(desk.paths, changes)
    desk.reload_settings()
    if RATE in changes:
        _play_rate(desk)
    if DEMO in changes:
        desk.switch_demo()
    return read_settings(desk.paths)


def move_secrets_to_keyring(desk: Desk) -> SettingsReading:
    """Takes the secrets out of settings.toml. Raises SettingsError where no keyring takes them."""
    move_secrets(desk.paths)
    desk.reload_settings()
    return read_settings(desk.paths)


def try_external_kafka(desk: Desk) -> BrokerAnswer:
    """Asks the external Kafka that the saved settings name. Raises BrokerSilent, SettingsError."""
    settings = load(os.environ, desk.paths.root, secret_store(desk.paths)).settings
    return try_broker(settings.kafka, desk.pack.topic)


def try_model_service(desk: Desk) -> ModelsAnswer:
    """Asks the language model service for its models. Raises ModelServiceSilent."""
    assistant = load(os.environ, desk.paths.root, secret_store(desk.paths)).settings.assistant
    key = assistant.openai_api_key
    return list_models(assistant.openai_base_url, key.get_secret_value() if key else None)


def _play_rate(desk: Desk) -> None:
    """A rate counts at once where the demo events run; elsewhere from their next start on."""
    with contextlib.suppress(Refused):
        desk.send(Service.GENERATOR.value, SetRate(rate=desk.settings.generator.rate))
