"""What our own brokers have in common: one client port, one identity, one way to prove them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service
from engine.providers import ports
from engine.providers.base import ProviderBase
from engine.providers.credentials import USERNAME, BrokerIdentity
from engine.providers.kafka_client import KafkaProbe, TopicPlan


class HasClientPort(Protocol):
    """The ports of a broker."""

    @property
    def client(self) -> int:
        """Where clients connect."""
        ...


class OwnBroker(ProviderBase):
    """Ports are chosen once a run and kept over restarts, so that clients find it again."""

    service = Service.BROKER.value
    start_timeout_s = 60.0
    """Ready in 1–4 s; a cold disk and a recovery after a power cut take longer."""
    probe_interval_s: float | None = 5.0
    probe_patience: int | None = 12

    def __init__(self, topic: TopicPlan) -> None:
        self._topic = topic
        self._identity: BrokerIdentity | None = None
        self._probe = KafkaProbe(self.endpoint, topic)

    @abstractmethod
    def _chosen_ports(self) -> HasClientPort | None:
        """None before ``prepare`` has run."""

    @property
    def port(self) -> int | None:
        """Where clients connect."""
        chosen = self._chosen_ports()
        return chosen.client if chosen else None

    def endpoint(self) -> KafkaEndpoint:
        """Address and credentials; valid once ``prepare`` has run."""
        assert self.port is not None, "asked for the endpoint before prepare"
        assert self._identity is not None
        return KafkaEndpoint(
            bootstrap_servers=f"{ports.HOST}:{self.port}",
            username=USERNAME,
            password=self._identity.password,
            topic=self._topic.name,
        )

    def secrets(self) -> tuple[str, ...]:
        """See Provider."""
        identity = self._identity
        return (identity.password, identity.controller_password) if identity else ()

    async def handshake(self) -> str:
        """Authenticated metadata, and the topic."""
        return await self._probe.wait_ready()

    async def probe(self) -> None:
        """One metadata request."""
        await self._probe.answer()
