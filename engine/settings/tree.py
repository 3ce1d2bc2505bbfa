"""Every setting, its bounds and why its default is what it is.

The names in ``settings.toml`` are those of this tree (``[spark] watermark_delay = "10 minutes"``);
the environment's names are in :mod:`engine.settings.load`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from engine.settings.durations import parse_duration


def _split_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip().upper() for part in value.split(",") if part.strip())
    return value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Seconds = Annotated[float, BeforeValidator(parse_duration)]
Codes = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]
BrokerName = Annotated[Literal["kafka", "redpanda", "external"], BeforeValidator(_lower)]
Protocol = Annotated[
    Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], BeforeValidator(_upper)
]
Mechanism = Annotated[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], BeforeValidator(_upper)]


class Section(BaseModel):
    """Frozen, and an unknown key is an error: a misspelt setting must not be a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class KafkaSettings(Section):
    """The broker: which one, and how to reach one that is not ours."""

    provider: BrokerName | None = None
    """None takes the first usable one; a name pins it, and an unusable pin is an error."""
    bootstrap_servers: str | None = None
    """None: the embedded broker. An address here makes the external one usable."""
    topic: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """None: the domain pack's topic."""
    security_protocol: Protocol | None = None
    """None: SASL_SSL where a user name is given, else PLAINTEXT; for an external broker only."""
    sasl_mechanism: Mechanism = "SCRAM-SHA-256"
    """What the embedded broker speaks and managed ones offer; never sends the password."""
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_ca_location: str | None = None
    """None: the system's certificate authorities."""
    redpanda_home: str | None = None
    """None: the folders where packaging or the vendor's tarball put it."""
    heap_mb: int = Field(default=256, ge=128, le=8192)
    """Measured: the broker sits at 150–200 MB resident with this and never collects in a storm."""


class SparkSettings(Section):
    """The streaming pipeline."""

    master: str = Field(default="local[2]", pattern=r"^(local(\[(\d+|\*)\])?|(spark|k8s|yarn).*)$")
    """Two cores are what every laptop can spare; a small micro-batch is not faster on more."""
    trigger_interval: Seconds = Field(default=0.0, ge=0, le=3600)
    """0 starts the next micro-batch as soon as the last one ends: freshest dashboards."""
    watermark_delay: Seconds = Field(default=600.0, ge=1, le=86_400)
    """10 minutes hold mobile clients that reconnect, and keep the dedupe scan small."""
    late_grace: Seconds = Field(default=900.0, ge=1, le=604_800)
    """15 minutes: later repairs of gold would move numbers that people have already read."""
    driver_heap_mb: int = Field(default=1024, ge=384, le=65_536)
    """Measured: 0.6–1.1 GB resident at 1,000 events/s; less makes the collector work hard."""


class GeneratorSettings(Section):
    """The demo events."""

    rate: float = Field(default=300.0, ge=0, le=100_000)
    """Events a second: dashboards move visibly and a two-core laptop keeps half a core free."""
    countries: Codes = ()
    """Empty: the pack's own mix."""
    currencies: Codes = ()
    """Empty: the pack's own mix."""


class StorageSettings(Section):
    """Folders outside the data folder, for who needs them elsewhere."""

    delta_path: str | None = None
    """None: ``<data>/lake``."""
    checkpoint_path: str | None = None
    """None: ``<data>/checkpoints``."""
    duckdb_path: str | None = None
    """None: queries run in memory and leave no file."""


class AssistantSettings(Section):
    """The language model and the vector store."""

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    model_name: str | None = None
    qdrant_url: str | None = None
    qdrant_api_key: SecretStr | None = None
    qdrant_collection: str | None = None


class DiskSettings(Section):
    """When to warn, pause and stop as the data folder's disk fills (bytes free)."""

    warn_below: int = Field(default=2_000_000_000, ge=0)
    """About an hour of demo events at the default rate: time to act."""
    pause_below: int = Field(default=1_000_000_000, ge=0)
    """Nothing new that nobody needs; what is in the broker is still worked off."""
    stop_below: int = Field(default=500_000_000, ge=0)
    """Room for the broker's segments and one compaction to end cleanly."""
    check_interval: Seconds = Field(default=5.0, gt=0, le=600)
    """At 100 MB/s, faster than a laptop's disk, this is half of stop_below."""


class SupervisorSettings(Section):
    """When a service that keeps failing is given up."""

    max_failures: int = Field(default=3, ge=1, le=1000)
    """Three times is no coincidence; a fourth would only warm the laptop."""
    failure_window: Seconds = Field(default=300.0, gt=0, le=86_400)
    """Failures further apart than five minutes are separate accidents."""


class Settings(Section):
    """The whole tree. Only the composition root reads it."""

    kafka: KafkaSettings = KafkaSettings()
    spark: SparkSettings = SparkSettings()
    generator: GeneratorSettings = GeneratorSettings()
    storage: StorageSettings = StorageSettings()
    assistant: AssistantSettings = AssistantSettings()
    disk: DiskSettings = DiskSettings()
    supervisor: SupervisorSettings = SupervisorSettings()
    domain: str = Field(default="ecommerce", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    """The pack that the demo events and the dashboards are made for."""
    log_level: LogLevel = "INFO"
    """What a support bundle needs; DEBUG logs each micro-batch's plan."""
    auto_refresh_interval: Seconds = Field(default=2.0, ge=0.25, le=3600)
    """Gold changes about every two seconds; refreshing faster shows the same numbers."""
