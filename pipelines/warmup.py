"""First work of a fresh JVM: a few batches of made-up records, before ``ready`` is said.

A cold batch takes ten times as long as a warm one, because its classes are loaded and its code is
interpreted. The records go through the real code into tables of their own, which are then thrown
away: a start that says it is ready is as quick as it will be.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from engine.contracts.job import PipelineConfig
from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.places import is_cluster
from pipelines.arrival import NEVER, KeyWindow
from pipelines.batch import BatchRunner, Offsets, Position, Rules
from pipelines.gold import Gold
from pipelines.parse import parse
from pipelines.sinks import Sinks
from pipelines.tables import Lake, TableLocks, ensure_tables

FROM_BRONZE = (
    "coalesce(unbase64(raw_base64), CAST(raw AS BINARY)) AS value",
    "key",
    "topic",
    "partition",
    "offset",
    "kafka_ts",
)

_BATCHES = 2
_RECORDS = 20


def bronze_records(
    spark: SparkSession, lake: Lake, source: str, start: Offsets, end: Offsets
) -> DataFrame:
    """Bronze's rows of [start, end) of this topic, shaped as Kafka records."""
    ranges = " OR ".join(
        f"(partition = {p} AND offset >= {start.get(p, 0)} AND offset < {end[p]})" for p in end
    )
    table = spark.read.format("delta").load(lake.path(Table.BRONZE))
    return table.where(f"source = '{source}' AND ({ranges or 'false'})").selectExpr(*FROM_BRONZE)


def warm_up(spark: SparkSession, config: PipelineConfig, rules: Rules) -> None:
    """Runs the made-up batches; leaves nothing behind."""
    folder = Path(config.scratch_path) / "warmup"
    shutil.rmtree(folder, ignore_errors=True)
    run_made_up(spark, config, rules, Lake(folder))
    shutil.rmtree(folder, ignore_errors=True)


def run_made_up(spark: SparkSession, config: PipelineConfig, rules: Rules, lake: Lake) -> None:
    """Runs the made-up batches into the tables of a lake that is there for nothing else."""
    ensure_tables(lake, config.pack)
    locks = TableLocks()
    gold = Gold(lake, config.pack, locks)
    runner = BatchRunner(
        pack=config.pack,
        rules=rules,
        sinks=Sinks(lake, locks),
        gold=gold,
        window=KeyWindow(rules.late_grace_us, rules.late_grace_us),
        position=Position("warm-up", 0, {}, NEVER),
        floors={},
        report=lambda _: None,
        lag=lambda _: 0,
        on_driver=not is_cluster(config.master),
    )
    for batch in range(_BATCHES):
        runner.run(parse(_records(spark, config.pack, batch), config.pack), _RECORDS)
    runner.close()
    gold.close()


def _records(spark: SparkSession, pack: PackSpec, batch: int) -> DataFrame:
    """Records of every event type, one without fault for each, and one that is no JSON."""
    now = time.time()
    values = [json.dumps(_event(pack, kind, f"{batch}-{kind}", now)) for kind in pack.event_types]
    values = [*values[:_RECORDS], "no JSON"]
    rows = ", ".join(f"({i}L, '{value}')" for i, value in enumerate(values, batch * _RECORDS))
    return spark.sql(
        "SELECT CAST(v AS BINARY) AS value, 'k' AS key, 't' AS topic, 0 AS partition, o AS offset, "
        f"timestamp_millis({int(now * 1000)}) AS kafka_ts FROM VALUES {rows} AS t(o, v)"
    )


def _event(pack: PackSpec, kind: str, identity: str, now: float) -> dict[str, object]:
    event: dict[str, object] = {
        f.name: 1 if f.type in ("double", "integer") else "x" for f in pack.fields
    }
    event[pack.roles.event_id] = identity
    event[pack.roles.event_type] = kind
    event[pack.roles.timestamp] = int(now * 1000)
    event[pack.amount.currency_field] = next(iter(pack.currencies))
    return event
