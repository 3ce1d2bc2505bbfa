"""Which worker a session gets, and when one is started ahead."""

from __future__ import annotations

from typing import Any, cast

import pytest

from engine.contracts.query import Limits
from engine.query.pool import WorkerPool

pytestmark = pytest.mark.unit

SMALL, LARGE = Limits(memory_mb=256), Limits(memory_mb=512)


class Worker:
    """Lives until it is killed."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.alive = True

    def kill(self) -> None:
        self.alive = False


@pytest.fixture
def started() -> list[Worker]:
    return []


@pytest.fixture
def pool(started) -> WorkerPool:
    def start(limits: Limits) -> Any:
        started.append(Worker(limits))
        return started[-1]

    return WorkerPool(start)


def test_that_nothing_is_started_ahead_before_somebody_ran_something(pool, started):
    pool.enter(SMALL)
    assert pool.take(SMALL) is started[0]
    assert len(started) == 1


def test_that_the_next_session_gets_the_spare(pool, started):
    pool.enter(SMALL)
    pool.take(SMALL)
    pool.refill(SMALL)
    pool.refill(SMALL)
    assert len(started) == 2
    assert cast("Any", pool.take(SMALL)) is started[1]
    assert pool.take(SMALL) is started[2]


def test_that_a_spare_is_for_its_limits_only(pool, started):
    pool.enter(SMALL)
    pool.enter(LARGE)
    pool.refill(SMALL)
    assert cast("Any", pool.take(LARGE)).limits == LARGE
    assert started[0].alive


def test_that_a_dead_spare_is_replaced(pool, started):
    pool.enter(SMALL)
    pool.refill(SMALL)
    started[0].kill()
    assert pool.take(SMALL) is started[1]
    pool.refill(SMALL)
    started[2].kill()
    pool.refill(SMALL)
    assert pool.take(SMALL) is started[3]


def test_that_the_spare_ends_with_the_last_session(pool, started):
    pool.enter(SMALL)
    pool.enter(SMALL)
    pool.refill(SMALL)
    pool.leave(SMALL)
    assert started[0].alive
    pool.leave(SMALL)
    assert not started[0].alive
    pool.refill(SMALL)
    assert len(started) == 1
