"""Which secrets a start asks a person for, and what becomes of the answer."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from engine.host.desk import Desk
from engine.paths import DataPaths
from engine.readings.session_secrets import use_for_session, wanted_secrets
from engine.settings import load_settings, secrets
from engine.settings.describe import secret_paths
from engine.settings.load import load
from engine.settings.save import save_settings
from tests.unit.settings.keyrings import Kept, Locked

pytestmark = pytest.mark.unit
KAFKA = {"KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093", "KAFKA_SASL_USERNAME": "ann"}
PASSWORD, KEY, QDRANT = (
    "kafka.sasl_password",
    "assistant.openai_api_key",
    "assistant.qdrant_api_key",
)


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path).create()


@pytest.fixture
def keyring(monkeypatch):
    """Puts a keyring in place; none at first."""

    def use(found: Kept | None) -> None:
        monkeypatch.setattr(secrets, "system_keyring", lambda: found)

    use(None)
    return use


def _asked(paths: DataPaths, **env: str) -> dict[str, str]:
    return {wanted.path: wanted.purpose for wanted in wanted_secrets(paths, env)}


def test_that_nothing_is_asked_where_nothing_needs_a_secret(paths, keyring):
    assert _asked(paths) == {}


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({}, True),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT"}, True),
        ({"KAFKA_SASL_USERNAME": ""}, False),
        ({"KAFKA_BOOTSTRAP_SERVERS": ""}, False),
        ({"KAFKA_SASL_PASSWORD": "s3cret"}, False),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL"}, False),
        ({"RTLAKEHOUSE_BROKER": "kafka"}, False),
    ],
)
def test_that_an_external_kafka_with_a_user_name_needs_its_password(paths, keyring, more, asked):
    expected = {PASSWORD: "ann at kafka.example:9093"} if asked else {}
    assert _asked(paths, **{**KAFKA, **more}) == expected


@pytest.mark.parametrize(
    ("env", "purpose"),
    [
        ({"MODEL_NAME": "gpt"}, "OpenAI"),
        ({"RTLAKEHOUSE_LLM": "remote"}, "OpenAI"),
        ({"OPENAI_BASE_URL": "https://models.example/v1"}, "https://models.example/v1"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1", "MODEL_NAME": "small"}, ""),
        ({"RTLAKEHOUSE_LLM": "local", "MODEL_NAME": "gpt"}, ""),
        ({"MODEL_NAME": "gpt", "OPENAI_API_KEY": "s3cret"}, ""),
    ],
)
def test_that_a_model_service_elsewhere_needs_its_key(paths, keyring, env, purpose):
    assert _asked(paths, **env) == ({KEY: purpose} if purpose else {})


def test_that_a_qdrant_elsewhere_needs_its_key(paths, keyring):
    assert list(_asked(paths, QDRANT_URL="https://qdrant.example")) == [QDRANT]
    assert _asked(paths, QDRANT_URL="http://127.0.0.1:6333") == {}
    built_in = {"QDRANT_URL": "https://qdrant.example", "RTLAKEHOUSE_VECTORS": "embedded"}
    assert _asked(paths, **built_in) == {}


def test_that_where_there_is_a_keyring_the_settings_page_is_the_place(paths, keyring):
    keyring(Kept())
    assert _asked(paths, **KAFKA) == {}


@pytest.mark.parametrize("now", [None, Locked()], ids=["gone", "locked"])
def test_that_what_a_keyring_kept_and_does_not_give_back_is_asked_for(
    paths, keyring, monkeypatch, now
):
    keyring(Kept())
    url = "http://models.example"
    save_settings(paths, {PASSWORD: "s3cret", KEY: "s3cret", "assistant.openai_base_url": url})
    assert _asked(paths, **KAFKA) == {}
    monkeypatch.setattr(secrets, "_stores", {})  # another start
    keyring(now)
    assert list(_asked(paths, **KAFKA)) == [PASSWORD, KEY]


def test_that_each_has_a_setting(paths, keyring):
    env = {**KAFKA, "MODEL_NAME": "gpt", "QDRANT_URL": "https://qdrant.example"}
    assert set(_asked(paths, **env)) == secret_paths()


class _Desk(Desk):
    """Remembers what was started again, and with which settings."""

    def __init__(self, paths: DataPaths) -> None:
        super().__init__(paths)
        self.told: list[object] = []
        instance = SimpleNamespace(configure=self.told.append)
        self.running = SimpleNamespace(instance=instance)  # type: ignore[assignment]

    def restart_service(self, name: str) -> None:
        self.told.append(name)


def test_that_an_answer_counts_at_once_and_is_in_no_file(paths, keyring, monkeypatch):
    for name, value in KAFKA.items():
        monkeypatch.setenv(name, value)
    desk = _Desk(paths)
    use_for_session(desk, {PASSWORD: "s3cret"})
    assert desk.told == [desk.settings, "broker"]
    password = desk.settings.kafka.sasl_password
    assert password is not None
    assert password.get_secret_value() == "s3cret"
    assert _asked(paths, **KAFKA) == {}
    assert not paths.settings_file.exists()


def test_that_a_keyrings_own_stays_for_the_next_session(paths, keyring, monkeypatch):
    kept = Kept()
    keyring(kept)
    save_settings(paths, {PASSWORD: "old"})
    monkeypatch.setattr(secrets, "_stores", {})
    keyring(None)
    use_for_session(_Desk(paths), {PASSWORD: "s3cret"})
    monkeypatch.setattr(secrets, "_stores", {})
    keyring(kept)
    loaded = load({}, paths.root, secrets.secret_store(paths))
    assert loaded.sources[PASSWORD] == "keyring"
    assert load_settings({}, paths.root).kafka.sasl_password is None
