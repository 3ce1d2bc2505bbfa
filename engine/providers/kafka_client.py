"""The readiness proof of any broker: authenticated metadata, and the topic in place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from engine.contracts.kafka import KafkaEndpoint
from engine.errors import LakehouseError, ProviderError

POLL_S = 1.0
"""One metadata request; also how long a cancelled handshake's thread goes on."""
TOPIC_MAX_BYTES = 16 * 1024 * 1024
"""Far above MAX_RECORD_BYTES: an over-large record must reach quarantine, not the producer."""


class BrokerSilent(LakehouseError):
    """The broker does not answer a metadata request."""


@dataclass(frozen=True)
class TopicPlan:
    """The topic that must exist."""

    name: str
    partitions: int
    replication: int = 1
    """-1 lets the broker decide, for one that is not ours."""


class KafkaProbe:
    """Talks to one endpoint; makes a new client when the endpoint changes."""

    def __init__(self, endpoint: Callable[[], KafkaEndpoint], topic: TopicPlan) -> None:
        self._endpoint = endpoint
        self._topic = topic
        self._made_for: KafkaEndpoint | None = None
        self._admin: AdminClient | None = None
        self._last_error = ""

    async def wait_ready(self) -> str:
        """Ask until it answers, then see to the topic; the caller sets the deadline."""
        while True:
            try:
                topics = await asyncio.to_thread(self._metadata)
            except BrokerSilent:
                await asyncio.sleep(0.1)
                continue
            if self._topic.name not in topics:
                await asyncio.to_thread(self._create)
            return f"Topic {self._topic.name} at {self._endpoint().bootstrap_servers}."

    async def answer(self) -> None:
        """Ask once; BrokerSilent where there is no answer."""
        await asyncio.to_thread(self._metadata)

    def _client(self) -> AdminClient:
        endpoint = self._endpoint()
        if self._admin is None or self._made_for != endpoint:
            conf: dict[str, Any] = {
                **endpoint.librdkafka(),
                "socket.timeout.ms": 5000,
                "reconnect.backoff.ms": 50,
                "reconnect.backoff.max.ms": 500,
                # Its own log goes to our stderr and says the same at every attempt.
                "log_level": 0,
                "error_cb": self._remember,
            }
            try:
                self._admin, self._made_for = AdminClient(conf), endpoint
            except KafkaException as err:
                raise ProviderError(
                    f"The Kafka client refuses its settings: {err.args[0].str()}.",
                    "Check KAFKA_SSL_CA_LOCATION and the other KAFKA_ variables.",
                ) from None
        return self._admin

    def _remember(self, error: KafkaError) -> None:
        self._last_error = error.str()

    def _metadata(self) -> frozenset[str]:
        try:
            client = self._client()
            found = client.list_topics(timeout=POLL_S)
            client.poll(0)
        except KafkaException as err:
            self._client().poll(0)
            reason = self._last_error or err.args[0].str()
            raise BrokerSilent(
                f"The broker at {self._endpoint().bootstrap_servers} does not answer: {reason}.",
                "Check its address and credentials, and that it runs.",
            ) from None
        self._last_error = ""
        return frozenset(found.topics)

    def _create(self) -> None:
        plan = self._topic
        topic = NewTopic(
            plan.name,
            num_partitions=plan.partitions,
            replication_factor=plan.replication,
            config={
                "max.message.bytes": str(TOPIC_MAX_BYTES),
                # A producer's clock must not decide what is late.
                "message.timestamp.type": "LogAppendTime",
            },
        )
        try:
            self._client().create_topics([topic], request_timeout=10)[plan.name].result(15)
        except KafkaException as err:
            if err.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return
            raise ProviderError(
                f"The topic {plan.name} cannot be made: {err.args[0].str()}.",
                f"Make it yourself, with {plan.partitions} partitions, then retry.",
            ) from err
