"""The configuration file a pipeline or generator process is started with (mode 0600)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec


class JvmConfig(BaseModel):
    """The Java runtime and what it is started with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    java: str
    jars: tuple[str, ...]
    """Delta and Kafka-source jars, absolute paths; Spark's own come from pyspark."""
    heap_mb: int = Field(default=1024, ge=384)
    archive_flags: tuple[str, ...] = ()
    """Flags that map, or at the first clean end make, the archive of loaded classes."""


class PipelineConfig(BaseModel):
    """Everything the pipeline process needs; it reads no settings file.

    Of the environment it reads the AWS_… variables, where the lake is in a bucket: Spark and
    delta-rs both look there by themselves, and keys stay out of a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka: KafkaEndpoint
    pack: PackSpec
    jvm: JvmConfig
    lake_path: str
    checkpoint_path: str
    scratch_path: str
    pid_dir: str
    """Folder for the pid record of the driver JVM."""
    master: str = "local[2]"
    spark_properties: str | None = None
    """A file of the person's own Spark settings, for a cluster."""
    trigger_interval_s: float = Field(default=0.0, ge=0)
    watermark_delay_s: float = Field(default=600.0, gt=0)
    late_grace_s: float = Field(default=900.0, gt=0)
    max_offsets_per_batch: int = Field(default=200_000, ge=100)
    """Measured: a backlog drains a seventh faster than with 100,000; its batches take 7 s."""
    log_level: str = "INFO"


class GeneratorConfig(BaseModel):
    """Everything the demo generator needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka: KafkaEndpoint
    pack: PackSpec
    rate: float = Field(default=300.0, ge=0, le=100_000)
    seed: int | None = None
    bad: float = Field(default=0.01, ge=0, le=1)
    duplicates: float = Field(default=0.02, ge=0, le=1)
    late: float = Field(default=0.05, ge=0, le=1)
    countries: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    count: int | None = None
    seconds: float | None = None
