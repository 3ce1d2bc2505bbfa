"""Which services an instance has, and which of them are not started with the others."""

from __future__ import annotations

import pytest

from engine.contracts.names import State
from engine.host.compose import compose
from engine.host.monitor import overall
from engine.paths import DataPaths

pytestmark = pytest.mark.unit
OWN = {"KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093"}


@pytest.fixture(scope="module")
def paths(tmp_path_factory) -> DataPaths:
    """One for all: the pack is tried once, which takes seconds."""
    return DataPaths(tmp_path_factory.mktemp("composed")).create()


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        (OWN, "Off: they would go into the topic of your own Kafka."),
        ({**OWN, "RTLAKEHOUSE_DEMO": "on"}, ""),
        ({"RTLAKEHOUSE_DEMO": "off"}, "Off: Settings, Demo data, turns them on."),
        ({}, ""),
    ],
)
def test_that_the_demo_events_have_a_card_that_says_why_they_are_off(paths, env, reason):
    services = {s.name: s for s in compose(paths, env).supervisor.snapshot()}
    assert services["generator"].detail[: len(reason) or None] == reason
    ready = (
        service.model_copy(update={"state": State.READY})
        for name, service in services.items()
        if name != "generator"
    )
    assert overall((*ready, services["generator"])) is State.READY


def test_that_without_demo_events_there_is_no_service_for_them(paths):
    for env in ({}, {"RTLAKEHOUSE_DEMO": "on"}):
        names = [s.name for s in compose(paths, env, demo=False).supervisor.snapshot()]
        assert "generator" not in names
