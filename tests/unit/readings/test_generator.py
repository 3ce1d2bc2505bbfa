"""Incidents of the shipped pack, as buttons need them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.protocol import Incident
from engine.domain import load_pack
from engine.readings.generator import incidents

pytestmark = pytest.mark.unit
SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


def test_that_each_incident_of_the_pack_has_words_and_a_duration():
    found = incidents(load_pack(SHIPPED))
    assert [choice.name for choice in found] == ["traffic_spike", "checkout_outage", "bad_deploy"]
    assert found[0].title == "Traffic spike"
    assert all(choice.description.endswith(".") and choice.seconds >= 60 for choice in found)
    assert found[0].command() == Incident(name="traffic_spike", seconds=120)


def test_that_an_incident_without_words_is_called_by_its_name():
    pack = load_pack(SHIPPED)
    profile = {**pack.generator, "incidents": {"slow_day": {"rate_factor": 0.2}}}
    (choice,) = incidents(pack.model_copy(update={"generator": profile}))
    assert (choice.title, choice.description) == ("Slow day", "")


def test_that_a_pack_without_demo_events_has_none():
    assert incidents(load_pack(SHIPPED).model_copy(update={"generator": {}})) == ()
