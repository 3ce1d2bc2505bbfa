"""Reading the settings: environment first, then ``settings.toml``, then defaults.

API keys and passwords may also lie in the system keyring; the file then lists their names, so
that a start without any never asks the keyring, which may show a person a prompt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from pydantic import ValidationError

from engine.errors import SettingsError
from engine.settings.explain import Where, explain_source
from engine.settings.migrate import VERSION_KEY, migrate
from engine.settings.tree import Settings

IN_KEYRING: Final = "in_keyring"
"""Key of settings.toml: names of the settings whose values the system keyring holds."""

Source = Literal["default", "file", "environment", "keyring", "session"]

ENVIRONMENT: dict[str, Where] = {
    "OPENAI_API_KEY": ("assistant", "openai_api_key"),
    "OPENAI_BASE_URL": ("assistant", "openai_base_url"),
    "MODEL_NAME": ("assistant", "model_name"),
    "RTLAKEHOUSE_LLM": ("assistant", "provider"),
    "RTLAKEHOUSE_LOCAL_MODEL": ("assistant", "local_model"),
    "RTLAKEHOUSE_LOCAL_IDLE": ("assistant", "local_idle"),
    "RTLAKEHOUSE_VECTORS": ("assistant", "vector_store"),
    "QDRANT_URL": ("assistant", "qdrant_url"),
    "QDRANT_API_KEY": ("assistant", "qdrant_api_key"),
    "QDRANT_COLLECTION": ("assistant", "qdrant_collection"),
    "RTLAKEHOUSE_QDRANT_BINARY": ("assistant", "qdrant_binary"),
    "KAFKA_BOOTSTRAP_SERVERS": ("kafka", "bootstrap_servers"),
    "KAFKA_TOPIC": ("kafka", "topic"),
    "KAFKA_SECURITY_PROTOCOL": ("kafka", "security_protocol"),
    "KAFKA_SASL_MECHANISM": ("kafka", "sasl_mechanism"),
    "KAFKA_SASL_USERNAME": ("kafka", "sasl_username"),
    "KAFKA_SASL_PASSWORD": ("kafka", "sasl_password"),
    "KAFKA_SSL_CA_LOCATION": ("kafka", "ssl_ca_location"),
    "RTLAKEHOUSE_BROKER": ("kafka", "provider"),
    "RTLAKEHOUSE_REDPANDA_HOME": ("kafka", "redpanda_home"),
    "DELTA_PATH": ("storage", "delta_path"),
    "DUCKDB_PATH": ("storage", "duckdb_path"),
    "RTLAKEHOUSE_QUERY_MEMORY_MB": ("query", "memory_mb"),
    "RTLAKEHOUSE_QUERY_MAX_ROWS": ("query", "max_rows"),
    "RTLAKEHOUSE_QUERY_DEADLINE": ("query", "deadline"),
    "CHECKPOINT_PATH": ("storage", "checkpoint_path"),
    "SPARK_MASTER": ("spark", "master"),
    "SPARK_PROPERTIES_FILE": ("spark", "properties_file"),
    "SPARK_MAX_BATCH": ("spark", "max_batch"),
    "SPARK_TRIGGER_INTERVAL": ("spark", "trigger_interval"),
    "WATERMARK_DELAY": ("spark", "watermark_delay"),
    "LATE_GRACE": ("spark", "late_grace"),
    "RTLAKEHOUSE_DEMO": ("generator", "enabled"),
    "PRODUCER_RATE": ("generator", "rate"),
    "PRODUCER_COUNTRIES": ("generator", "countries"),
    "PRODUCER_CURRENCIES": ("generator", "currencies"),
    "AUTO_REFRESH_INTERVAL": ("auto_refresh_interval",),
    "LOG_LEVEL": ("log_level",),
    "RTLAKEHOUSE_DOMAIN": ("domain",),
    "RTLAKEHOUSE_TALLY": ("tally", "enabled"),
    "RTLAKEHOUSE_AUDIT_EVERY": ("tally", "audit_every"),
    "RTLAKEHOUSE_DISK_WARN_BELOW": ("disk", "warn_below"),
    "RTLAKEHOUSE_DISK_PAUSE_BELOW": ("disk", "pause_below"),
    "RTLAKEHOUSE_DISK_STOP_BELOW": ("disk", "stop_below"),
    "RTLAKEHOUSE_MAX_FAILURES": ("supervisor", "max_failures"),
    "RTLAKEHOUSE_FAILURE_WINDOW": ("supervisor", "failure_window"),
}


class Secrets(Protocol):
    """Where API keys and passwords come from that neither environment nor file gives."""

    def held(self) -> Mapping[str, str]:
        """Those kept for this session only, by dotted name; never waits."""
        ...

    def stored(self, path: str) -> str | None:
        """The keyring's; may wait for a person."""
        ...


@dataclass(frozen=True)
class Loaded:
    """The settings, and where each value that is no default came from, by dotted name."""

    settings: Settings
    sources: Mapping[str, Source]
    variables: Mapping[str, str]
    """Dotted name → the environment variable that gives it."""


def load_settings(
    env: Mapping[str, str], data_dir: Path, secrets: Secrets | None = None
) -> Settings:
    """The settings of this start; an empty variable counts as one that is not set.

    Without ``secrets`` no keyring is asked. Raises SettingsError naming the variable or file, the
    value, what is allowed and the remedy.
    """
    return load(env, data_dir, secrets).settings


def load(env: Mapping[str, str], data_dir: Path, secrets: Secrets | None = None) -> Loaded:
    """As :func:`load_settings`, with the source of each value."""
    file = data_dir / "settings.toml"
    merged = read_file(file)
    listed = merged.pop(IN_KEYRING, [])
    merged.pop(VERSION_KEY, None)
    sources: dict[str, Source] = dict.fromkeys(_leaves(merged), "file")
    origin: dict[Where, str] = {}
    for name, where in ENVIRONMENT.items():
        value = env.get(name, "").strip()
        if value:
            _put(merged, where, value)
            origin[where] = name
            sources[".".join(where)] = "environment"
    if secrets is not None:
        _add_secrets(merged, sources, secrets, listed if isinstance(listed, list) else [])
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as err:
        raise explain_source(err.errors()[0], origin, env, file) from None  # err shows secrets
    variables = {".".join(where): name for where, name in origin.items()}
    return Loaded(settings, sources, variables)


def read_file(file: Path) -> dict[str, Any]:
    """The file's content in today's names, with its version and ``in_keyring``; else empty."""
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise SettingsError(
            f"The settings file {file} is not valid TOML: {err}.",
            "Correct that line, or move the file away to use the defaults.",
        ) from err
    except OSError as err:
        raise SettingsError(
            f"The settings file {file} cannot be read: {err.strerror}.",
            "Make it readable, or move it away to use the defaults.",
        ) from err
    migrate(tree)
    return tree


def _add_secrets(
    merged: dict[str, Any], sources: dict[str, Source], secrets: Secrets, listed: list[Any]
) -> None:
    found: list[tuple[str, str | None, Source]] = [
        (path, value, "session") for path, value in secrets.held().items()
    ]
    wanted = [str(path) for path in listed if str(path) not in sources]
    found += [(path, secrets.stored(path), "keyring") for path in wanted]
    for path, value, source in found:
        if value is not None and path not in sources:
            _put(merged, tuple(path.split(".")), value)
            sources[path] = source


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            names += _leaves(value, f"{prefix}{key}.")
        else:
            names.append(f"{prefix}{key}")
    return names


def _put(tree: dict[str, Any], where: Where, value: str) -> None:
    for key in where[:-1]:
        section = tree.setdefault(key, {})
        if not isinstance(section, dict):
            return  # the file has a value where a section belongs; validation will say so
        tree = section
    tree[where[-1]] = value
