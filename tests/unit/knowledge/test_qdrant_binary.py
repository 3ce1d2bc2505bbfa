"""What Qdrant's own program is told: loopback, a key, nothing else listening."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.knowledge.qdrant_binary import ServerPlan, new_plan, server_command, server_config

pytestmark = pytest.mark.unit


@pytest.fixture
def plan(tmp_path) -> ServerPlan:
    return ServerPlan(tmp_path / "files", 4711, "k3y")


def test_that_it_listens_on_loopback_only_and_asks_for_a_key(plan):
    service = server_config(plan)["service"]
    assert (service["host"], service["http_port"], service["api_key"]) == ("127.0.0.1", 4711, "k3y")
    assert service["grpc_port"] is None
    assert not service["enable_cors"]


def test_that_it_tells_nobody_and_is_alone(plan):
    config = server_config(plan)
    assert config["telemetry_disabled"]
    assert not config["cluster"]["enabled"]


def test_that_its_files_lie_in_the_folder(plan):
    storage = server_config(plan)["storage"]
    assert storage["storage_path"] == str(plan.folder / "storage")
    assert storage["snapshots_path"] == str(plan.folder / "snapshots")


def test_that_the_key_is_new_each_time_and_not_in_the_command(tmp_path):
    first, second = new_plan(tmp_path, 1), new_plan(tmp_path, 1)
    assert first.api_key != second.api_key
    command = server_command(Path("/q/qdrant"), tmp_path / "c.json")
    assert command == ["/q/qdrant", "--config-path", f"{tmp_path}/c.json", "--disable-telemetry"]
