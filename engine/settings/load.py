"""Reading the settings: environment first, then ``settings.toml``, then defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from engine.errors import SettingsError
from engine.settings.tree import Settings

Where = tuple[str, ...]

ENVIRONMENT: dict[str, Where] = {
    "OPENAI_API_KEY": ("assistant", "openai_api_key"),
    "OPENAI_BASE_URL": ("assistant", "openai_base_url"),
    "MODEL_NAME": ("assistant", "model_name"),
    "QDRANT_URL": ("assistant", "qdrant_url"),
    "QDRANT_API_KEY": ("assistant", "qdrant_api_key"),
    "QDRANT_COLLECTION": ("assistant", "qdrant_collection"),
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
    "CHECKPOINT_PATH": ("storage", "checkpoint_path"),
    "SPARK_MASTER": ("spark", "master"),
    "SPARK_TRIGGER_INTERVAL": ("spark", "trigger_interval"),
    "WATERMARK_DELAY": ("spark", "watermark_delay"),
    "LATE_GRACE": ("spark", "late_grace"),
    "PRODUCER_RATE": ("generator", "rate"),
    "PRODUCER_COUNTRIES": ("generator", "countries"),
    "PRODUCER_CURRENCIES": ("generator", "currencies"),
    "AUTO_REFRESH_INTERVAL": ("auto_refresh_interval",),
    "LOG_LEVEL": ("log_level",),
    "RTLAKEHOUSE_DOMAIN": ("domain",),
    "RTLAKEHOUSE_DISK_WARN_BELOW": ("disk", "warn_below"),
    "RTLAKEHOUSE_DISK_PAUSE_BELOW": ("disk", "pause_below"),
    "RTLAKEHOUSE_DISK_STOP_BELOW": ("disk", "stop_below"),
    "RTLAKEHOUSE_MAX_FAILURES": ("supervisor", "max_failures"),
    "RTLAKEHOUSE_FAILURE_WINDOW": ("supervisor", "failure_window"),
}


def load_settings(env: Mapping[str, str], data_dir: Path) -> Settings:
    """The settings of this start; an empty variable counts as one that is not set.

    Raises SettingsError naming the variable or file, the value, what is allowed and the remedy.
    """
    file = data_dir / "settings.toml"
    merged = _read_file(file)
    origin: dict[Where, str] = {}
    for name, where in ENVIRONMENT.items():
        value = env.get(name, "").strip()
        if value:
            _put(merged, where, value)
            origin[where] = name
    try:
        return Settings.model_validate(merged)
    except ValidationError as err:
        raise _explain(err.errors()[0], origin, env, file) from None  # err shows secrets


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
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


def _put(tree: dict[str, Any], where: Where, value: str) -> None:
    for key in where[:-1]:
        section = tree.setdefault(key, {})
        if not isinstance(section, dict):
            return  # the file has a value where a section belongs; validation will say so
        tree = section
    tree[where[-1]] = value


def _explain(
    error: ErrorDetails, origin: Mapping[Where, str], env: Mapping[str, str], file: Path
) -> SettingsError:
    where = tuple(str(part) for part in error["loc"])
    path = where
    while path and path not in origin:
        path = path[:-1]
    dotted = ".".join(where)
    name = origin.get(path)
    field = _field(path or where)
    subject = f"The variable {name}" if name else f"The setting {dotted} in {file}"
    if error["type"] == "extra_forbidden":
        return SettingsError(f"{subject} is not known.", "Correct its name or delete the line.")
    shown = (
        "(hidden)" if field and _is_secret(field) else repr(env[name] if name else error["input"])
    )
    return SettingsError(
        f"{subject} has the value {shown}, which cannot be used: {_allowed(error, field)}.",
        f"Correct {name or 'the line'}, or remove it to use the default{_default(field)}.",
    )


def _field(where: Where) -> FieldInfo | None:
    model: type[BaseModel] = Settings
    field: FieldInfo | None = None
    for key in where:
        field = model.model_fields.get(key)
        if field is None:
            return None
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            model = field.annotation
    return field


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr.__name__ in str(field.annotation)


def _allowed(error: ErrorDetails, field: FieldInfo | None) -> str:
    message = error["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    bounds = _bounds(field) if field else ""
    return f"{message}{bounds}"


def _bounds(field: FieldInfo) -> str:
    limits: dict[str, object] = {}
    for item in field.metadata:
        for key in ("ge", "gt", "le", "lt"):
            if getattr(item, key, None) is not None:
                limits[key] = getattr(item, key)
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if low is None and high is None:
        return ""
    if high is None:
        return f" (allowed: {low} or more)"
    return f" (allowed: {low} to {high})"


def _default(field: FieldInfo | None) -> str:
    if field is None or field.is_required() or field.default in (None, ()):
        return ""
    return f" ({field.default})"
