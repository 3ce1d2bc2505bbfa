"""One driver JVM for all tests here, and lakes on which the real batch code runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from engine.contracts.job import JvmConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.provision.jars import spark_jars
from engine.provision.java import find_java
from pipelines.jvm import DriverJvm
from pipelines.session import confs, open_session
from pipelines.tables import Lake
from tests.integration.pipelines.running import Running
from tests.oracle import KafkaRecord
from tests.oracle.make_events import as_records, make_events
from tests.unit.pipelines.lakes import NOON_MS

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory, pack: PackSpec) -> PipelineConfig:
    jars = spark_jars()
    lost = [jar.name for jar in jars if not jar.is_file()]
    if lost:
        pytest.fail(f"Jars are missing: {lost}. Run `python -m engine.provision --quick`.")
    root = tmp_path_factory.mktemp("pipeline")
    (root / "scratch").mkdir()
    return PipelineConfig(
        kafka=KafkaEndpoint(bootstrap_servers="127.0.0.1:9", topic=pack.topic),
        pack=pack,
        jvm=JvmConfig(java=str(find_java().java), jars=tuple(map(str, jars)), heap_mb=1024),
        lake_path=str(root / "lake"),
        checkpoint_path=str(root / "checkpoints"),
        scratch_path=str(root / "scratch"),
        pid_dir=str(root),
    )


@pytest.fixture(scope="session")
def spark(config: PipelineConfig) -> Iterator[SparkSession]:
    """A session on the pipeline's own driver; the JVM ends with the last test."""
    before = {name: os.environ.get(name) for name in ("PYSPARK_GATEWAY_PORT",)}
    jvm = DriverJvm(config, confs(config))
    try:
        jvm.connect()
        session = open_session()
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()
    finally:
        jvm.stop()
        if before["PYSPARK_GATEWAY_PORT"] is None:
            os.environ.pop("PYSPARK_GATEWAY_PORT", None)
            os.environ.pop("PYSPARK_GATEWAY_SECRET", None)


@pytest.fixture
def running(
    tmp_path: Path, spark: SparkSession, pack: PackSpec
) -> Iterator[Callable[[str], Running]]:
    """Makes lakes by name; their runners are closed at the end."""
    made: dict[str, Running] = {}

    def make(name: str = "lake") -> Running:
        if name not in made:
            made[name] = Running(spark, pack, Lake(tmp_path / name))
        return made[name]

    yield make
    for one in made.values():
        one.stop()


@pytest.fixture
def records() -> list[KafkaRecord]:
    return as_records(make_events(420, 31, NOON_MS), NOON_MS)
