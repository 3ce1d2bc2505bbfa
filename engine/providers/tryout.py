"""Whether an external Kafka can be reached with some settings, asked before they are saved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from engine.contracts.kafka import KafkaEndpoint
from engine.errors import LakehouseError, ProviderError
from engine.providers.broker_external import external_endpoint
from engine.providers.kafka_client import BrokerSilent
from engine.settings import KafkaSettings

PATIENCE_S = 5.0
"""A broker on another continent signs a client in within one second."""


@dataclass(frozen=True)
class BrokerAnswer:
    """What an external Kafka said of itself; ``elapsed_ms`` covers connecting and signing in."""

    brokers: int
    topics: int
    topic: str
    has_topic: bool
    elapsed_ms: float


def try_broker(settings: KafkaSettings, topic: str, patience_s: float = PATIENCE_S) -> BrokerAnswer:
    """Connects, signs in and lists topics. Raises BrokerSilent, ProviderError or SettingsError."""
    if not settings.bootstrap_servers:
        raise LakehouseError(
            "There is no address to connect to.", "Enter the external Kafka's address first."
        )
    endpoint = external_endpoint(settings, settings.topic or topic)
    start = time.monotonic()
    found = _list_topics(endpoint, patience_s)
    return BrokerAnswer(
        brokers=len(found.brokers),
        topics=len(found.topics),
        topic=endpoint.topic,
        has_topic=endpoint.topic in found.topics,
        elapsed_ms=(time.monotonic() - start) * 1000,
    )


def _list_topics(endpoint: KafkaEndpoint, patience_s: float) -> Any:
    reasons: list[str] = []

    def remember(error: KafkaError) -> None:
        reasons.append(error.str())

    conf: dict[str, Any] = {**endpoint.librdkafka(), "log_level": 0, "error_cb": remember}
    try:
        client = AdminClient(conf)
    except KafkaException as err:
        raise ProviderError(
            f"The Kafka client refuses these settings: {err.args[0].str()}.",
            "Check the certificate file and the security protocol.",
        ) from None
    try:
        return client.list_topics(timeout=patience_s)
    except KafkaException as err:
        client.poll(0)
        # The first reason is the cause; what follows says that every broker is down.
        reason = (reasons or [err.args[0].str()])[0]
        raise BrokerSilent(
            f"The broker at {endpoint.bootstrap_servers} does not answer: {reason}.",
            "Check address, security protocol and credentials, and that it runs.",
        ) from None
