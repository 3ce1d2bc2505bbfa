"""The real embedded broker: authenticates, refuses, comes back on its port with its records."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import State
from engine.paths import DataPaths
from engine.providers.broker_external import ExternalBroker
from engine.providers.broker_kafka import KafkaBroker
from engine.providers.choose import Choice
from engine.providers.kafka_client import KafkaProbe, TopicPlan
from engine.provision.jars import broker_jars
from engine.provision.java import find_java
from engine.settings import load_settings
from engine.supervisor import ServiceSpec, Supervisor
from tests.integration.supervisor.scripted import one, reaches, until

pytestmark = pytest.mark.integration
TOPIC = TopicPlan("ecommerce_events", 3)
START_S = 60.0


@dataclass
class Running:
    """A supervised broker."""

    supervisor: Supervisor
    broker: KafkaBroker
    paths: DataPaths

    @property
    def pid(self) -> int:
        return one(self.supervisor, "broker").pid or 0

    def up(self, restarts: int = 0) -> bool:
        def there() -> bool:
            now = one(self.supervisor, "broker")
            return now.state is State.READY and now.restarts >= restarts

        return until(there, START_S)

    def close(self) -> None:
        self.supervisor.close()
        assert self.supervisor.join(30)


def run_broker(root: Path) -> Running:
    paths = DataPaths(root).create()
    broker = KafkaBroker(paths, TOPIC, java=lambda: find_java().java, jars=broker_jars)
    supervisor = Supervisor([ServiceSpec("broker", Choice(broker))], paths)
    supervisor.run_in_thread()
    supervisor.start()
    return Running(supervisor, broker, paths)


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Running]:
    """One broker for tests that do it no harm."""
    running = run_broker(tmp_path_factory.mktemp("broker") / "data")
    assert running.up(), one(running.supervisor, "broker")
    yield running
    running.close()


def produce(endpoint: KafkaEndpoint, values: list[str]) -> set[str]:
    """The values that the broker has acknowledged."""
    acknowledged: set[str] = set()
    producer = Producer({**endpoint.librdkafka(), "acks": "all", "log_level": 0})

    def told(error: object, message: object) -> None:
        if error is None:
            acknowledged.add(message.value().decode())  # type: ignore[attr-defined]

    for value in values:
        producer.produce(endpoint.topic, value, on_delivery=told)
    producer.flush(20)
    return acknowledged


def consume(endpoint: KafkaEndpoint, expected: int) -> list[str]:
    conf = {**endpoint.librdkafka(), "group.id": "test", "enable.auto.commit": False}
    consumer = Consumer({**conf, "log_level": 0})
    consumer.assign([TopicPartition(endpoint.topic, number, 0) for number in range(3)])
    found: list[str] = []
    deadline = time.monotonic() + 20
    while len(found) < expected and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append((message.value() or b"").decode())
    consumer.close()
    return found


def listeners(pid: int) -> set[tuple[str, int]]:
    found = psutil.Process(pid).net_connections()
    return {(c.laddr.ip, c.laddr.port) for c in found if c.status == psutil.CONN_LISTEN}


def metadata(endpoint: KafkaEndpoint, timeout: float = 3.0):
    admin = AdminClient({**endpoint.librdkafka(), "log_level": 0})
    return admin.list_topics(timeout=timeout)


def test_that_the_topic_stands_with_its_partitions(shared):
    topic = metadata(shared.broker.endpoint()).topics[TOPIC.name]
    assert len(topic.partitions) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"security_protocol": "PLAINTEXT", "sasl_mechanism": None},
        {"password": "wrong"},
        {"username": "controller"},
        {"sasl_mechanism": "PLAIN"},
    ],
    ids=["none", "password", "user", "mechanism"],
)
def test_that_wrong_credentials_are_refused(shared, change):
    with pytest.raises(KafkaException):
        metadata(shared.broker.endpoint().model_copy(update=change))


def test_that_the_controller_s_port_refuses_too(shared):
    (controller,) = {port for _, port in listeners(shared.pid)} - {shared.broker.port}
    endpoint = shared.broker.endpoint().model_copy(
        update={"bootstrap_servers": f"127.0.0.1:{controller}"}
    )
    for change in ({}, {"security_protocol": "PLAINTEXT", "sasl_mechanism": None}):
        with pytest.raises(KafkaException):
            metadata(endpoint.model_copy(update=change))


def test_that_it_listens_on_loopback_only(shared):
    listening = listeners(shared.pid)
    assert len(listening) == 2
    assert {ip.removeprefix("::ffff:") for ip, _ in listening} == {"127.0.0.1"}


def test_that_the_password_shows_nowhere(shared):
    password = shared.broker.endpoint().password or ""
    shown = Path(f"/proc/{shared.pid}/cmdline").read_text()
    environment = Path(f"/proc/{shared.pid}/environ").read_text()
    logs = "".join(file.read_text() for file in shared.paths.logs.iterdir())
    assert password
    assert not any(password in text for text in (shown, environment, logs))


def test_that_it_is_small(shared):
    assert psutil.Process(shared.pid).memory_info().rss < 350 * 1024 * 1024


def test_that_a_record_of_eight_megabytes_is_taken(shared):
    endpoint = shared.broker.endpoint()
    big = {**endpoint.librdkafka(), "message.max.bytes": 16_000_000, "log_level": 0}
    producer = Producer(big)
    errors: list[object] = []
    producer.produce(
        endpoint.topic, b"x" * 8_000_000, on_delivery=lambda error, _: errors.append(error)
    )
    producer.flush(20)
    assert errors == [None]


def test_that_an_external_broker_is_ready_once_it_answers(shared, tmp_path):
    endpoint = shared.broker.endpoint()
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": endpoint.bootstrap_servers,
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_USERNAME": endpoint.username or "",
        "KAFKA_SASL_PASSWORD": endpoint.password or "",
    }
    external = ExternalBroker(load_settings(env, tmp_path).kafka, TOPIC)
    paths = DataPaths(tmp_path / "other").create()
    supervisor = Supervisor([ServiceSpec("broker", Choice(external))], paths)
    supervisor.run_in_thread()
    supervisor.start()
    assert reaches(supervisor, "broker", State.READY)
    assert one(supervisor, "broker").pid is None
    supervisor.close()
    assert supervisor.join(15)


def test_that_acknowledged_records_survive_a_kill_on_the_same_port(tmp_path):
    running = run_broker(tmp_path / "dätä, with: signs = 1")
    try:
        assert running.up()
        endpoint = running.broker.endpoint()
        sent = produce(endpoint, [f"event {number}" for number in range(5000)])
        assert len(sent) == 5000
        os.kill(running.pid, signal.SIGKILL)
        assert running.up(restarts=1)
        assert running.broker.endpoint() == endpoint
        assert sorted(consume(endpoint, len(sent))) == sorted(sent)
    finally:
        running.close()


def test_that_records_survive_a_stop_and_a_start_on_other_ports(tmp_path):
    first = run_broker(tmp_path / "data")
    assert first.up()
    sent = produce(first.broker.endpoint(), ["one", "two", "three"])
    assert "READY" in (first.paths.logs / "broker.log").read_text()
    first.close()
    second = run_broker(tmp_path / "data")
    try:
        assert second.up()
        assert second.broker.endpoint().password == first.broker.endpoint().password
        assert sorted(consume(second.broker.endpoint(), 3)) == sorted(sent)
        archives = list((tmp_path / "data/scratch/kafka-classes").glob("top-*.jsa"))
        assert len(archives) == 1
    finally:
        second.close()


@pytest.mark.parametrize("content", [b"", b"x" * 4096])
def test_that_spoiled_class_archives_do_no_harm(tmp_path, content):
    running = run_broker(tmp_path / "data")
    assert running.up()
    running.close()
    for archive in (tmp_path / "data/scratch/kafka-classes").iterdir():
        archive.chmod(0o600)
        archive.write_bytes(content)
    again = run_broker(tmp_path / "data")
    try:
        assert again.up()
        assert one(again.supervisor, "broker").restarts == 0
    finally:
        again.close()


def test_that_a_frozen_broker_is_shown_as_degraded_and_recovers(tmp_path):
    running = run_broker(tmp_path / "data")
    try:
        running.broker.probe_interval_s = 0.2
        assert running.up()
        os.kill(running.pid, signal.SIGSTOP)
        assert reaches(running.supervisor, "broker", State.DEGRADED, 20)
        os.kill(running.pid, signal.SIGCONT)
        assert reaches(running.supervisor, "broker", State.READY, 20)
    finally:
        running.close()


def test_that_a_broker_that_never_comes_is_named_by_the_probe(tmp_path):
    import asyncio

    from engine.errors import LakehouseError

    endpoint = KafkaEndpoint(
        bootstrap_servers="127.0.0.1:9", security_protocol="PLAINTEXT", topic="x"
    )
    probe = KafkaProbe(lambda: endpoint, TOPIC)
    with pytest.raises(LakehouseError, match=r"127\.0\.0\.1:9 does not answer"):
        asyncio.run(probe.answer())
