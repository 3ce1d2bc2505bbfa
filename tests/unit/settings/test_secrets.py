"""API keys and passwords: in the keyring or in memory, never in the file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine.errors import SettingsError
from engine.paths import DataPaths
from engine.settings import load_settings, save, secrets
from engine.settings.describe import secret_paths
from engine.settings.load import load
from engine.settings.save import move_secrets, save_settings, secrets_in_file
from engine.settings.secrets import SecretStore, secret_store, system_keyring
from tests.unit.settings.keyrings import Kept, Locked

pytestmark = pytest.mark.unit
KEY, PASSWORD = "assistant.openai_api_key", "kafka.sasl_password"


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path)


def _store(paths: DataPaths, keyring: Kept | None) -> SecretStore:
    return SecretStore(paths.root, lambda: keyring)


@pytest.mark.parametrize("keyring", [Kept(), Locked(), None], ids=["kept", "locked", "none"])
def test_that_no_secret_is_ever_in_the_file_or_in_a_repr(paths, keyring):
    store = _store(paths, keyring)
    secrets = {path: f"s3cret-{path}" for path in secret_paths()}
    save_settings(paths, {**secrets, "log_level": "DEBUG"}, store)
    loaded = load({}, paths.root, store)
    assert loaded.settings.assistant.openai_api_key is not None
    for text in (paths.settings_file.read_text(), repr(loaded), str(loaded), repr(store)):
        assert "s3cret" not in text


def test_that_a_secret_that_is_refused_is_not_shown(paths):
    with pytest.raises(SettingsError) as caught:
        save_settings(paths, {KEY: 1234567}, _store(paths, Kept()))
    assert "1234567" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_that_the_next_session_finds_it_in_the_keyring(paths):
    keyring = Kept()
    save_settings(paths, {PASSWORD: "s3cret"}, _store(paths, keyring))
    loaded = load({}, paths.root, _store(paths, keyring))
    password = loaded.settings.kafka.sasl_password
    assert password is not None
    assert password.get_secret_value() == "s3cret"
    assert loaded.sources[PASSWORD] == "keyring"


def test_that_two_data_folders_do_not_share_their_secrets(tmp_path):
    keyring = Kept()
    one, two = DataPaths(tmp_path / "one").create(), DataPaths(tmp_path / "two").create()
    save_settings(one, {KEY: "first"}, _store(one, keyring))
    save_settings(two, {KEY: "second"}, _store(two, keyring))
    assert _store(one, keyring).stored(KEY) == "first"
    assert {service for service, _ in keyring.entries} == {"rt-lakehouse"}


@pytest.mark.parametrize("keyring", [None, Locked()], ids=["none", "locked"])
def test_that_without_a_keyring_it_is_kept_for_this_session_only(paths, keyring):
    store = _store(paths, keyring)
    save_settings(paths, {KEY: "s3cret"}, store)
    assert load({}, paths.root, store).sources[KEY] == "session"
    assert load({}, paths.root, _store(paths, keyring)).settings.assistant.openai_api_key is None


def test_that_a_removed_secret_is_gone_from_the_keyring_too(paths):
    keyring = Kept()
    store = _store(paths, keyring)
    save_settings(paths, {KEY: "s3cret"}, store)
    save_settings(paths, {KEY: None}, store)
    assert keyring.entries == {}
    assert load_settings({}, paths.root, store).assistant.openai_api_key is None
    assert "in_keyring" not in paths.settings_file.read_text()


def test_that_the_keyring_is_not_asked_where_nothing_is_in_it(paths):
    keyring = Kept()
    load_settings({}, paths.root, _store(paths, keyring))
    assert keyring.asked == 0


def test_that_the_environment_goes_before_the_keyring(paths):
    keyring = Kept()
    store = _store(paths, keyring)
    save_settings(paths, {KEY: "stored"}, store)
    loaded = load({"OPENAI_API_KEY": "given"}, paths.root, store)
    key = loaded.settings.assistant.openai_api_key
    assert key is not None
    assert key.get_secret_value() == "given"
    assert loaded.sources[KEY] == "environment"


def test_that_a_secret_found_in_the_file_moves_to_the_keyring(paths):
    paths.settings_file.write_text('[kafka]\nsasl_password = "s3cret"  # Ann has it too\n')
    keyring = Kept()
    store = _store(paths, keyring)
    assert secrets_in_file(paths) == (PASSWORD,)
    assert move_secrets(paths, store) == (PASSWORD,)
    assert "s3cret" not in paths.settings_file.read_text()
    assert list(keyring.entries.values()) == ["s3cret"]
    assert secrets_in_file(paths) == ()


@pytest.mark.parametrize("keyring", [None, Locked()], ids=["none", "locked"])
def test_that_a_secret_stays_in_the_file_where_no_keyring_takes_it(paths, keyring):
    text = '[kafka]\nsasl_password = "s3cret"\n'
    paths.settings_file.write_text(text)
    with pytest.raises(SettingsError, match="keyring"):
        move_secrets(paths, _store(paths, keyring))
    assert paths.settings_file.read_text() == text


def test_that_one_process_has_one_store_for_a_folder(paths):
    assert secret_store(paths) is secret_store(DataPaths(paths.root))


@pytest.mark.parametrize("name", ["fail", "null"])
def test_that_a_backend_that_keeps_nothing_counts_as_none(monkeypatch, name):
    import keyring

    module = __import__(f"keyring.backends.{name}", fromlist=["Keyring"])
    monkeypatch.setattr(keyring, "get_keyring", module.Keyring)
    assert system_keyring() is None


@pytest.mark.parametrize("module", [secrets, save])
def test_that_a_start_imports_no_keyring_and_no_tomlkit(module):
    tree = ast.parse(Path(module.__file__).read_text())
    names = {a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names}
    names |= {str(n.module) for n in tree.body if isinstance(n, ast.ImportFrom)}
    assert "__future__" in names
    assert not names & {"keyring", "tomlkit"}
