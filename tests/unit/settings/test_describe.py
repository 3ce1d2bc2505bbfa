"""Every setting is described, and every described one can be saved and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from engine.contracts.names import Service
from engine.paths import DataPaths
from engine.settings import Settings, load_settings
from engine.settings.describe import SettingInfo, describe, secret_paths
from engine.settings.load import load
from engine.settings.save import save_settings
from engine.settings.secrets import SecretStore
from tests.unit.settings.keyrings import Kept

pytestmark = pytest.mark.unit

ALL = describe(load({}, Path("/nonexistent")))
OTHER_TEXT = {"spark.master": "local[4]", "domain": "saas"}


def _leaves(model: type[BaseModel], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names += _leaves(kind, f"{prefix}{name}.")
        else:
            names.append(prefix + name)
    return names


def _other(info: SettingInfo) -> object:
    """An allowed value that is not the default."""
    match info.kind:
        case "switch":
            return not info.default
        case "choice":
            return next(v for v, _ in info.choices if v not in (None, info.default))
        case "list":
            return ("DE", "FR")
        case "duration":
            return "1 minute"
        case "text":
            return OTHER_TEXT.get(info.path, "something")
        case "secret":
            return "s3cret"
    low = float(info.low or 0)
    return int(low) + 1 if info.kind in ("integer", "bytes") else low + 1.5


def _value(settings: Settings, path: str) -> object:
    value: object = settings
    for part in path.split("."):
        value = getattr(value, part)
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def test_that_every_field_of_the_tree_is_described_once():
    assert sorted(info.path for info in ALL) == sorted(_leaves(Settings))


@pytest.mark.parametrize("info", ALL, ids=lambda info: info.path)
def test_that_a_setting_has_words_for_a_person(info):
    assert info.title[0].isupper() or info.title.startswith("DuckDB")
    assert info.reason.endswith(".")
    assert set(info.needs_restart) <= {"all", *Service}
    if info.kind in ("integer", "number", "bytes", "duration"):
        assert info.low is not None
        assert info.kind == "duration" or info.unit
    if info.default is None:
        assert info.empty


@pytest.mark.parametrize("info", ALL, ids=lambda info: info.path)
def test_that_a_setting_is_saved_and_read_back_and_removed_again(tmp_path, info):
    paths, keyring = DataPaths(tmp_path), Kept()
    store = SecretStore(tmp_path, lambda: keyring)
    new = _other(info)
    save_settings(paths, {info.path: new}, store)
    loaded = load_settings({}, tmp_path, store)
    assert _value(loaded, info.path) == (60.0 if info.kind == "duration" else new)
    assert loaded != Settings()
    save_settings(paths, {info.path: None}, store)
    assert load_settings({}, tmp_path, store) == Settings()


def test_that_all_settings_can_be_saved_at_once(tmp_path):
    keyring = Kept()
    store = SecretStore(tmp_path, lambda: keyring)
    save_settings(DataPaths(tmp_path), {info.path: _other(info) for info in ALL}, store)
    loaded = load(dict.fromkeys(["LOG_LEVEL"], "ERROR"), tmp_path, store)
    sources = {info.path: info.source for info in describe(loaded)}
    assert sources.pop("log_level") == "environment"
    assert {path for path, source in sources.items() if source == "keyring"} == secret_paths()
    assert {s for p, s in sources.items() if p not in secret_paths()} == {"file"}


def test_that_groups_stay_together_in_the_order_of_the_page():
    groups = list(dict.fromkeys(info.group for info in ALL))
    assert groups == [
        *("General", "Appearance", "Demo data", "Kafka", "Spark", "Live tally", "Storage"),
        *("Queries", "Assistant", "Disk", "Reliability"),
    ]
    assert [info.group for info in ALL] == sorted((i.group for i in ALL), key=groups.index)


def test_that_the_environment_is_named_as_the_source(tmp_path):
    (info,) = (i for i in describe(load({"PRODUCER_RATE": "7"}, tmp_path)) if "rate" in i.path)
    assert (info.value, info.source, info.variable) == (7.0, "environment", "PRODUCER_RATE")


def test_that_a_secret_s_value_is_not_part_of_its_description(tmp_path):
    infos = describe(load({"OPENAI_API_KEY": "s3cret"}, tmp_path))
    (info,) = (i for i in infos if i.path == "assistant.openai_api_key")
    assert info.secret
    assert info.is_set
    assert "s3cret" not in repr(infos)
