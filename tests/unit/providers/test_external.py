"""A broker that is not ours."""

from __future__ import annotations

import pytest

from engine.errors import SettingsError
from engine.providers.broker_external import ExternalBroker, external_endpoint
from engine.providers.kafka_client import TopicPlan
from engine.settings import load_settings

pytestmark = pytest.mark.unit
ADDRESS = {"KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093"}


def _settings(tmp_path, **more: str):
    return load_settings({**ADDRESS, **more}, tmp_path).kafka


def test_that_an_address_makes_it_usable(tmp_path):
    topic = TopicPlan("events", 3, -1)
    assert ExternalBroker(_settings(tmp_path), topic).available().usable
    without = ExternalBroker(load_settings({}, tmp_path).kafka, topic).available()
    assert "KAFKA_BOOTSTRAP_SERVERS" in without.why


def test_that_it_has_no_process_and_is_never_given_up(tmp_path):
    broker = ExternalBroker(_settings(tmp_path), TopicPlan("events", 3, -1))
    assert broker.command() is None
    assert not broker.gives_up
    assert broker.probe_patience is None


def test_that_a_user_name_means_sasl_over_tls(tmp_path):
    settings = _settings(
        tmp_path,
        KAFKA_SASL_USERNAME="me",
        KAFKA_SASL_PASSWORD="s3cret",
        KAFKA_SASL_MECHANISM="plain",
        KAFKA_SSL_CA_LOCATION="/ca.pem",
    )
    assert external_endpoint(settings, "events").librdkafka() == {
        "bootstrap.servers": "kafka.example:9093",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "me",
        "sasl.password": "s3cret",
        "ssl.ca.location": "/ca.pem",
    }
    assert ExternalBroker(settings, TopicPlan("events", 3)).secrets() == ("s3cret",)


def test_that_no_user_name_means_plaintext(tmp_path):
    assert external_endpoint(_settings(tmp_path), "events").security_protocol == "PLAINTEXT"


def test_that_sasl_without_a_password_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match="KAFKA_SASL_PASSWORD"):
        external_endpoint(_settings(tmp_path, KAFKA_SECURITY_PROTOCOL="SASL_SSL"), "events")


def test_that_a_password_given_later_counts_and_nothing_else_changes(tmp_path):
    broker = ExternalBroker(
        _settings(tmp_path, KAFKA_SASL_USERNAME="me"), TopicPlan("events", 3, -1)
    )
    with pytest.raises(SettingsError):
        broker.endpoint()
    later = {"KAFKA_SASL_PASSWORD": "s3cret", "KAFKA_BOOTSTRAP_SERVERS": "other:1"}
    broker.configure(load_settings(later, tmp_path))
    endpoint = broker.endpoint()
    assert (endpoint.password, endpoint.username) == ("s3cret", "me")
    assert endpoint.bootstrap_servers == "kafka.example:9093"
    assert broker.secrets() == ("s3cret",)
