"""The first start: the form, and what the choice changes."""

from __future__ import annotations

import pytest

from engine.errors import SettingsError
from engine.host.compose import demo_off
from engine.host.first_run import (
    DEMO,
    OwnKafka,
    apply_choice,
    machine,
    overruled,
    problem_with,
    take_over_demo,
    try_kafka,
)
from engine.host.window_state import FILE, WindowState, load_window
from engine.paths import DataPaths
from engine.providers.kafka_client import BrokerSilent
from engine.settings import load_settings
from engine.settings.save import save_settings
from engine.settings.secrets import secret_store

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path):
    return DataPaths(tmp_path / "data")


@pytest.mark.parametrize(
    "kafka",
    [
        OwnKafka("localhost:9092"),
        OwnKafka(" a:1 , b.example:65535 "),
        OwnKafka("[::1]:9092"),
        OwnKafka("a:1", "SASL_SSL", "me", "pw"),
    ],
)
def test_that_a_form_that_is_filled_in_can_be_tried(kafka):
    assert problem_with(kafka) == ""


@pytest.mark.parametrize(
    ("kafka", "word"),
    [
        (OwnKafka(""), "address"),
        (OwnKafka(" , "), "address"),
        (OwnKafka("localhost"), "localhost is no address"),
        (OwnKafka("localhost:0"), "no address"),
        (OwnKafka("localhost:70000"), "no address"),
        (OwnKafka("http://a:1"), "no address"),
        (OwnKafka("a:1", "SASL_SSL", "", "pw"), "user name"),
        (OwnKafka("a:1", "SASL_SSL", "me", ""), "password"),
    ],
)
def test_that_a_form_tells_what_is_missing(kafka, word):
    assert word in problem_with(kafka)


def test_that_demo_events_need_no_settings_file(paths):
    apply_choice(paths, None)
    assert load_window(paths).welcomed
    assert demo_off(load_settings({}, paths.root), "kafka") == ""
    assert not paths.settings_file.exists()


def test_that_ones_own_kafka_is_in_the_settings_and_its_password_is_not(paths):
    apply_choice(paths, OwnKafka("a:1, b:2", "SASL_SSL", "me", "planted-pw"))
    assert load_window(paths).welcomed
    assert "your own Kafka" in demo_off(load_settings({}, paths.root), "external")
    assert "planted-pw" not in paths.settings_file.read_text()
    kafka = load_settings({}, paths.root, secret_store(paths)).kafka
    assert (kafka.bootstrap_servers, kafka.security_protocol) == ("a:1, b:2", "SASL_SSL")
    assert kafka.sasl_username == "me"
    assert kafka.sasl_password is not None
    assert kafka.sasl_password.get_secret_value() == "planted-pw"


def test_that_going_back_to_demo_events_forgets_the_address(paths):
    apply_choice(paths, OwnKafka("a:1"))
    save_settings(paths, {DEMO: "off"})
    apply_choice(paths, None)
    settings = load_settings({}, paths.root)
    assert settings.kafka.bootstrap_servers is None
    assert demo_off(settings, "kafka") == ""


@pytest.mark.parametrize(
    ("wanted", "broker", "made"),
    [
        (None, "kafka", True),
        (None, "redpanda", True),
        (None, "external", False),
        ("on", "external", True),
        ("off", "kafka", False),
    ],
)
def test_that_demo_events_go_into_no_topic_of_somebody_else_unasked(paths, wanted, broker, made):
    paths.create()
    save_settings(paths, {DEMO: wanted})
    assert (demo_off(load_settings({}, paths.root), broker) == "") is made


@pytest.mark.parametrize(
    ("line", "kept"), [("demo = false", "off"), ("demo = true", None), ("", None)]
)
def test_that_what_earlier_builds_kept_becomes_a_setting(paths, line, kept):
    paths.create()
    (paths.root / FILE).write_text(f'welcomed = true\nlast_page = "sql"\n{line}\n')
    take_over_demo(paths)
    assert load_settings({}, paths.root).generator.enabled == kept
    assert load_window(paths) == WindowState(welcomed=True, last_page="sql")
    assert "demo" not in (paths.root / FILE).read_text()


def test_that_a_setting_that_was_made_already_is_not_taken_over(paths):
    paths.create()
    (paths.root / FILE).write_text("demo = false\n")
    save_settings(paths, {DEMO: "on"})
    take_over_demo(paths)
    assert load_settings({}, paths.root).generator.enabled == "on"


def test_that_a_wrong_form_keeps_nothing(paths):
    with pytest.raises(SettingsError):
        apply_choice(paths, OwnKafka("nowhere"))
    assert not load_window(paths).welcomed


def test_that_a_broker_is_asked_until_it_answers():
    answers = [BrokerSilent("no", "x"), None]

    def probe(endpoint):
        assert endpoint.security_protocol == "SASL_SSL"
        assert endpoint.password == "pw"
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    assert try_kafka(OwnKafka("a:1", "SASL_SSL", "me", "pw"), probe) == "a:1 answers."


def test_that_a_broker_that_stays_silent_is_told_after_a_while():
    now = iter([0.0, 5.0, 13.0])

    def probe(_endpoint):
        raise BrokerSilent("It does not answer.", "Check it.")

    with pytest.raises(BrokerSilent):
        try_kafka(OwnKafka("a:1"), probe, lambda: next(now))


def test_that_the_machine_is_checked_and_only_what_a_person_can_judge_is_told(paths):
    names = {finding.check for finding in machine(paths)}
    assert {"disk", "memory"} <= names
    assert "providers" not in names


def test_that_an_environment_that_decides_otherwise_is_told():
    env = {"KAFKA_BOOTSTRAP_SERVERS": "c:3"}
    assert "c:3 is used" in overruled(own=False, env=env)
    assert "demo events" in overruled(own=False, env=env)
    assert overruled(own=True, env={}) == ""
