"""The runtime around the machine: order, deadlines, grace, stops; no real time passes."""

from __future__ import annotations

import asyncio
import json

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import Notice, Produced, SetRate
from engine.errors import SurvivorError
from tests.unit.supervisor.fakes import READY, settle
from tests.unit.supervisor.harness import ONE, THREE, Harness, play

pytestmark = pytest.mark.unit


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


def test_that_a_stop_while_starting_leaves_nothing(tmp_path):
    async def scene(h: Harness) -> None:
        await h.up()
        await settle()
        h.fleet.stop("pipeline")
        await h.clock.advance(1)
        assert h.state("pipeline") is State.STOPPED
        assert not h.child("pipeline").alive

    play(tmp_path, ONE, scene)


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
