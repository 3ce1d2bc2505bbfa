"""How a client reaches the broker."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class KafkaEndpoint(BaseModel):
    """Address and credentials of the broker; ``password`` never appears in a log or an argv."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap_servers: str
    security_protocol: str = "SASL_PLAINTEXT"
    sasl_mechanism: str | None = "SCRAM-SHA-256"
    username: str | None = None
    password: str | None = None
    ssl_ca_location: str | None = None
    topic: str

    def librdkafka(self) -> dict[str, str]:
        """Settings for confluent-kafka."""
        conf = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
        }
        if self.sasl_mechanism and self.security_protocol.startswith("SASL"):
            conf["sasl.mechanism"] = self.sasl_mechanism
            conf["sasl.username"] = self.username or ""
            conf["sasl.password"] = self.password or ""
        if self.ssl_ca_location:
            conf["ssl.ca.location"] = self.ssl_ca_location
        return conf
