"""Services that need another: started after it, kept or restarted with it; no real time passes."""

from __future__ import annotations

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import Fatal
from tests.unit.supervisor.fakes import READY, settle
from tests.unit.supervisor.harness import THREE, Harness, play

pytestmark = pytest.mark.unit


async def fail(h: Harness, message: str) -> None:
    """The pipeline gives up for good."""
    h.child("pipeline").say(Fatal(message=message, retry=False))
    h.child("pipeline").end(1)
    await h.clock.advance(0.5)


async def broker_is_back(h: Harness) -> None:
    """Restarted after it ended, and ready."""
    await h.clock.advance(2)
    h.child("broker").say(READY)
    await settle()


def test_that_dependants_wait_until_what_they_need_is_ready(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await h.clock.advance(500)  # waiting is not starting: no deadline runs
        assert {c.argv for c in h.platform.children} == {("broker",)}
        assert h.detail("pipeline") == "Waiting for broker."

    async def ready(h: Harness) -> None:
        await h.up("broker")
        assert {c.argv[0] for c in h.platform.children} == {"broker", "pipeline", "generator"}

    play(tmp_path / "a", THREE, scene)
    play(tmp_path / "b", THREE, ready)


def test_that_a_dependant_survives_a_restart_of_its_broker(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        first = h.child("pipeline")
        h.child("broker").end(-9)
        await broker_is_back(h)
        assert h.child("pipeline") is first
        assert first.alive

    play(tmp_path, THREE, scene)


def test_that_a_dependant_that_asks_for_it_is_restarted_with_its_broker(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["pipeline"].restart_with_dependency = True
        await h.up("broker", "pipeline", "generator")
        first = h.child("pipeline")
        h.child("broker").end(-9)
        await h.clock.advance(2)
        h.child("broker").say(READY)
        await h.clock.advance(1)
        assert not first.alive
        assert h.child("pipeline") is not first

    play(tmp_path, THREE, scene)


def test_that_dependants_are_restarted_when_the_port_has_moved(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["broker"].number = 4000
        await h.up("broker", "pipeline", "generator")
        first = h.child("generator")
        h.child("broker").end(-9)
        await h.clock.advance(0.5)
        h.providers["broker"].number = 4001
        await h.clock.advance(1)
        h.child("broker").say(READY)
        await h.clock.advance(1)
        assert not first.alive

    play(tmp_path, THREE, scene)


def test_that_what_failed_without_its_broker_is_tried_again_when_that_is_back(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        h.child("broker").end(-9)
        await settle()
        await fail(h, "No broker.")
        assert h.state("pipeline") is State.FAILED
        await broker_is_back(h)
        assert h.state("pipeline") is State.STARTING

    play(tmp_path, THREE, scene)


def test_that_what_failed_by_itself_stays_down(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        await fail(h, "A bad pack.")
        h.child("broker").end(-9)
        await broker_is_back(h)
        assert h.state("pipeline") is State.FAILED

    play(tmp_path, THREE, scene)


def test_that_starting_one_starts_what_it_needs(tmp_path):
    async def scene(h: Harness) -> None:
        h.fleet.start_with_dependencies("pipeline")
        await settle()
        assert h.state("broker") is State.STARTING
        assert h.state("generator") is State.STOPPED

    play(tmp_path, THREE, scene)
