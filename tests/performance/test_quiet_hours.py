"""False alarms and misses of the shipped rules, on more seeds and openings than every run can try.

``make bench``. No process is started: each case plays an hour of the demo's events, some 20 s.
"""

from __future__ import annotations

import copy

import pytest

from engine.domain import load_pack
from tests.integration.alerting.demo_stream import MEANT, NEW_YEAR, SHIPPED, Demo

pytestmark = [pytest.mark.performance, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("seed", "opening_s"), [(2, 1_337), (3, 2_641), (4, 43_211)])
def test_that_a_quiet_hour_raises_nothing_and_each_incident_after_it_its_alert(
    seed: int, opening_s: int
) -> None:
    demo = Demo(load_pack(SHIPPED), seed, NEW_YEAR + opening_s)
    assert demo.play(3_900) == []
    for incident, rule in MEANT.items():
        shop = copy.deepcopy(demo)
        told = shop.play(90, incident)
        assert rule in [each.row.rule for each in told if each.raised], incident
        told += shop.play(240)
        raised = {each.row.alert_id for each in told if each.raised}
        assert {each.row.alert_id for each in told if not each.raised} == raised, incident


@pytest.mark.parametrize("second", [10, 25, 45, 55])
def test_that_an_incident_soon_after_the_start_is_told_at_any_second_of_a_minute(
    second: int,
) -> None:
    demo = Demo(load_pack(SHIPPED), second, NEW_YEAR + 60 * second)
    assert demo.play(360 + second) == []
    for incident, rule in MEANT.items():
        told = copy.deepcopy(demo).play(90, incident)
        assert rule in [each.row.rule for each in told if each.raised], incident
