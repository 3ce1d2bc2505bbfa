"""Events are spread evenly, and time that was lost stays lost."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.generator.pacing import MAX_SLICE, Pacer

pytestmark = pytest.mark.unit


def test_that_slices_together_keep_the_rate() -> None:
    pacer = Pacer(300, 0)
    times = [at for now in range(40, 10_001, 40) for at in pacer.due(now)]
    assert len(times) == pytest.approx(3000, abs=1)
    assert all(later - earlier == pytest.approx(1000 / 300) for earlier, later in pairwise(times))


def test_that_a_factor_multiplies_the_rate() -> None:
    pacer = Pacer(100, 0)
    assert len([at for now in range(40, 1001, 40) for at in pacer.due(now, 5)]) == 501


def test_that_a_rate_of_zero_sends_nothing_and_can_be_raised() -> None:
    pacer = Pacer(0, 0)
    assert pacer.due(60_000) == []
    pacer.rate = 10
    assert len(pacer.due(60_100)) == 2


def test_that_a_higher_rate_does_not_wait_for_the_old_plan() -> None:
    pacer = Pacer(0.001, 0)
    assert pacer.due(1) == [0]
    pacer.rate = 100
    assert pacer.due(2) == []
    assert len(pacer.due(12)) == 1


def test_that_a_long_pause_is_not_made_up_for() -> None:
    pacer = Pacer(100, 0)
    pacer.due(0)
    assert pacer.due(3_600_000) == [3_600_000]


def test_that_a_clock_set_back_does_not_silence_the_stream() -> None:
    pacer = Pacer(100, 3_600_000)
    pacer.due(3_600_000)
    pacer.due(0)
    assert pacer.due(10) == [10]


def test_that_a_slice_is_bounded() -> None:
    assert len(Pacer(100_000, 0).due(1000)) == MAX_SLICE


def test_that_the_rate_is_exact_at_today_s_times() -> None:
    start = 1_795_416_753_853.25
    pacer = Pacer(5000, start)
    sent = sum(len(pacer.due(start + now)) for now in range(40, 20_001, 40))
    assert sent == pytest.approx(100_000, abs=1)
