"""Which minutes of the hour before count."""

from __future__ import annotations

import pytest

from engine.alerting.baseline import Periods, baseline
from engine.alerting.model import Minute
from tests.unit.alerting.minutes import NOON, hour, measured, minute

pytestmark = pytest.mark.unit

NOW = NOON + 30.0


def _count(minutes: dict[int, Minute], disturbed: Periods = (), now: float = NOW) -> int:
    found = baseline(measured(now, minutes), "events", NOON - 60, disturbed, now)
    return found.count if found else 0


def test_that_a_full_hour_counts() -> None:
    assert _count(hour()) == 60


def test_that_the_first_minute_of_a_stretch_is_left_out() -> None:
    assert _count(hour(count=11)) == 9


def test_that_both_sides_of_a_pause_are_left_out() -> None:
    minutes = {s: m for s, m in hour().items() if not NOON - 1800 <= s < NOON - 1200}
    assert _count(minutes) == 60 - 10 - 2


def test_that_minutes_of_late_events_alone_are_left_out() -> None:
    late = {s: minute(s, events=700.0, late_events=700.0) for s in hour(NOON - 600, 10)}
    assert _count(hour(count=10) | late) == 8


def test_that_two_minutes_are_no_baseline() -> None:
    assert _count(hour(count=4)) == 0


def test_that_a_disturbance_is_left_out_while_it_lasts_and_after() -> None:
    begun = NOON - 300.0
    assert _count(hour(), ((begun, None),)) == 60 - 5
    assert _count(hour(), ((NOON - 1800.0, NOON - 1500.0),)) == 60 - 6


def test_that_what_lasts_a_quarter_of_an_hour_is_the_new_normal() -> None:
    assert _count(hour(), ((NOON - 890.0, None),)) == 60
    assert _count(hour(), ((NOON - 2000.0, NOON - 1000.0),)) == 60
