"""The pipeline's and the generator's configuration and command line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.contracts.job import GeneratorConfig, PipelineConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import AmountSpec, PackSpec, Roles, SegmentSpec
from engine.contracts.tally import TallyConfig
from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.providers.base import ToolResult
from engine.providers.generator import DemoGenerator
from engine.providers.pipeline_local import LocalPipeline
from engine.providers.tally import LiveTally
from engine.settings import load_settings

pytestmark = pytest.mark.unit
PACK = PackSpec(
    name="tiny",
    title="Tiny",
    version="1",
    topic="events",
    partitions=1,
    event_types=("view",),
    roles=Roles(event_id="id", event_type="type", timestamp="ts", user="user"),
    fields=(),
    amount=AmountSpec(event_types=(), sql="0", currency_field="currency"),
    currencies={},
    kpis=(),
    segments=SegmentSpec(dimensions=(), measures=()),
    generator={},
)
ENDPOINT = KafkaEndpoint(
    bootstrap_servers="127.0.0.1:1", username="me", password="s3cret", topic="events"
)


async def _no_tool(*_: object) -> ToolResult:
    raise AssertionError("no helper program is needed")


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


def _pipeline(paths: DataPaths, java=lambda: Path("/java"), **env: str) -> LocalPipeline:
    return LocalPipeline(
        paths,
        load_settings(env, paths.root),
        pack=lambda: PACK,
        endpoint=lambda: ENDPOINT,
        java=java,
        jars=lambda: (Path("/j/delta.jar"),),
    )


def test_that_the_pipeline_s_file_is_private_and_whole(paths, tmp_path):
    java = tmp_path / "java"
    java.touch()
    asked: list[Sequence[str]] = []

    async def tool(argv: Sequence[str], _folder: Path) -> ToolResult:
        asked.append(argv)
        return ToolResult(0, "")

    pipeline = _pipeline(paths, lambda: java, WATERMARK_DELAY="2m", DELTA_PATH="/lake")
    asyncio.run(pipeline.prepare(tool))
    assert "-Xshare:dump" in asked[0]
    file = paths.run / "pipeline.json"
    assert file.stat().st_mode & 0o777 == 0o600
    config = PipelineConfig.model_validate_json(file.read_text())
    assert (config.watermark_delay_s, config.lake_path) == (120, "/lake")
    assert config.kafka == ENDPOINT
    assert config.pid_dir == str(paths.run)


def test_that_changed_settings_count_from_the_next_start(paths, tmp_path):
    java = tmp_path / "java"
    java.touch()
    pipeline = _pipeline(paths, lambda: java, DELTA_PATH="/lake")
    pipeline.configure(load_settings({"WATERMARK_DELAY": "2m", "DELTA_PATH": "/other"}, tmp_path))
    assert pipeline.config().watermark_delay_s == 120
    assert pipeline.config().lake_path == "/lake"

    settings = load_settings({}, tmp_path)
    generator = DemoGenerator(paths, settings.generator, lambda: PACK, lambda: ENDPOINT)
    generator.configure(load_settings({"PRODUCER_RATE": "7"}, tmp_path))
    assert generator.config().rate == 7


def test_that_the_pipeline_s_driver_is_ended_with_it(paths):
    launch = _pipeline(paths).command()
    assert launch.records == ("driver",)
    assert launch.protocol
    assert launch.argv[1:] == ("-m", "pipelines.main", str(paths.run / "pipeline.json"))


def test_that_keys_of_other_services_do_not_reach_the_pipeline(paths, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    assert "OPENAI_API_KEY" not in _pipeline(paths).command().env


def test_that_a_cluster_s_master_is_not_for_the_local_pipeline(paths):
    answer = _pipeline(paths, SPARK_MASTER="spark://host:7077").available()
    assert "cluster" in answer.why


def test_that_missing_java_makes_it_unusable(paths):
    def none() -> Path:
        raise LakehouseError("No Java.", "Run `make setup`.")

    answer = _pipeline(paths, java=none).available()
    assert not answer.usable
    assert answer.why == "No Java. Run `make setup`."


def test_that_the_generator_gets_its_settings(paths):
    settings = load_settings({"PRODUCER_RATE": "5", "PRODUCER_COUNTRIES": "DE"}, paths.root)
    generator = DemoGenerator(
        paths, settings.generator, pack=lambda: PACK, endpoint=lambda: ENDPOINT
    )
    asyncio.run(generator.prepare(_no_tool))
    file = paths.run / "generator.json"
    config = GeneratorConfig.model_validate_json(file.read_text())
    assert (config.rate, config.countries) == (5, ("DE",))
    assert file.stat().st_mode & 0o777 == 0o600
    assert generator.secrets() == ("s3cret",)


def test_that_the_tally_judges_by_the_pipeline_s_times_and_keeps_a_private_file(paths):
    settings = load_settings({"WATERMARK_DELAY": "2m", "RTLAKEHOUSE_AUDIT_EVERY": "5"}, paths.root)
    tally = LiveTally(paths, settings, pack=lambda: PACK, endpoint=lambda: ENDPOINT)
    asyncio.run(tally.prepare(_no_tool))
    file = paths.run / "tally.json"
    config = TallyConfig.model_validate_json(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert (config.watermark_delay_s, config.audit_every_s) == (120, 5)
    assert config.lake_path == str(paths.lake)
    assert tally.secrets() == ("s3cret",)
    assert tally.command().argv[1:] == ("-m", "engine.tally", str(file))
