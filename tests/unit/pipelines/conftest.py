"""The shipped pack, compiled once, and an empty lake with all its tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.contracts.job import JvmConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from pipelines.tables import Lake, ensure_tables

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="session")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, pack: PackSpec) -> Path:
    root = tmp_path_factory.mktemp("made") / "lake"
    ensure_tables(Lake(root), pack)
    return root


@pytest.fixture
def lake(tmp_path: Path, made_once: Path) -> Lake:
    """An empty lake of its own for each test."""
    return Lake(Path(shutil.copytree(made_once, tmp_path / "lake")))


@pytest.fixture
def config(tmp_path: Path, pack: PackSpec) -> PipelineConfig:
    return PipelineConfig(
        kafka=KafkaEndpoint(
            bootstrap_servers="127.0.0.1:9092",
            username="pipeline",
            password="s3cret-word",
            topic=pack.topic,
        ),
        pack=pack,
        jvm=JvmConfig(java="/jre/bin/java", jars=("/jars/delta.jar", "/jars/kafka.jar")),
        lake_path=str(tmp_path / "lake"),
        checkpoint_path=str(tmp_path / "checkpoints"),
        scratch_path=str(tmp_path / "scratch"),
        pid_dir=str(tmp_path),
    )
