"""What doctor says of a Spark cluster."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.host.cluster_check import look
from engine.host.findings import Finding
from engine.paths import DataPaths
from engine.settings import load_settings

pytestmark = pytest.mark.unit


def found(root: Path, **env: str) -> Finding:
    return look(DataPaths(root), load_settings(env, root), env)


def test_that_without_a_cluster_all_is_well(tmp_path: Path) -> None:
    assert found(tmp_path).level == "ok"


def test_that_a_master_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    told = found(tmp_path, SPARK_MASTER="spark://127.0.0.1:1")
    assert told.level == "error"
    assert "SPARK_MASTER" in told.remedy


def test_that_workers_elsewhere_need_a_broker_that_they_reach(tmp_path: Path) -> None:
    told = found(tmp_path, SPARK_MASTER="yarn")
    assert (told.level, "KAFKA_BOOTSTRAP_SERVERS" in told.remedy) == ("error", True)


def test_that_a_folder_must_be_shared_with_workers_elsewhere(tmp_path: Path) -> None:
    told = found(tmp_path, SPARK_MASTER="yarn", KAFKA_BOOTSTRAP_SERVERS="k:9092")
    assert (told.level, "DELTA_PATH" in told.remedy) == ("warning", True)
    assert str(tmp_path) in told.detail


def test_that_a_bucket_wants_a_region(tmp_path: Path) -> None:
    settings = {
        "SPARK_MASTER": "yarn",
        "KAFKA_BOOTSTRAP_SERVERS": "k:9092",
        "DELTA_PATH": "s3a://b/lake",
    }
    assert "AWS_REGION" in found(tmp_path, **settings).remedy
    assert found(tmp_path, **settings, AWS_REGION="eu-1").level == "ok"


def test_that_on_this_computer_broker_and_folder_are_shared_anyway(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        master = f"spark://127.0.0.1:{listening.getsockname()[1]}"
        assert found(tmp_path, SPARK_MASTER=master).level == "ok"
