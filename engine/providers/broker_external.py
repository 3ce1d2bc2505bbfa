"""A broker that somebody else runs; there is no process, only the question whether it answers."""

from __future__ import annotations

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Service
from engine.errors import SettingsError
from engine.providers.base import Availability, Launch, ProviderBase
from engine.providers.kafka_client import KafkaProbe, TopicPlan
from engine.settings import KafkaSettings, Settings


class ExternalBroker(ProviderBase):
    """READY while it answers; else DEGRADED or BACKOFF, and never given up."""

    name = "external"
    service = Service.BROKER.value
    start_timeout_s = 15.0
    probe_interval_s: float | None = 5.0
    probe_patience: int | None = None
    """There is nothing to restart: it stays DEGRADED until it answers again."""
    gives_up = False

    def __init__(self, settings: KafkaSettings, topic: TopicPlan) -> None:
        self._settings = settings
        self._topic = topic
        self._probe = KafkaProbe(self.endpoint, topic)

    def endpoint(self) -> KafkaEndpoint:
        """As the settings say; SettingsError where they contradict each other."""
        return external_endpoint(self._settings, self._topic.name)

    def secrets(self) -> tuple[str, ...]:
        """See Provider."""
        password = self._settings.sasl_password
        return (password.get_secret_value(),) if password else ()

    def available(self) -> Availability:
        """An address is set."""
        if self._settings.bootstrap_servers:
            return Availability(usable=True)
        return Availability(usable=False, why="KAFKA_BOOTSTRAP_SERVERS is not set.")

    def configure(self, settings: Settings, /) -> None:
        """The password, which may be kept for one session only; by the rest it was chosen."""
        password = settings.kafka.sasl_password
        self._settings = self._settings.model_copy(update={"sasl_password": password})

    def command(self) -> Launch | None:
        """None: it runs elsewhere."""
        return None

    async def handshake(self) -> str:
        """Metadata, and the topic."""
        return await self._probe.wait_ready()

    async def probe(self) -> None:
        """One metadata request."""
        await self._probe.answer()


def external_endpoint(settings: KafkaSettings, topic: str) -> KafkaEndpoint:
    """SASL_SSL where a user name is given, else PLAINTEXT, unless the protocol is set."""
    assert settings.bootstrap_servers, "available() was not asked"
    protocol = settings.security_protocol or ("SASL_SSL" if settings.sasl_username else "PLAINTEXT")
    sasl = protocol.startswith("SASL")
    if sasl and not (settings.sasl_username and settings.sasl_password):
        raise SettingsError(
            f"KAFKA_SECURITY_PROTOCOL is {protocol}, but the user name or password is missing.",
            "Enter both on the Settings page, or set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.",
        )
    password = settings.sasl_password.get_secret_value() if settings.sasl_password else None
    return KafkaEndpoint(
        bootstrap_servers=settings.bootstrap_servers,
        security_protocol=protocol,
        sasl_mechanism=settings.sasl_mechanism if sasl else None,
        username=settings.sasl_username if sasl else None,
        password=password if sasl else None,
        ssl_ca_location=settings.ssl_ca_location,
        topic=topic,
    )
