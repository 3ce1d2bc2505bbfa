"""The runtime around the machine: order, deadlines, grace, retries; no real time passes."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import (
    Degraded,
    Fatal,
    Notice,
    Produced,
    Recovered,
    SetRate,
)
from engine.errors import LakehouseError, ProviderError, SurvivorError
from engine.supervisor.disk import DiskGuard, DiskPlan, Thresholds
from tests.unit.supervisor.fakes import READY, settle
from tests.unit.supervisor.harness import Harness, play

pytestmark = pytest.mark.unit

ONE: dict[str, tuple[str, ...]] = {"pipeline": ()}
THREE: dict[str, tuple[str, ...]] = {
    "broker": (),
    "pipeline": ("broker",),
    "generator": ("broker",),
}


def test_that_a_child_is_ready_only_once_it_says_so(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await settle()
        assert h.state("pipeline") is State.STARTING
        h.child("pipeline").say(READY)
        await settle()
        assert (h.state("pipeline"), h.detail("pipeline")) == (State.READY, "up")

    play(tmp_path, ONE, scene)


def test_that_what_is_off_is_not_started_with_the_others_and_says_why(tmp_path):
    async def scene(h: Harness) -> None:
        h.fleet.services["generator"].off = "Off: Settings turns it on."
        await h.up("broker", "pipeline")
        assert h.state("generator") is State.STOPPED
        assert h.detail("generator") == "Off: Settings turns it on."
        h.fleet.start_with_dependencies("generator")  # a person may start it all the same
        await settle()
        h.child("generator").say(READY)
        await settle()
        assert (h.state("generator"), h.detail("generator")) == (State.READY, "up")

    play(tmp_path, THREE, scene)


def test_that_a_service_is_switched_off_and_on_while_the_others_run(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        h.fleet.switch("generator", "Off.")
        await h.clock.advance(10)
        assert (h.state("generator"), h.detail("generator")) == (State.STOPPED, "Off.")
        h.fleet.switch("generator", "Off.")
        assert h.state("generator") is State.STOPPED
        h.fleet.switch("generator", "")
        await settle()
        h.child("generator").say(READY)
        await settle()
        assert h.state("generator") is State.READY
        assert h.state("broker") is State.READY

    play(tmp_path, THREE, scene)


def test_that_a_foreign_program_is_ready_only_once_its_handshake_answers(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await h.clock.advance(1)
        assert h.state("pipeline") is State.STARTING
        h.providers["pipeline"].shaken.set()
        await settle()
        assert h.state("pipeline") is State.READY

    play(tmp_path, ONE, scene, protocol=False)


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


def test_that_stopping_goes_in_reverse_and_leaves_nothing(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        h.child("broker").ignores_stop = True
        stopping = asyncio.create_task(h.fleet.stop_all())
        await h.clock.advance(1)
        assert (h.state("pipeline"), h.state("generator")) == (State.STOPPED, State.STOPPED)
        assert h.state("broker") is State.STOPPING
        await h.clock.advance(30)
        await stopping
        assert not any(child.alive for child in h.platform.children)
        assert list(h.paths.run.glob("*.pid")) == []

    play(tmp_path, THREE, scene)


def test_that_a_child_that_will_not_stop_is_killed_after_its_grace(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        child = h.child("pipeline")
        child.ignores_stop = True
        h.fleet.stop("pipeline")
        await h.clock.advance(7.9)
        assert child.alive
        await h.clock.advance(0.2)
        assert not child.alive
        await h.clock.advance(1)
        assert h.state("pipeline") is State.STOPPED

    play(tmp_path, ONE, scene)


def test_that_a_foreign_program_is_asked_by_term(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["pipeline"].shaken.set()
        await h.up()
        await settle()
        h.fleet.stop("pipeline")
        await h.clock.advance(1)
        assert "term 100" in h.platform.calls
        assert h.state("pipeline") is State.STOPPED

    play(tmp_path, ONE, scene, protocol=False)


def test_that_processes_that_survive_a_kill_are_told_of(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        child = h.child("pipeline")
        child.immortal = child.ignores_stop = True
        h.fleet.stop("pipeline")
        await h.clock.advance(30)
        assert h.state("pipeline") is State.FAILED
        assert "Restart the computer" in h.detail("pipeline")

    play(tmp_path, ONE, scene)


def test_that_no_second_writer_starts_while_the_first_may_live(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        child = h.child("pipeline")
        child.immortal = True
        h.fleet.services["pipeline"].fail("It hangs.")
        await h.clock.advance(25)
        assert len(h.platform.children) == 1

    harness = play(tmp_path, ONE, scene, defects=True)
    assert all(isinstance(defect, SurvivorError) for defect in harness.defects)


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


def test_that_numbers_reach_listeners_and_stray_lines_the_log(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("pipeline")
        message = Produced(sent=1, acknowledged=1, failed=0, rate=1.0)
        h.child("pipeline").say(message)
        h.child("pipeline").say("WARNING: not JSON")
        await settle()
        assert ("pipeline", message) in h.heard
        assert "WARNING: not JSON" in (h.paths.logs / "pipeline.log").read_text()

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


def test_that_a_stop_while_starting_leaves_nothing(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await settle()
        h.fleet.stop("pipeline")
        await h.clock.advance(1)
        assert h.state("pipeline") is State.STOPPED
        assert not h.child("pipeline").alive

    play(tmp_path, ONE, scene)


def test_that_a_dependant_survives_a_restart_of_its_broker(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        first = h.child("pipeline")
        h.child("broker").end(-9)
        await h.clock.advance(2)
        h.child("broker").say(READY)
        await settle()
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
        h.child("pipeline").say(Fatal(message="No broker.", retry=False))
        h.child("pipeline").end(1)
        await h.clock.advance(0.5)
        assert h.state("pipeline") is State.FAILED
        await h.clock.advance(2)
        h.child("broker").say(READY)
        await settle()
        assert h.state("pipeline") is State.STARTING

    play(tmp_path, THREE, scene)


def test_that_what_failed_by_itself_stays_down(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        h.child("pipeline").say(Fatal(message="A bad pack.", retry=False))
        h.child("pipeline").end(1)
        await h.clock.advance(0.5)
        h.child("broker").end(-9)
        await h.clock.advance(2)
        h.child("broker").say(READY)
        await settle()
        assert h.state("pipeline") is State.FAILED

    play(tmp_path, THREE, scene)


def test_that_starting_one_starts_what_it_needs(tmp_path):
    async def scene(h: Harness) -> None:
        h.fleet.start_with_dependencies("pipeline")
        await settle()
        assert h.state("broker") is State.STARTING
        assert h.state("generator") is State.STOPPED

    play(tmp_path, THREE, scene)


def test_that_commands_reach_the_child_or_are_told_of(tmp_path):
    async def scene(h: Harness) -> None:
        h.fleet.send("pipeline", SetRate(rate=5))
        (name, notice) = h.heard[-1]
        assert name == "pipeline"
        assert isinstance(notice, Notice)
        await h.up("pipeline")
        h.fleet.send("pipeline", SetRate(rate=5))
        assert json.loads(h.child("pipeline").sent[-1]) == {"kind": "set_rate", "rate": 5.0}

    play(tmp_path, ONE, scene)


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


def test_that_records_of_a_child_s_own_children_are_ended_with_it(tmp_path):
    async def scene(h: Harness) -> None:
        h.providers["pipeline"].records = ("driver",)
        await h.up("pipeline")
        h.platform.strangers[7] = "boot:7"
        record = h.paths.run / "driver.pid"
        record.write_text(json.dumps({"pid": 7, "start_time": "boot:7"}))
        h.child("pipeline").end(-9)
        await h.clock.advance(0.1)
        assert 7 not in h.platform.strangers
        assert not record.exists()

    play(tmp_path, ONE, scene)


def test_that_a_full_disk_pauses_then_stops_and_lets_go_on(tmp_path):
    free = [3000]
    guard = DiskGuard([tmp_path], Thresholds(2000, 1000, 500), free_bytes=lambda _: free[0])
    plan = DiskPlan(guard)

    def look(h: Harness, space: int) -> None:
        free[0] = space
        if guard.check() is not None:
            h.fleet.apply_disk_plan(plan)

    async def scene(h: Harness) -> None:
        await h.up("broker", "pipeline", "generator")
        look(h, 900)
        await h.clock.advance(1)
        assert (h.state("generator"), h.state("pipeline")) == (State.STOPPED, State.READY)
        look(h, 400)
        await h.clock.advance(1)
        assert (h.state("pipeline"), h.state("broker")) == (State.STOPPED, State.READY)
        look(h, 800)
        await h.clock.advance(1)
        assert (h.state("generator"), h.state("pipeline")) == (State.STOPPED, State.STARTING)
        look(h, 5000)
        await h.clock.advance(1)
        assert h.state("generator") is State.STARTING

    play(tmp_path, THREE, scene, disk=plan)


def test_that_what_was_stopped_by_hand_is_not_started_by_the_disk_guard(tmp_path):
    free = [900]
    guard = DiskGuard([tmp_path], Thresholds(2000, 1000, 500), free_bytes=lambda _: free[0])
    plan = DiskPlan(guard)

    async def scene(h: Harness) -> None:
        guard.check()
        await h.up("broker")
        assert h.state("generator") is State.STOPPED
        h.fleet.stop("generator")
        free[0] = 5000
        guard.check()
        h.fleet.apply_disk_plan(plan)
        await settle()
        assert h.state("generator") is State.STOPPED

    play(tmp_path, THREE, scene, disk=plan)
