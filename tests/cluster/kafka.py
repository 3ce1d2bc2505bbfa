"""A broker that is not the lakehouse's own, with as many partitions as a test wants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.contracts.names import State
from engine.paths import DataPaths
from engine.providers.broker_kafka import KafkaBroker
from engine.providers.choose import Choice
from engine.providers.kafka_client import TopicPlan
from engine.provision.jars import broker_jars
from engine.provision.java import find_java
from engine.supervisor import ServiceSpec, Supervisor
from tests.e2e.lakehouse import until

TOPIC = "ecommerce_events"


class OtherKafka:
    """Apache Kafka with SASL, in a data folder of its own."""

    def __init__(self, root: Path, partitions: int) -> None:
        paths = DataPaths(root).create()
        plan = TopicPlan(TOPIC, partitions)
        self._broker = KafkaBroker(paths, plan, java=lambda: find_java().java, jars=broker_jars)
        self._supervisor = Supervisor([ServiceSpec("broker", Choice(self._broker))], paths)
        self._supervisor.run_in_thread()
        self._supervisor.start()
        until(lambda: self._state() is State.READY, 60, "the other broker is READY")

    def _state(self) -> State:
        return self._supervisor.snapshot()[0].state

    def settings(self) -> dict[str, str]:
        """The environment that points a lakehouse at it."""
        at = self._broker.endpoint()
        return {
            "KAFKA_BOOTSTRAP_SERVERS": at.bootstrap_servers,
            "KAFKA_SECURITY_PROTOCOL": at.security_protocol,
            "KAFKA_SASL_MECHANISM": at.sasl_mechanism or "",
            "KAFKA_SASL_USERNAME": at.username or "",
            "KAFKA_SASL_PASSWORD": at.password or "",
        }

    def client(self) -> dict[str, Any]:
        """As ``endpoints --json`` tells it."""
        at = self._broker.endpoint()
        return {
            "bootstrap_servers": at.bootstrap_servers,
            "security_protocol": at.security_protocol,
            "sasl_mechanism": at.sasl_mechanism,
            "username": at.username,
            "password": at.password,
            "topic": TOPIC,
        }

    def close(self) -> None:
        """Ends it."""
        self._supervisor.close()
        assert self._supervisor.join(30), "the other broker did not end"
