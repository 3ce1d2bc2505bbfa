"""Secrets that the settings count on and nobody hands out: a person is asked for them.

Where there is no system keyring a secret lasts for one session (``engine.settings.secrets``), so
that each start lacks it anew. Every function may wait for a disk or the keyring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.contracts.names import Service
from engine.host.desk import Desk
from engine.paths import DataPaths
from engine.settings import Settings
from engine.settings.load import IN_KEYRING, load, read_file
from engine.settings.secrets import secret_store


@dataclass(frozen=True)
class WantedSecret:
    """One that is missing, by its dotted name; ``purpose`` says what it opens."""

    path: str
    title: str
    purpose: str


@dataclass(frozen=True)
class _Use:
    title: str
    service: str
    purpose: Callable[[Settings, bool], str]
    """What a secret opens, empty where the settings do not need it; True: it was kept once."""


def _kafka(settings: Settings, _kept: bool) -> str:
    kafka = settings.kafka
    signs_in = kafka.sasl_username and (kafka.security_protocol or "SASL").startswith("SASL")
    if not (kafka.bootstrap_servers and kafka.provider in (None, "external") and signs_in):
        return ""
    return f"{kafka.sasl_username} at {kafka.bootstrap_servers}"


def _model(settings: Settings, kept: bool) -> str:
    chosen = settings.assistant
    url = chosen.openai_base_url
    if chosen.provider not in (None, "remote"):
        return ""
    if url:
        return url if kept or _asks(url) else ""
    return "OpenAI" if kept or chosen.model_name or chosen.provider == "remote" else ""


def _qdrant(settings: Settings, kept: bool) -> str:
    url = settings.assistant.qdrant_url or ""
    external = settings.assistant.vector_store in (None, "external")
    return url if external and (_asks(url) or (url and kept)) else ""


def _asks(url: str) -> bool:
    """Services on this computer or in a house speak plain HTTP and know no keys."""
    return url.startswith("https://")


USES: Final[Mapping[str, _Use]] = {
    "kafka.sasl_password": _Use("Kafka password", Service.BROKER.value, _kafka),
    "assistant.openai_api_key": _Use("API key of the model service", Service.LLM.value, _model),
    "assistant.qdrant_api_key": _Use("Qdrant API key", Service.VECTORS.value, _qdrant),
}
"""With the service to start again: what depends on it waits for it."""


def wanted_secrets(
    paths: DataPaths, env: Mapping[str, str] | None = None
) -> tuple[WantedSecret, ...]:
    """What to ask for: what is needed and missing where no keyring keeps it, or gives it back.

    Raises SettingsError.
    """
    store = secret_store(paths)
    loaded = load(os.environ if env is None else env, paths.root, store)
    listed = {str(path) for path in read_file(paths.settings_file).get(IN_KEYRING, [])}
    found = []
    for path, use in USES.items():
        purpose = use.purpose(loaded.settings, path in listed)
        if purpose and path not in loaded.sources:
            found.append(WantedSecret(path, use.title, purpose))
    if any(wanted.path not in listed for wanted in found) and store.usable():
        found = [wanted for wanted in found if wanted.path in listed]
    return tuple(found)


def use_for_session(desk: Desk, secrets: Mapping[str, str]) -> None:
    """Holds secrets until the program ends, and starts again what waits for them."""
    store = secret_store(desk.paths)
    for path, value in secrets.items():
        store.hold(path, value)
    desk.reload_settings()
    for path in secrets:
        desk.restart_service(USES[path].service)
