"""What a driver for a cluster is told, and what is said where the cluster does not answer."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.contracts.job import JvmConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.contracts.places import is_cluster
from pipelines.cluster import cluster_confs, reach_master, write_properties
from pipelines.errors import ClusterError, DriverError
from pipelines.jvm import command
from pipelines.session import bucket_confs

pytestmark = pytest.mark.unit


@pytest.fixture
def config(tmp_path: Path, pack: PackSpec) -> PipelineConfig:
    return PipelineConfig(
        kafka=KafkaEndpoint(bootstrap_servers="127.0.0.1:9", topic=pack.topic),
        pack=pack,
        jvm=JvmConfig(java="java", jars=("/jars/a.jar", "/jars/b.jar")),
        lake_path=str(tmp_path / "lake"),
        checkpoint_path=str(tmp_path),
        scratch_path=str(tmp_path),
        pid_dir=str(tmp_path),
        master="spark://127.0.0.1:7077",
    )


def test_that_local_masters_are_no_cluster() -> None:
    masters = ("local", "local[*]", "spark://h:7077", "yarn", "k8s://h")
    assert [is_cluster(master) for master in masters] == [False, False, True, True, True]


def test_that_our_address_is_the_one_that_the_master_sees() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert reach_master(f"spark://127.0.0.1:1,127.0.0.1:{port}") == "127.0.0.1"


def test_that_a_master_that_does_not_answer_is_named_with_a_remedy() -> None:
    with pytest.raises(DriverError, match=r"spark://127.0.0.1:1 cannot be reached.*SPARK_MASTER"):
        reach_master("spark://127.0.0.1:1")


def test_that_other_masters_are_left_to_spark() -> None:
    assert reach_master("yarn") is None
    assert "spark.driver.host" not in cluster_confs_of("yarn")


def cluster_confs_of(master: str) -> dict[str, str]:
    jvm = JvmConfig(java="java", jars=())
    made = PipelineConfig.model_construct(jvm=jvm, master=master, lake_path="/lake")
    return cluster_confs(made, None)


def test_that_executors_get_our_jars(config: PipelineConfig) -> None:
    assert cluster_confs(config, "10.0.0.1")["spark.jars"] == "/jars/a.jar,/jars/b.jar"
    assert cluster_confs(config, "10.0.0.1")["spark.driver.bindAddress"] == "10.0.0.1"


def test_that_a_persons_settings_win_and_stay_private(
    config: PipelineConfig, tmp_path: Path
) -> None:
    own = tmp_path / "own.properties"
    own.write_text("spark.executor.memory 4g\nspark.authenticate.secret hush\n")
    told = config.model_copy(update={"spark_properties": str(own)})
    written = write_properties(told, {"spark.executor.memory": "1g"})
    assert written.stat().st_mode & 0o077 == 0
    lines = written.read_text().splitlines()
    assert lines.index("spark.executor.memory 1g") < lines.index("spark.executor.memory 4g")
    argv = command(told, Path("/spark"), {}, written)
    assert argv[argv.index("--properties-file") + 1] == str(written)
    assert not any("hush" in word for word in argv)


def test_that_a_properties_file_that_is_not_there_is_an_error(config: PipelineConfig) -> None:
    told = config.model_copy(update={"spark_properties": "/none.properties"})
    with pytest.raises(ClusterError, match=r"/none.properties cannot be read.*SPARK_PROPERTIES"):
        write_properties(told, {})


def test_that_spark_meets_the_bucket_that_delta_rs_meets() -> None:
    told = bucket_confs({"AWS_ENDPOINT_URL": "http://h:1", "AWS_REGION": "eu-1", "AWS_KEY": "x"})
    assert told == {
        "spark.hadoop.fs.s3a.endpoint": "http://h:1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.endpoint.region": "eu-1",
    }
    assert bucket_confs({}) == {}
