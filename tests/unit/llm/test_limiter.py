"""The client-side rate limit."""

from __future__ import annotations

import pytest

from engine.llm.limiter import Limiter

pytestmark = pytest.mark.unit


def test_that_a_burst_passes_and_what_follows_is_spread_over_the_minute():
    now = [0.0]
    limiter = Limiter(60, lambda: now[0])
    assert [limiter.take() for _ in range(15)] == [0.0] * 15
    assert limiter.take() == pytest.approx(1.0)
    assert limiter.take() == pytest.approx(2.0)
    now[0] += 60
    assert limiter.take() == 0.0


def test_that_a_place_given_back_can_be_taken_again():
    limiter = Limiter(4, lambda: 0.0)
    assert limiter.take() == 0.0
    waits = limiter.take()
    limiter.give_back()
    assert waits == limiter.take() == pytest.approx(15.0)


def test_that_one_request_a_minute_is_still_one():
    now = [0.0]
    limiter = Limiter(1, lambda: now[0])
    assert limiter.take() == 0.0
    assert limiter.take() == pytest.approx(60.0)
