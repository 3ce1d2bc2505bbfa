"""Raising and clearing: hysteresis, one alert a key, what a restart remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.alerting.evaluate import Outcome, evaluate, open_alerts, restored
from engine.alerting.model import Measurements, State
from engine.contracts.alerts import AlertRow
from engine.contracts.pack import PackSpec
from tests.unit.alerting.minutes import NOON, hour, measured, rule

pytestmark = pytest.mark.unit

LAG = ("processing_lag", "processing_lag_s")


def _lag(now: float, seconds: float | None) -> Measurements:
    return measured(now, {}, figures={"processing_lag_s": seconds})


def _look(
    pack: PackSpec, state: State, at: float, lag: float | None, name: str = "processing_lag"
) -> Outcome:
    return evaluate([rule(pack, name)], pack, _lag(at, lag), state, at)


def _series(pack: PackSpec, lags: list[float | None], every: float = 10.0) -> list[str]:
    """One word a look: raised, cleared or nothing."""
    state: State = {}
    words = []
    for step, lag in enumerate(lags):
        outcome = _look(pack, state, NOON + step * every, lag)
        state = outcome.state
        words.append("raised" if outcome.raised else "cleared" if outcome.cleared else "")
    return words


def test_that_it_is_raised_after_its_time_and_once(pack: PackSpec) -> None:
    assert _series(pack, [400, 400, 400, 400, 900]) == ["", "", "raised", "", ""]


def test_that_a_break_begins_the_time_anew(pack: PackSpec) -> None:
    assert _series(pack, [400, 400, 100, 400, 400, 400]) == ["", "", "", "", "", "raised"]


def test_that_it_clears_on_the_calm_side_only(pack: PackSpec) -> None:
    lags: list[float | None] = [400, 400, 400, 200, 200, 200, 200, 10, 200, 10, 10, 10]
    assert _series(pack, lags) == ["", "", "raised", *[""] * 8, "cleared"]


def test_that_flickering_around_the_threshold_raises_nothing(pack: PackSpec) -> None:
    assert not any(_series(pack, [310, 290] * 20))


def test_that_what_cannot_be_measured_stays_open_for_a_while(pack: PackSpec) -> None:
    lags: list[float | None] = [400, 400, 400, *[None] * 70]
    words = _series(pack, lags)
    assert words.index("cleared") == 3 + 60


def test_that_a_row_says_what_was_measured(pack: PackSpec) -> None:
    state = _look(pack, {}, NOON, 500.0).state
    row = _look(pack, state, NOON + 20, 500.0).raised[0]
    assert (row.rule, row.severity, row.metric) == ("processing_lag", "warning", LAG[1])
    assert (row.value, row.threshold, row.cleared_at_ms) == (500.0, 300.0, None)
    assert row.raised_at_ms == (NOON + 20) * 1000
    assert row.message.startswith("Events wait 8 min 20 s")


def test_that_a_service_has_an_alert_of_its_own(pack: PackSpec) -> None:
    both = measured(NOON, {}, down_s={"broker": 61.0, "pipeline": 70.0})
    outcome = evaluate([rule(pack, "service_down")], pack, both, {}, NOON)
    assert {row.metric for row in outcome.raised} == {"broker", "pipeline"}
    assert "The broker has been down for 1 min 1 s." in outcome.raised[0].message


def test_that_a_rule_switched_off_clears_what_it_has_open(pack: PackSpec) -> None:
    down = measured(NOON, {}, down_s={"broker": 61.0})
    state = evaluate([rule(pack, "service_down")], pack, down, {}, NOON).state
    outcome = evaluate([], pack, down, state, NOON + 5)
    assert outcome.cleared[0].cleared_at_ms == (NOON + 5) * 1000
    assert not open_alerts(outcome.state)


def test_that_an_anomaly_remembers_what_it_disturbed(pack: PackSpec) -> None:
    minutes = hour()
    spike = minutes | {NOON: replace(minutes[NOON - 60], start_s=NOON)}
    spike[NOON] = replace(spike[NOON], values={**spike[NOON].values, "events": 90_000.0})
    state: State = {}
    raised: list[AlertRow] = []
    for at in (NOON + 30.0, NOON + 35.0):
        outcome = evaluate([rule(pack, "events_anomaly")], pack, measured(at, spike), state, at)
        state = outcome.state
        raised += outcome.raised
    assert [row.baseline for row in raised] == [pytest.approx(18_200, rel=0.01)]
    assert state["events_anomaly", "events"].disturbed == ((NOON + 30.0, None),)


def test_that_open_alerts_survive_a_restart(pack: PackSpec) -> None:
    state = _look(pack, {}, NOON, 500.0).state
    raised = _look(pack, state, NOON + 20, 500.0).raised
    again = restored(raised, NOON + 60)
    assert open_alerts(again)[LAG].alert_id == raised[0].alert_id
    assert not _look(pack, again, NOON + 60, 500.0).raised
    calm = _look(pack, again, NOON + 70, 0.0).state
    cleared = _look(pack, calm, NOON + 90, 0.0).cleared
    assert cleared[0].alert_id == raised[0].alert_id
    assert cleared[0].raised_at_ms == raised[0].raised_at_ms


def test_that_cleared_rows_restore_what_was_disturbed(pack: PackSpec) -> None:
    state = _look(pack, {}, NOON, 500.0).state
    row = _look(pack, state, NOON + 20, 500.0).raised[0]
    row = row.model_copy(update={"cleared_at_ms": (NOON + 50) * 1000})
    assert restored([row], NOON + 60)[LAG].disturbed == ((NOON + 20, NOON + 50),)
    assert restored([row], NOON + 7200)[LAG].disturbed == ()
