"""The preview says what the pipeline will say: both are held against the oracle."""

from __future__ import annotations

import json

import pytest

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.topic.judge import judge
from tests.oracle.judge import judge_alone
from tests.oracle.make_events import make_events
from tests.oracle.oddities import ODDITIES
from tests.oracle.records import KafkaRecord
from tests.oracle.spoiled import SPOILED

pytestmark = pytest.mark.unit

NOW = 1_735_732_800_000
EVENT = {
    "event_id": "e-1",
    "event_type": "purchase",
    "ts": "2025-01-01T12:00:00Z",
    "user_id": "u-1",
    "price": 12.5,
    "currency": "EUR",
}


def of_oracle(value: bytes | None, pack: PackSpec) -> Reason | None:
    return judge_alone(KafkaRecord(0, 0, NOW, None, value), pack.currencies).reason


def test_that_every_way_to_be_wrong_is_named_as_the_pipeline_names_it(pack: PackSpec) -> None:
    event = {key: value for key, value in EVENT.items() if key not in ("price", "currency")}
    event["event_type"] = "page_view"
    for reason, ways in SPOILED.items():
        expected = None if reason is Reason.TOO_LATE else reason
        for number, spoil in enumerate(ways):
            found = judge(spoil(dict(event), NOW), pack, NOW)
            assert found.reason == expected, (reason, number, found)


def test_that_every_harmless_oddity_is_accepted(pack: PackSpec) -> None:
    for number, oddity in enumerate(ODDITIES):
        found = judge(oddity(dict(EVENT), NOW), pack, NOW)
        assert found.accepted, (number, found)


def test_that_the_preview_agrees_with_the_oracle_on_mixed_events(pack: PackSpec) -> None:
    for made in make_events(400, 7, NOW):
        assert judge(made.value, pack, NOW).reason == of_oracle(made.value, pack), made.value[:300]


@pytest.mark.parametrize(
    "change",
    [
        {"event_type": True},
        {"event_type": 7},
        {"event_type": {"a": 1}},
        {"currency": None},
        {"currency": " "},
        {"currency": "usd"},
        {"currency": True},
        {"price": ""},
        {"price": 1e400},
        {"price": "1e400"},
        {"quantity": ""},
        {"quantity": 1e400},
        {"quantity": "١"},
        {"ts": ""},
        {"ts": "2025-01-01T12:00:00+19:00"},
        {"ts": "0001-01-01"},
        {"ts": 253402300800000},
        {"ts": -1},
        {"ts": [1]},
    ],
)
def test_that_the_preview_agrees_with_the_oracle_at_the_edges(pack: PackSpec, change) -> None:
    value = json.dumps({**EVENT, **change}).replace("Infinity", "1e400").encode()
    assert judge(value, pack, NOW).reason == of_oracle(value, pack)


def test_that_the_fault_is_explained(pack: PackSpec) -> None:
    assert judge(None, pack, NOW).detail == "empty"
    assert judge(b'{"a": 1,}', pack, NOW).detail.endswith("at line 1, column 9")
    found = judge(json.dumps({**EVENT, "price": -5}).encode(), pack, NOW)
    assert found.detail == "price is outside its range from 0: -5"
    late = judge(json.dumps({**EVENT, "ts": NOW + 600_000}).encode(), pack, NOW)
    assert (late.reason, late.detail) == (Reason.IN_FUTURE, "600 s ahead of its arrival")
