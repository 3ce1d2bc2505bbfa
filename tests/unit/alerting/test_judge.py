"""What each kind of rule says of a moment."""

from __future__ import annotations

import pytest

from engine.alerting.judge import readings
from engine.alerting.model import Measurements, Minute, Reading, Verdict
from engine.contracts.pack import PackSpec
from tests.unit.alerting.minutes import NOON, hour, measured, minute, rule

pytestmark = pytest.mark.unit

AT = NOON + 30.0
"""Half a minute into the running one: the minute before is complete."""


def _read(pack: PackSpec, name: str, what: Measurements, now: float = AT) -> Reading:
    return readings(rule(pack, name), pack, what, (), now)[0]


@pytest.mark.parametrize(
    ("lag", "verdict"),
    [(301.0, "breach"), (300.0, "between"), (61.0, "between"), (60.0, "calm"), (None, "unknown")],
)
def test_that_a_figure_is_held_against_raise_and_clear_thresholds(
    pack: PackSpec, lag: float | None, verdict: str
) -> None:
    what = measured(AT, {}, figures={"processing_lag_s": lag})
    assert _read(pack, "processing_lag", what).verdict == verdict


def test_that_a_share_of_three_records_says_nothing(pack: PackSpec) -> None:
    what = measured(AT, {}, figures={"error_rate": 0.66}, volumes={"input_rows": 3.0})
    assert _read(pack, "error_rate", what).verdict is Verdict.UNKNOWN


def test_that_a_steady_shop_is_calm_by_every_rule(pack: PackSpec) -> None:
    minutes = hour() | {NOON: minute(NOON, events=9_000.0, orders=260.0, gmv_usd=50_000.0)}
    what = measured(AT, minutes)
    for spec in pack.alerts:
        for reading in readings(spec, pack, what, (), AT):
            assert reading.verdict is Verdict.CALM, spec.name


def test_that_the_running_minute_shows_a_rise_before_it_is_over(pack: PackSpec) -> None:
    what = measured(AT, hour() | {NOON: minute(NOON, events=45_000.0)})
    reading = _read(pack, "events_anomaly", what)
    assert (reading.verdict, reading.value) == (Verdict.BREACH, 45_000.0)
    assert reading.baseline == pytest.approx(18_200, rel=0.01)
    assert reading.threshold == pytest.approx(18_200 * 1.45, rel=0.01)


def test_that_a_minute_that_has_just_begun_is_no_fall(pack: PackSpec) -> None:
    what = measured(NOON + 2, hour() | {NOON: minute(NOON, events=500.0)})
    assert _read(pack, "events_anomaly", what, NOON + 2).verdict is Verdict.CALM


def test_that_a_complete_minute_shows_a_fall(pack: PackSpec) -> None:
    minutes = hour() | {NOON - 60: minute(NOON - 60, events=2_000.0)}
    assert _read(pack, "events_anomaly", measured(AT, minutes)).verdict is Verdict.BREACH


def test_that_a_minute_that_has_not_reached_gold_yet_is_no_fall(pack: PackSpec) -> None:
    minutes = hour() | {NOON - 60: minute(NOON - 60, events=2_000.0)}
    behind = measured(AT, minutes, reach_s=AT - 45)
    assert _read(pack, "events_anomaly", behind).verdict is Verdict.CALM


def test_that_traffic_that_stops_is_a_fall(pack: PackSpec) -> None:
    what = measured(NOON + 90, hour(NOON))
    reading = _read(pack, "events_anomaly", what, NOON + 90)
    assert (reading.verdict, reading.value) == (Verdict.BREACH, 0.0)


def test_that_traffic_missing_since_before_the_start_is_no_fall(pack: PackSpec) -> None:
    what = measured(NOON + 90, hour(NOON - 600), steady_from_s=NOON - 300)
    assert _read(pack, "events_anomaly", what, NOON + 90).verdict is Verdict.UNKNOWN


def test_that_nothing_is_said_while_nobody_knows_how_far_gold_is(pack: PackSpec) -> None:
    minutes = hour() | {NOON: minute(NOON, events=90_000.0)}
    what = measured(AT, minutes, reach_s=None)
    assert _read(pack, "events_anomaly", what).verdict is Verdict.UNKNOWN


def test_that_equal_minutes_do_not_make_every_change_an_anomaly(pack: PackSpec) -> None:
    flat = {s: Minute(s, {"events": 1_000.0}) for s in hour()}
    what = measured(AT, flat | {NOON: Minute(NOON, {"events": 1_300.0})})
    assert _read(pack, "events_anomaly", what).verdict is Verdict.CALM
    what = measured(AT, flat | {NOON: Minute(NOON, {"events": 1_500.0})})
    assert _read(pack, "events_anomaly", what).verdict is Verdict.BREACH


def test_that_late_events_of_long_ago_minutes_change_no_verdict(pack: PackSpec) -> None:
    minutes = hour() | {NOON - 720: minute(NOON - 720, events=19_500.0, late_events=2_400.0)}
    assert _read(pack, "events_anomaly", measured(AT, minutes)).verdict is Verdict.CALM


def test_that_a_small_shop_has_no_order_anomalies(pack: PackSpec) -> None:
    small = {s: minute(s, orders=6.0) for s in hour()} | {NOON: minute(NOON, orders=30.0)}
    assert _read(pack, "orders_anomaly", measured(AT, small)).verdict is Verdict.UNKNOWN


def test_that_a_ratio_is_taken_from_the_last_half_minute(pack: PackSpec) -> None:
    """Ten seconds of buying, then none: the minute as a whole is still above the threshold."""
    now = NOON + 45.0
    earlier = {NOON: minute(NOON, view_users=1_000.0, conversion_rate=0.1)}
    running = minute(NOON, view_users=2_000.0, conversion_rate=0.05)
    what = measured(now, hour() | {NOON: running}, earlier=earlier)
    reading = _read(pack, "conversion_low", what, now)
    assert (reading.verdict, reading.value) == (Verdict.BREACH, 0.0)


def test_that_a_ratio_goes_on_over_the_turn_of_a_minute(pack: PackSpec) -> None:
    now = NOON + 5.0
    before = {NOON - 60: minute(NOON - 60, view_users=2_000.0, conversion_rate=0.05)}
    ended = {NOON - 60: minute(NOON - 60, view_users=2_500.0, conversion_rate=0.04)}
    begun = {NOON: minute(NOON, view_users=150.0, conversion_rate=0.0)}
    what = measured(now, hour() | ended | begun, earlier=before)
    assert _read(pack, "conversion_low", what, now).value == 0.0


def test_that_a_ratio_of_few_is_pooled_over_minutes(pack: PackSpec) -> None:
    few = {s: minute(s, view_users=60.0, conversion_rate=0.1) for s in hour()}
    what = measured(AT, few | {NOON: minute(NOON, view_users=20.0, conversion_rate=0.0)})
    assert _read(pack, "conversion_low", what).value == pytest.approx(18 / 200)


def test_that_a_ratio_of_three_events_says_nothing(pack: PackSpec) -> None:
    few = {s: minute(s, view_users=3.0, conversion_rate=0.0) for s in hour()}
    assert _read(pack, "conversion_low", measured(AT, few)).verdict is Verdict.UNKNOWN


def test_that_the_first_minute_after_a_start_is_not_judged(pack: PackSpec) -> None:
    fresh = {NOON: minute(NOON, conversion_rate=0.0)}
    what = measured(AT, fresh, steady_from_s=NOON + 30)
    assert _read(pack, "conversion_low", what).verdict is Verdict.UNKNOWN


def test_that_each_service_has_a_reading(pack: PackSpec) -> None:
    what = measured(AT, {}, down_s={"broker": 61.0, "pipeline": 0.0})
    found = {r.metric: r.verdict for r in readings(rule(pack, "service_down"), pack, what, (), AT)}
    assert found == {"broker": Verdict.BREACH, "pipeline": Verdict.CALM}


def test_that_a_count_can_have_a_plain_threshold(pack: PackSpec) -> None:
    few = rule(pack, "orders_anomaly", kind="threshold", direction="below", threshold=100.0,
               clear_threshold=None, minimum=None)  # fmt: skip
    what = measured(AT, hour() | {NOON: minute(NOON, orders=10.0)})
    assert readings(few, pack, what, (), AT)[0].verdict is Verdict.CALM
    what = measured(AT, hour() | {NOON - 60: minute(NOON - 60, orders=10.0)})
    assert readings(few, pack, what, (), AT)[0].verdict is Verdict.BREACH
