"""Settings: precedence, bounds, and errors that say what to do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engine.errors import SettingsError
from engine.settings import ENVIRONMENT, Settings, load_settings
from engine.settings.durations import parse_duration

pytestmark = pytest.mark.unit


def test_that_defaults_need_nothing(tmp_path):
    assert load_settings({}, tmp_path) == Settings()


def test_that_the_environment_goes_before_the_file_and_the_file_before_defaults(tmp_path):
    (tmp_path / "settings.toml").write_text(
        '[spark]\nwatermark_delay = "5m"\nlate_grace = 60\n[generator]\ncountries = ["DE"]\n'
    )
    settings = load_settings({"WATERMARK_DELAY": "20 minutes"}, tmp_path)
    assert settings.spark.watermark_delay == 1200
    assert settings.spark.late_grace == 60
    assert settings.generator.countries == ("DE",)
    assert settings.generator.rate == 300


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_that_every_variable_leads_to_a_setting(tmp_path, name):
    value = {"SPARK_MASTER": "local[4]", "LOG_LEVEL": "debug", "RTLAKEHOUSE_BROKER": "Kafka"}.get(
        name, "7"
    )
    value = {"KAFKA_SECURITY_PROTOCOL": "sasl_ssl", "KAFKA_SASL_MECHANISM": "plain"}.get(
        name, value
    )
    value = "off" if name == "RTLAKEHOUSE_DEMO" else value
    value = "saas" if name == "RTLAKEHOUSE_DOMAIN" else value
    value = "none" if name == "RTLAKEHOUSE_LLM" else value
    value = "embedded" if name == "RTLAKEHOUSE_VECTORS" else value
    value = "off" if name == "RTLAKEHOUSE_TALLY" else value
    value = "77" if name == "RTLAKEHOUSE_LOCAL_IDLE" else value
    value = "512" if name == "RTLAKEHOUSE_QUERY_MEMORY_MB" else value
    value = "5000" if name == "SPARK_MAX_BATCH" else value
    assert load_settings({name: value}, tmp_path) != Settings()


def test_that_an_empty_variable_counts_as_not_set(tmp_path):
    assert load_settings({"PRODUCER_RATE": " "}, tmp_path) == Settings()


def test_that_lists_are_split_and_upper_cased(tmp_path):
    settings = load_settings({"PRODUCER_COUNTRIES": "de, fr,"}, tmp_path)
    assert settings.generator.countries == ("DE", "FR")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("PRODUCER_RATE", "-1", "0 to 100000"),
        ("PRODUCER_RATE", "many", "0 to 100000"),
        ("WATERMARK_DELAY", "soon", "10 minutes"),
        ("WATERMARK_DELAY", "9 days", "1 to 86400"),
        ("RTLAKEHOUSE_BROKER", "rabbit", "'kafka', 'redpanda' or 'external'"),
        ("LOG_LEVEL", "loud", "'DEBUG', 'INFO'"),
    ],
)
def test_that_a_bad_variable_is_named_with_value_range_and_remedy(tmp_path, name, value, allowed):
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value}, tmp_path)
    text = str(caught.value)
    assert name in text
    assert value in text
    assert allowed in text
    assert f"Correct {name}" in caught.value.remedy


def test_that_a_bad_line_of_the_file_is_named(tmp_path):
    (tmp_path / "settings.toml").write_text("[generator]\nrate = -3\n")
    with pytest.raises(
        SettingsError, match=r"generator\.rate in .*settings\.toml has the value -3"
    ):
        load_settings({}, tmp_path)


@pytest.mark.parametrize("text", ["[spark]\ntypo = 1\n", "typo = 1\n"])
def test_that_an_unknown_key_is_an_error(tmp_path, text):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"typo in .* is not known"):
        load_settings({}, tmp_path)


@pytest.mark.parametrize("content", [b"[spark", b"\xff\xfe", b"spark = 3\n"])
def test_that_a_broken_file_is_an_error_with_a_remedy(tmp_path, content):
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings({"WATERMARK_DELAY": "5m"}, tmp_path)


def test_that_secrets_do_not_show(tmp_path):
    settings = load_settings(
        {"OPENAI_API_KEY": "s3cret", "KAFKA_SASL_PASSWORD": "s3cret"}, tmp_path
    )
    assert "s3cret" not in repr(settings)
    assert settings.assistant.openai_api_key is not None
    assert settings.assistant.openai_api_key.get_secret_value() == "s3cret"


def test_that_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().log_level = "DEBUG"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10 minutes", 600),
        ("1 minute", 60),
        ("15m", 900),
        ("0 seconds", 0),
        ("0", 0),
        ("500ms", 0.5),
        ("2 hours", 7200),
        ("1.5h", 5400),
        (" 3 S ", 3),
        (90, 90),
        (0.25, 0.25),
    ],
)
def test_that_a_duration_is_read(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "m", "-5s", "5 parsecs", "1e3", "nan", None, True, [], "5 5"])
def test_that_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_that_infinite_durations_are_refused():
    with pytest.raises(ValueError, match="finite"):
        parse_duration(float("inf"))
