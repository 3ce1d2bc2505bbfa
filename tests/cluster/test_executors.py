"""A driver on the cluster: who gives it executors, and what it says when they are gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.job import JvmConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.domain import load_pack
from engine.paths import resources_dir
from engine.provision.jars import spark_jars
from engine.provision.java import find_java
from pipelines.cluster import executors, wait_for_executors
from pipelines.errors import DriverError
from pipelines.jvm import DriverJvm
from pipelines.place import Cluster
from tests.cluster.standalone import Standalone
from tests.e2e.lakehouse import until

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]


@pytest.fixture
def place(folder: Path, cluster: Standalone) -> Cluster:
    pack = load_pack(resources_dir() / "domains" / "ecommerce")
    jars = tuple(map(str, spark_jars()))
    config = PipelineConfig(
        kafka=KafkaEndpoint(bootstrap_servers="127.0.0.1:9", topic=pack.topic),
        pack=pack,
        jvm=JvmConfig(java=str(find_java().java), jars=jars, heap_mb=512),
        lake_path=str(folder / "lake"),
        checkpoint_path=str(folder),
        scratch_path=str(folder / "scratch"),
        pid_dir=str(folder),
        master=cluster.url,
        spark_properties=str(cluster.properties()),
    )
    made = Cluster(config)
    made.make_folders()
    return made


@pytest.fixture
def driver(place: Cluster) -> Iterator[DriverJvm]:
    made = place.start_driver()
    yield made
    made.stop()
    for name in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
        os.environ.pop(name, None)


def test_that_executors_that_are_away_are_told_until_one_is_back(
    cluster: Standalone, place: Cluster, driver: DriverJvm
) -> None:
    driver.connect()
    spark = place.open_session()
    try:
        with pytest.raises(DriverError, match="gave no executor within 1 s"):
            wait_for_executors(spark, cluster.url, 1.0)
        worker = cluster.add_worker()
        wait_for_executors(spark, cluster.url, 300.0)
        place.check(spark)
        assert place.writers(spark) == 2
        worker.kill()
        until(lambda: not executors(spark), 120, "the executor is missed")
        with pytest.raises(DriverError, match="no executor for us any more"):
            place.check(spark)
        cluster.add_worker()
        until(lambda: executors(spark), 300, "a new worker gave one")
        place.check(spark)
    finally:
        spark.stop()
