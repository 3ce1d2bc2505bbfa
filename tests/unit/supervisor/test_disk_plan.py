"""A disk that fills up: what is paused and stopped, and goes on; no real time passes."""

from __future__ import annotations

import pytest

from engine.contracts.names import State
from engine.supervisor.disk import DiskGuard, DiskPlan, Thresholds
from tests.unit.supervisor.fakes import settle
from tests.unit.supervisor.harness import THREE, Harness, play

pytestmark = pytest.mark.unit


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
