"""Saving: whole or not at all, comments kept, errors at the field."""

from __future__ import annotations

import pytest

from engine.errors import SettingsError
from engine.paths import DataPaths
from engine.settings import load_settings
from engine.settings.explain import InvalidSetting
from engine.settings.migrate import migrate
from engine.settings.save import save_settings
from engine.settings.secrets import SecretStore

pytestmark = pytest.mark.unit

BY_HAND = """\
# for the demo on Friday
log_level = "INFO"

[spark]  # the stream
# phones in tunnels
late_grace = "20 minutes"  # agreed with sales
watermark_delay = 60

[generator]
rate = 100
"""


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path)


def _save(paths: DataPaths, **changes: object) -> str:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    save_settings(paths, named, SecretStore(paths.root, lambda: None))
    return paths.settings_file.read_text()


def test_that_comments_and_order_stay(paths):
    paths.settings_file.write_text(BY_HAND)
    text = _save(paths, spark__late_grace="30 minutes", generator__rate=5.0)
    expected = BY_HAND.replace("20 minutes", "30 minutes").replace("rate = 100", "rate = 5.0")
    assert text.replace("schema_version = 1\n", "") == expected
    assert _save(paths, generator__rate=5.0) == text


def test_that_none_brings_the_default_back(paths):
    paths.settings_file.write_text(BY_HAND)
    assert "rate" not in _save(paths, generator__rate=None)
    assert load_settings({}, paths.root).generator.rate == 300
    _save(paths, kafka__topic=None)
    assert load_settings({}, paths.root).kafka.topic is None


def test_that_the_file_is_private_and_nothing_else_is_left(paths):
    _save(paths, log_level="debug")
    assert paths.settings_file.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in paths.root.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize(
    ("path", "value", "says", "remedy"),
    [
        ("generator.rate", -3, "Rate: -3 is not within 0 to 100000 events/s.", "default (300.0)"),
        ("generator.rate", "many", "0 to 100000 events/s", "reset"),
        ("spark.late_grace", "soon", "1 to 604800 s", "default (15 minutes)"),
        ("kafka.provider", "rabbit", "'kafka', 'redpanda' or 'external'", "reset"),
        ("kafka.topic", "a b", "Topic", "reset"),
        ("generator.countries", [7], "Countries", "reset"),
    ],
)
def test_that_a_bad_value_is_named_and_nothing_is_written(paths, path, value, says, remedy):
    paths.settings_file.write_text(BY_HAND)
    with pytest.raises(InvalidSetting) as caught:
        save_settings(paths, {"log_level": "DEBUG", path: value}, SecretStore(paths.root))
    assert caught.value.path == path
    assert says in caught.value.message
    assert remedy in caught.value.remedy
    assert paths.settings_file.read_text() == BY_HAND


@pytest.mark.parametrize("text", ["[spark", "typo = 1\n", "spark = 3\n"])
def test_that_a_broken_file_is_not_overwritten(paths, text):
    paths.settings_file.write_text(text)
    with pytest.raises(SettingsError, match=r"settings(\.toml| file)"):
        _save(paths, spark__late_grace=60)
    assert paths.settings_file.read_text() == text


def test_that_a_folder_that_cannot_be_written_is_an_error_with_a_remedy(paths):
    with pytest.raises(SettingsError, match="cannot be written"):
        save_settings(DataPaths(paths.root / "gone"), {"log_level": "DEBUG"})


def test_that_an_older_file_is_brought_to_today_s_names():
    tree = {"schema_version": 1, "speed": 7}

    def rename(tree):
        tree["rate"] = tree.pop("speed")

    migrate(tree, {1: rename}, current=2)
    assert tree == {"schema_version": 2, "rate": 7}


@pytest.mark.parametrize("version", ["2", '"x"', "0", "true"])
def test_that_a_file_of_another_version_is_refused_with_a_remedy(paths, version):
    paths.settings_file.write_text(f"schema_version = {version}\n")
    with pytest.raises(SettingsError, match="version"):
        load_settings({}, paths.root)
