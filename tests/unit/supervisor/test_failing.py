"""What a service does when it fails: retries, gives up, says why; no real time passes."""

from __future__ import annotations

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import Degraded, Fatal, Recovered
from engine.errors import LakehouseError, ProviderError
from tests.unit.supervisor.fakes import READY, settle
from tests.unit.supervisor.harness import ONE, Harness, play

pytestmark = pytest.mark.unit


def test_that_a_start_that_is_not_ready_in_time_is_a_failure(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await h.clock.advance(60.5)
        assert h.state("pipeline") is State.BACKOFF
        assert "not ready within 60 s" in h.detail("pipeline")
        assert not h.child("pipeline").alive

    play(tmp_path, ONE, scene)


def test_that_a_crash_is_retried_after_the_delay(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        h.child("pipeline").end(-9)
        await settle()
        assert h.detail("pipeline") == "It was ended by SIGKILL. See its log."
        await h.clock.advance(0.9)
        assert len(h.platform.children) == 1
        await h.clock.advance(0.2)
        assert len(h.platform.children) == 2
        h.child("pipeline").say(READY)
        await settle()
        assert h.fleet.services["pipeline"].snapshot().restarts == 1

    play(tmp_path, ONE, scene)


def test_that_three_crashes_in_five_minutes_are_enough(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        for _ in range(3):
            await settle()
            h.child("pipeline").stderr.feed_data(b"boom\n")
            h.child("pipeline").end(1)
            await h.clock.advance(10)
        assert h.state("pipeline") is State.FAILED
        assert len(h.platform.children) == 3
        lines = h.fleet.services["pipeline"].snapshot().last_lines
        assert sum("boom" in line for line in lines) == 3
        h.fleet.start("pipeline")
        await settle()
        assert len(h.platform.children) == 4

    play(tmp_path, ONE, scene)


def test_that_a_fatal_without_retry_says_why_and_stays_down(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        h.child("pipeline").say(Fatal(message="The pack is broken. Repair it.", retry=False))
        h.child("pipeline").end(1)
        await settle()
        assert h.state("pipeline") is State.FAILED
        assert h.detail("pipeline") == "The pack is broken. Repair it."

    play(tmp_path, ONE, scene)


def test_that_a_fatal_child_that_lingers_is_ended(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        child = h.child("pipeline")
        child.say(Fatal(message="The disk is gone."))
        await h.clock.advance(4)
        assert child.alive
        await h.clock.advance(1.5)
        assert not child.alive
        assert h.states_of("pipeline")[-1] in (State.BACKOFF, State.STARTING)

    play(tmp_path, ONE, scene)


def test_that_degraded_and_recovered_are_shown(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        h.child("pipeline").say(Degraded(detail="The broker is away."))
        await settle()
        assert h.state("pipeline") is State.DEGRADED
        h.child("pipeline").say(Recovered())
        await settle()
        assert h.state("pipeline") is State.READY

    play(tmp_path, ONE, scene)


def test_that_a_provider_that_cannot_be_prepared_is_not_retried(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["pipeline"].trouble = ProviderError("Foreign data.", "Move it away.")
        await h.up()
        await h.clock.advance(100)
        assert h.state("pipeline") is State.FAILED
        assert h.detail("pipeline") == "Foreign data. Move it away."
        assert h.providers["pipeline"].prepared == 1

    play(tmp_path, ONE, scene)


def test_that_a_provider_s_bug_becomes_a_state(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["pipeline"].trouble = KeyError("oops")
        await h.up()
        await settle()
        assert h.state("pipeline") is State.FAILED

    assert play(tmp_path, ONE, scene, defects=True).defects


def test_that_a_service_that_stops_answering_degrades_recovers_and_is_restarted(tmp_path):
    async def scene(h: Harness) -> None:
        provider = h.providers["pipeline"]
        provider.probe_interval_s, provider.probe_patience = 5.0, 4
        await h.up("pipeline")
        provider.probe_trouble = LakehouseError("No answer.", "Wait.")
        await h.clock.advance(5)
        assert h.state("pipeline") is State.READY  # one miss is nothing
        await h.clock.advance(5)
        assert h.state("pipeline") is State.DEGRADED
        provider.probe_trouble = None
        await h.clock.advance(5)
        assert h.state("pipeline") is State.READY
        provider.probe_trouble = LakehouseError("No answer.", "Wait.")
        await h.clock.advance(20)
        assert h.state("pipeline") is State.BACKOFF
        assert not h.child("pipeline").alive

    play(tmp_path, ONE, scene)
