"""Which provider is used, and what is said about the others."""

from __future__ import annotations

import pytest

from engine.errors import NoProvider
from engine.providers.base import Availability, Launch, ProviderBase
from engine.providers.choose import choose

pytestmark = pytest.mark.unit


class _Fake(ProviderBase):
    service = "broker"

    def __init__(self, name: str, why: str = "") -> None:
        self.name = name
        self._why = why

    def available(self) -> Availability:
        return Availability(usable=not self._why, why=self._why)

    def command(self) -> Launch | None:
        return None


def test_that_the_first_usable_one_wins_and_the_others_are_explained():
    choice = choose(
        [_Fake("external", "not set."), _Fake("redpanda", "no binary."), _Fake("kafka")]
    )
    assert choice.provider.name == "kafka"
    assert choice.why == "external: not set. redpanda: no binary."


def test_that_a_pin_wins():
    choice = choose([_Fake("external"), _Fake("kafka")], pin="kafka")
    assert choice.provider.name == "kafka"
    assert "setting" in choice.why


def test_that_a_pin_that_cannot_be_used_is_an_error_not_a_fallback():
    with pytest.raises(NoProvider, match=r"redpanda: no binary\."):
        choose([_Fake("redpanda", "no binary."), _Fake("kafka")], pin="redpanda")


def test_that_an_unknown_pin_names_the_choices():
    with pytest.raises(NoProvider, match="external, kafka"):
        choose([_Fake("external"), _Fake("kafka")], pin="rabbit")


def test_that_none_usable_lists_every_reason():
    with pytest.raises(NoProvider, match=r"external: a\. kafka: b\..*doctor"):
        choose([_Fake("external", "a."), _Fake("kafka", "b.")])
