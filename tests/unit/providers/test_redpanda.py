"""Redpanda's files and command line; the program itself is not run in tests."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.paths import DataPaths
from engine.providers.base import ToolResult
from engine.providers.broker_redpanda import Host, RedpandaBroker
from engine.providers.kafka_client import TopicPlan

pytestmark = pytest.mark.unit
GOOD = Host("linux", "x86_64", 60_000, "ext4")


async def _no_tool(*_: object) -> ToolResult:
    raise AssertionError("no helper program is needed")


@pytest.fixture
def home(tmp_path):
    for part in ("lib/ld.so", "libexec/redpanda"):
        (tmp_path / "rp" / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "rp" / part).touch()
    return tmp_path / "rp"


def _broker(tmp_path, home, host: Host = GOOD) -> RedpandaBroker:
    paths = DataPaths(tmp_path / "data").create()
    return RedpandaBroker(paths, TopicPlan("events", 3), homes=(home,), host=lambda _: host)


def test_that_it_is_usable_where_binary_and_computer_fit(tmp_path, home):
    assert _broker(tmp_path, home).available().usable


@pytest.mark.parametrize(
    ("host", "why"),
    [
        (Host("darwin", "arm64", 60_000, "apfs"), "does not run on darwin"),
        (Host("linux", "x86_64", 10, "ext4"), "fs.aio-max-nr"),
        (Host("linux", "x86_64", 60_000, "btrfs"), "ext4 or xfs"),
    ],
)
def test_that_a_computer_that_does_not_fit_is_named(tmp_path, home, host, why):
    answer = _broker(tmp_path, home, host).available()
    assert not answer.usable
    assert why in answer.why


def test_that_a_missing_binary_is_named(tmp_path):
    assert "no binary" in _broker(tmp_path, tmp_path / "none").available().why


def test_that_it_starts_through_its_own_loader_with_fsync_kept(tmp_path, home):
    broker = _broker(tmp_path, home)
    asyncio.run(broker.prepare(_no_tool))
    launch = broker.command()
    assert launch.argv[:4] == (
        str(home / "lib/ld.so"),
        "--library-path",
        str(home / "lib"),
        str(home / "libexec/redpanda"),
    )
    for risky in ("--mode", "dev-container", "--unsafe-bypass-fsync", "developer_mode"):
        assert risky not in " ".join(launch.argv)
    assert "LD_LIBRARY_PATH" not in launch.env


def test_that_the_password_goes_by_the_environment_only(tmp_path, home):
    broker = _broker(tmp_path, home)
    asyncio.run(broker.prepare(_no_tool))
    launch, password = broker.command(), broker.endpoint().password
    assert password
    assert launch.env["RP_BOOTSTRAP_USER"] == f"lakehouse:{password}:SCRAM-SHA-256"
    assert not any(password in argument for argument in launch.argv)


def test_that_it_is_on_loopback_with_authentication_and_reports_to_nobody(tmp_path, home):
    broker = _broker(tmp_path, home)
    asyncio.run(broker.prepare(_no_tool))
    folder = tmp_path / "data/broker/redpanda"
    node = json.loads((folder / "redpanda.yaml").read_text())["redpanda"]
    cluster = json.loads((folder / ".bootstrap.yaml").read_text())
    listeners = [node["rpc_server"], *node["kafka_api"], *node["admin"]]
    assert {listener["address"] for listener in listeners} == {"127.0.0.1"}
    assert "developer_mode" not in node
    assert cluster["enable_sasl"]
    assert cluster["admin_api_require_auth"]
    assert not cluster["enable_metrics_reporter"]
    assert not cluster["auto_create_topics_enabled"]
    assert node["kafka_api"][0]["port"] == broker.port
