"""The classical design: three chained queries with Delta sinks, settings as they come.

Bronze from Kafka, silver from bronze behind a watermark of ten minutes, gold from silver. In
append mode gold has a trigger of 30 seconds, and a minute appears when the watermark has passed
its end. In update mode, which is fairer on latency, gold's batches are merged as they come.
"""

from __future__ import annotations

import os
import struct
import subprocess
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as Spark's own guide writes it
from pyspark.sql.streaming.readwriter import DataStreamWriter

from pipelines.jvm import OPENED
from tests.performance.peers.programs.job import Job, read_job

WATERMARK = "10 minutes"
FIELDS = (
    "event_id STRING, event_type STRING, user_id STRING, ts STRING, price DOUBLE, "
    "quantity STRING, discount DOUBLE, currency STRING"
)
MOMENT = "coalesce(timestamp_millis(try_cast(ts AS BIGINT)), try_cast(ts AS TIMESTAMP))"
"""Read as a TIMESTAMP, epoch milliseconds would be seconds: one such event would move the
watermark thousands of years ahead, and all that follow would be dropped."""
CONFS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    # Not a matter of speed: where it listens, and that minutes are those of UTC.
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
}


def main() -> None:
    """Starts the three queries and stays until one ends."""
    job = read_job()
    driver = start_driver(job)
    spark = SparkSession.builder.getOrCreate()
    bronze(spark, job)
    silver(spark, job)
    gold(spark, job)
    try:
        spark.streams.awaitAnyTermination()
    finally:
        driver.kill()


def start_driver(job: Job) -> subprocess.Popen[bytes]:
    """Spark's launcher asks for a module that our Java lacks; otherwise as spark-submit does it."""
    import pyspark

    home = Path(pyspark.__file__).parent
    state = Path(job.state)
    info = state / "gateway"
    info.unlink(missing_ok=True)
    argv = [job.java, *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in OPENED)]
    argv += ["-Xmx1g", "-Duser.timezone=UTC", f"-Djava.io.tmpdir={state}"]
    argv += ["-Djdk.reflect.useDirectMethodHandle=false"]
    argv += ["-Dio.netty.tryReflectionSetAccessible=true"]
    argv += ["-cp", os.pathsep.join([*job.jars, str(home / "jars" / "*")])]
    argv += ["org.apache.spark.deploy.SparkSubmit", "--master", "local[*]"]
    for key, value in {**CONFS, "spark.local.dir": str(state)}.items():
        argv += ["--conf", f"{key}={value}"]
    env = {**os.environ, "_PYSPARK_DRIVER_CONN_INFO_PATH": str(info), "SPARK_HOME": str(home)}
    driver = subprocess.Popen(
        [*argv, "pyspark-shell"], stdin=subprocess.PIPE, stdout=2, env=env, cwd=state
    )
    while not info.exists() or info.stat().st_size < 8:
        if driver.poll() is not None:
            raise SystemExit("The driver ended while starting; its stderr says why.")
        time.sleep(0.05)
    port, length = struct.unpack("!ii", info.read_bytes()[:8])
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = info.read_bytes()[8 : 8 + length].decode()
    return driver


def bronze(spark: SparkSession, job: Job) -> None:
    """Kafka records as they came."""
    source = spark.readStream.format("kafka").option("subscribe", job.topic)
    for name, value in kafka_options(job.client).items():
        source = source.option(name, value)
    records = source.option("startingOffsets", "earliest").load()
    text = F.col("value").cast("string").alias("raw")
    rows = records.select(text, "topic", "partition", "offset", "timestamp")
    into(rows, job, "bronze_events").start(f"{job.lake}/bronze_events")


def silver(spark: SparkSession, job: Job) -> None:
    """Typed, without repeats; what is later than the watermark is dropped by Spark."""
    rates = F.create_map(*[F.lit(x) for pair in job.rates.items() for x in pair])
    event = table(spark, job, "bronze_events").select(F.from_json("raw", FIELDS).alias("e"))
    rows = event.select("e.*").withColumn("ts", F.expr(MOMENT))
    rows = rows.withColumn("quantity", F.expr("coalesce(try_cast(quantity AS BIGINT), 1)"))
    rows = rows.where("event_id IS NOT NULL AND ts IS NOT NULL")
    worth = "price * quantity * (1 - coalesce(discount, 0))"
    rows = rows.withColumn("usd", rates[F.upper(F.coalesce("currency", F.lit("USD")))])
    rows = rows.withColumn("amount_usd", F.expr(f"{worth} * usd"))
    unique = rows.withWatermark("ts", WATERMARK).dropDuplicatesWithinWatermark(["event_id"])
    into(unique, job, "silver_events").start(f"{job.lake}/silver_events")


def gold(spark: SparkSession, job: Job) -> None:
    """One row a minute."""
    rows = table(spark, job, "silver_events").withWatermark("ts", WATERMARK)
    sale = F.col("event_type") == "purchase"
    kpis = (
        rows.groupBy(F.window("ts", "1 minute"))
        .agg(
            F.count("*").alias("events"),
            F.count_if(sale).alias("orders"),
            F.coalesce(F.sum(F.when(sale, F.col("amount_usd"))), F.lit(0.0)).alias("gmv_usd"),
        )
        .select(F.col("window.start").alias("window_start"), "events", "orders", "gmv_usd")
    )
    path = f"{job.lake}/gold_kpis"
    if job.gold_mode == "append":
        into(kpis, job, "gold_kpis").trigger(processingTime="30 seconds").start(path)
        return
    columns = "window_start TIMESTAMP, events BIGINT, orders BIGINT, gmv_usd DOUBLE"
    spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{path}` ({columns}) USING delta")

    def merge(batch: DataFrame, _number: int) -> None:
        batch.createOrReplaceTempView("changed")
        batch.sparkSession.sql(
            f"MERGE INTO delta.`{path}` t USING changed s ON t.window_start = s.window_start "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        )

    writer = kpis.writeStream.outputMode("update").foreachBatch(merge)
    writer.option("checkpointLocation", f"{job.state}/gold_kpis").start()


def table(spark: SparkSession, job: Job, name: str) -> DataFrame:
    """A table as a stream, once the query before it has made it."""
    log = Path(job.lake, name, "_delta_log")
    while not any(log.glob("*.json")):
        time.sleep(0.1)
    return spark.readStream.format("delta").load(f"{job.lake}/{name}")


def into(rows: DataFrame, job: Job, name: str) -> DataStreamWriter:
    """Delta's streaming sink, with a checkpoint."""
    writer = rows.writeStream.format("delta").outputMode("append")
    return writer.option("checkpointLocation", f"{job.state}/{name}")


def kafka_options(client: dict[str, str]) -> dict[str, str]:
    """The same log-in in the words of Java's client."""
    options = {
        "kafka.bootstrap.servers": client["bootstrap.servers"],
        "kafka.security.protocol": client["security.protocol"],
    }
    if "sasl.mechanism" in client:
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        login = f'username="{client["sasl.username"]}" password="{client["sasl.password"]}"'
        options["kafka.sasl.mechanism"] = client["sasl.mechanism"]
        options["kafka.sasl.jaas.config"] = f"{module} required {login};"
    return options


if __name__ == "__main__":
    main()
