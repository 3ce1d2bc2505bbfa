"""The circuit breaker: opens, rests, lets one try, closes."""

from __future__ import annotations

import pytest

from engine.llm.breaker import FAILURES, FIRST_REST_S, LONGEST_REST_S, Breaker
from engine.llm.errors import KeyRefused, NotReachable

pytestmark = pytest.mark.unit
DOWN = NotReachable("It is down.", "Wait.")


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(clock)


def fail(breaker, times):
    for _ in range(times):
        breaker.bad(DOWN)


def test_that_it_stays_closed_below_the_limit_and_a_success_starts_the_count_anew(breaker):
    fail(breaker, FAILURES - 1)
    assert breaker.enter() is None
    breaker.good()
    fail(breaker, FAILURES - 1)
    assert breaker.enter() is None


def test_that_it_opens_with_the_last_error_and_lets_one_through_after_its_rest(breaker, clock):
    fail(breaker, FAILURES)
    assert breaker.enter() is DOWN
    assert breaker.reason() is DOWN
    clock.now += FIRST_REST_S
    assert breaker.reason() is None
    assert breaker.enter() is None
    assert breaker.enter() is DOWN, "only one tries"


def test_that_a_failed_try_doubles_the_rest_up_to_its_limit(breaker, clock):
    fail(breaker, FAILURES)
    rest = FIRST_REST_S
    for _ in range(8):
        clock.now += rest
        assert breaker.enter() is None
        breaker.bad(DOWN)
        rest = min(2 * rest, LONGEST_REST_S)
        clock.now += rest - 1
        assert breaker.enter() is DOWN
        clock.now += 1 - rest
    assert rest == LONGEST_REST_S


def test_that_a_good_try_closes_it(breaker, clock):
    fail(breaker, FAILURES)
    clock.now += FIRST_REST_S
    assert breaker.enter() is None
    breaker.good()
    assert breaker.enter() is None
    assert breaker.enter() is None


def test_that_a_cancelled_try_leaves_the_try_to_the_next_one(breaker, clock):
    fail(breaker, FAILURES)
    clock.now += FIRST_REST_S
    assert breaker.enter() is None
    breaker.left()
    assert breaker.enter() is None


def test_that_a_refused_key_opens_it_at_once(breaker):
    refused = KeyRefused("No.", "Enter it again.")
    breaker.bad(refused)
    assert breaker.enter() is refused
