"""The Spark session: every setting with the reason it has this value."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.contracts.job import PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.places import is_bucket

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def confs(config: PipelineConfig) -> dict[str, str]:
    """Settings of a driver that has its executor inside.

    No secret among them: they stand in the JVM's argv.
    """
    return common_confs(config) | {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        # Other users of this computer can reach loopback ports: RPC asks for a secret of this run.
        "spark.authenticate": "true",
        "spark.local.dir": config.scratch_path,
        # A laptop that slept must not lose its executor to a missed heartbeat.
        "spark.network.timeout": "600s",
        "spark.executor.heartbeatInterval": "60s",
    }


def common_confs(config: PipelineConfig) -> dict[str, str]:
    """Settings of a driver wherever its executors are."""
    return (bucket_confs(os.environ) if is_bucket(config.lake_path) else {}) | {
        "spark.app.name": "rt-lakehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Kept for a UI that is off: a thousand jobs and statements with their plans.
        "spark.ui.retainedJobs": "20",
        "spark.ui.retainedStages": "20",
        "spark.ui.retainedTasks": "100",
        "spark.ui.dagGraph.retainedRootRDDs": "20",
        "spark.sql.ui.retainedExecutions": "20",
        "spark.sql.warehouse.dir": f"{config.scratch_path}/warehouse",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        # Bad input becomes NULL and is judged by us; an exception would stop the stream.
        "spark.sql.ansi.enabled": "false",
        # The default of 200 costs ten times as much for a second's worth of events.
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.adaptive.enabled": "false",
        # The default INT96 has no statistics and no years before 1678 in most readers.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        # Measured: whole-stage code gains nothing on these plans, and compiling it delays a start.
        "spark.sql.codegen.wholeStage": "false",
        # A batch is cached for a second or two: packing it costs more than the memory it saves.
        "spark.sql.inMemoryColumnarStorage.compressed": "false",
        # The default manager forks readlink and chmod for each file it touches.
        "spark.sql.streaming.checkpointFileManagerClass": (
            "org.apache.spark.sql.execution.streaming.checkpointing."
            "FileSystemBasedCheckpointFileManager"
        ),
        "spark.sql.streaming.minBatchesToRetain": "20",
        "spark.sql.streaming.numRecentProgressUpdates": "4",
        # How long an idle stream waits before it asks the broker again: idle CPU against latency.
        "spark.sql.streaming.pollingDelay": "200ms",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
        # A batch comes to the driver whole (200,000 events: 120 MB); beyond this Spark writes it.
        "spark.driver.maxResultSize": "384m",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.databricks.delta.stalenessLimit": "0",
        "spark.databricks.delta.autoCompact.enabled": "false",
        "spark.databricks.delta.optimizeWrite.enabled": "false",
        "spark.cleaner.periodicGC.interval": "10min",
        "spark.sql.files.openCostInBytes": "262144",
    }


def bucket_confs(env: Mapping[str, str]) -> dict[str, str]:
    """For S3A, from the variables that delta-rs goes by, so that both meet the same bucket.

    Keys are not among them: Spark takes those from the environment itself, and hands them on.
    """
    settings: dict[str, str] = {}
    if endpoint := env.get("AWS_ENDPOINT_URL"):
        # Any server but Amazon's own: buckets are folders there and no host names.
        settings["spark.hadoop.fs.s3a.endpoint"] = endpoint
        settings["spark.hadoop.fs.s3a.path.style.access"] = "true"
    if region := env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"):
        settings["spark.hadoop.fs.s3a.endpoint.region"] = region
    return settings


def open_session() -> SparkSession:
    """The session of the driver that ``DriverJvm.connect`` pointed PySpark at."""
    from pyspark.sql import SparkSession

    return SparkSession.builder.getOrCreate()


def kafka_options(endpoint: KafkaEndpoint) -> dict[str, str]:
    """Options of Spark's Kafka source; secrets go here and never into a conf."""
    options = {
        "kafka.bootstrap.servers": endpoint.bootstrap_servers,
        # Spark asks the broker for the topic's bounds at each poll, so few large polls: with the
        # default of 500 records a backlog takes half as long again. Larger ones than these fill the
        # heap with what is not parsed yet (measured: 0.6 GB more, and a fifth of the time).
        "kafka.max.poll.records": "8000",
        "kafka.max.partition.fetch.bytes": str(2 << 20),
        "kafka.fetch.max.bytes": str(16 << 20),
        "kafka.security.protocol": endpoint.security_protocol,
    }
    if endpoint.sasl_mechanism and endpoint.security_protocol.startswith("SASL"):
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        if endpoint.sasl_mechanism == "PLAIN":
            module = "org.apache.kafka.common.security.plain.PlainLoginModule"
        user, password = _quoted(endpoint.username), _quoted(endpoint.password)
        options["kafka.sasl.mechanism"] = endpoint.sasl_mechanism
        options["kafka.sasl.jaas.config"] = (
            f"{module} required username={user} password={password};"
        )
    if endpoint.ssl_ca_location:
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.location"] = endpoint.ssl_ca_location
    return options


def _quoted(value: str | None) -> str:
    escaped = (value or "").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
