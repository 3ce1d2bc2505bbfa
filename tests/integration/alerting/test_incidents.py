"""With the demo's real events: a quiet hour raises nothing, an incident its alert within 90 s.

No process is started; it stands here because an hour of 300 events a second takes 15 s to make.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from tests.integration.alerting.demo_stream import Demo

pytestmark = pytest.mark.integration

NEW_YEAR = 1_767_225_600
SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"
MEANT = {
    "traffic_spike": "events_anomaly",
    "checkout_outage": "conversion_low",
    "bad_deploy": "error_rate",
}


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.mark.parametrize(
    ("incident", "seed", "opening_s"),
    [("traffic_spike", 1, 0), ("checkout_outage", 2, 1_337), ("bad_deploy", 3, 2_641)],
)
def test_that_a_quiet_hour_raises_nothing_and_the_incident_after_it_its_alert(
    pack: PackSpec, incident: str, seed: int, opening_s: int
) -> None:
    demo = Demo(pack, seed, NEW_YEAR + opening_s)
    assert demo.play(3_900) == []
    told = demo.play(90, incident)
    assert MEANT[incident] in [each.row.rule for each in told if each.raised]
    after = demo.play(240)
    raised = {each.row.alert_id for each in (*told, *after) if each.raised}
    cleared = {each.row.alert_id for each in (*told, *after) if not each.raised}
    assert cleared == raised


@pytest.mark.parametrize("incident", MEANT)
@pytest.mark.parametrize("second", [10, 45])
def test_that_an_incident_soon_after_the_start_is_told_at_any_second_of_a_minute(
    pack: PackSpec, incident: str, second: int
) -> None:
    demo = Demo(pack, second, NEW_YEAR + 60 * second)
    assert demo.play(360 + second) == []
    assert MEANT[incident] in [each.row.rule for each in demo.play(90, incident) if each.raised]
