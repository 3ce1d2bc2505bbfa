"""With the demo's real events: a quiet hour raises nothing, an incident its alert within 90 s.

No process is started; it stands here because an hour of 300 events a second takes 15 s to make.
More seeds and openings are in ``tests/performance/test_quiet_hours.py``.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest

from engine.domain import load_pack
from tests.integration.alerting.demo_stream import MEANT, NEW_YEAR, SHIPPED, Demo, Told

pytestmark = pytest.mark.integration

HOUR_S = 3_900
"""With what a shop needs to warm up."""


@dataclass(frozen=True)
class Quiet:
    """One shop without an incident: at these seconds after its opening, and what it told."""

    shops: dict[int, Demo]
    told: list[Told]

    def shop(self, second: int) -> Demo:
        """One of its own for each test."""
        return copy.deepcopy(self.shops[second])


@pytest.fixture(scope="module")
def quiet() -> Quiet:
    demo = Demo(load_pack(SHIPPED), 1, NEW_YEAR)
    shops: dict[int, Demo] = {}
    told: list[Told] = []
    passed = 0
    for second in (370, 405, HOUR_S):
        told += demo.play(second - passed)
        shops[second] = copy.deepcopy(demo)
        passed = second
    return Quiet(shops, told)


def test_that_a_quiet_hour_raises_nothing(quiet: Quiet) -> None:
    assert quiet.told == []


@pytest.mark.parametrize("incident", MEANT)
def test_that_an_incident_raises_its_alert_and_every_alert_clears_after_it(
    quiet: Quiet, incident: str
) -> None:
    demo = quiet.shop(HOUR_S)
    told = demo.play(90, incident)
    assert MEANT[incident] in [each.row.rule for each in told if each.raised]
    told += demo.play(240)
    raised = {each.row.alert_id for each in told if each.raised}
    assert {each.row.alert_id for each in told if not each.raised} == raised


@pytest.mark.parametrize("incident", MEANT)
@pytest.mark.parametrize("second", [370, 405])
def test_that_an_incident_soon_after_the_start_is_told_at_any_second_of_a_minute(
    quiet: Quiet, incident: str, second: int
) -> None:
    told = quiet.shop(second).play(90, incident)
    assert MEANT[incident] in [each.row.rule for each in told if each.raised]
