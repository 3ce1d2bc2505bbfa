"""Thousands of records are judged as one is, and typed as the oracle types them."""

from __future__ import annotations

import json

import pytest

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.topic.read import RATE, Reader
from tests.oracle.judge import judge_alone
from tests.oracle.make_events import make_events
from tests.oracle.oddities import ODDITIES
from tests.oracle.records import KafkaRecord
from tests.oracle.spoiled import SPOILED
from tests.unit.topic.test_judge import EVENT, NOW

pytestmark = pytest.mark.unit
WANTED = ("event_type", "user_id", "country", "price", "quantity", "discount", "currency", RATE)


def check(reader: Reader, value: bytes | None, pack: PackSpec) -> None:
    found = reader.read(value, NOW)
    reason, event = judge_alone(KafkaRecord(0, 0, NOW, None, value), pack.currencies)
    if isinstance(found, Reason):
        assert found is reason, (value or b"")[:300]
        return
    assert reason is None, (value or b"")[:300]
    expected = (event["event_id"], event["ts"], *(event[name] for name in WANTED))
    assert found == expected, (value or b"")[:300]


@pytest.fixture
def reader(pack: PackSpec) -> Reader:
    return Reader(pack, WANTED)


def test_that_mixed_events_are_read_as_the_oracle_reads_them(reader, pack) -> None:
    for made in make_events(1_500, 11, NOW):
        check(reader, made.value, pack)


def test_that_every_way_to_be_wrong_and_every_oddity_is_the_oracle_s(reader, pack) -> None:
    ways = [spoil for spoils in SPOILED.values() for spoil in spoils]
    for change in (*ways, *ODDITIES):
        check(reader, change(dict(EVENT), NOW), pack)
    check(reader, None, pack)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 2.0},
        {"quantity": "3"},
        {"quantity": 2**31},
        {"price": 7},
        {"price": " 7.5 "},
        {"discount": -0.0},
        {"country": "de"},
        {"country": " "},
        {"country": 7},
        {"currency": "eur"},
        {"user_id": 12.50},
        {"event_id": True},
        {"ts": "2025-01-01T12:00:00.1234567Z"},
        {"ts": "2025-01-01T12:00:60Z"},
        {"ts": "2025-01-01T12:00:00.5+02:00"},
        {"ts": NOW},
        {"ts": "2025-13-01T12:00:00Z"},
    ],
)
def test_that_the_edges_are_read_as_the_oracle_reads_them(reader, pack, change) -> None:
    check(reader, json.dumps({**EVENT, **change}).encode(), pack)


def test_that_plain_events_need_no_second_look(reader: Reader) -> None:
    assert reader._plain(json.dumps(EVENT).encode(), NOW) is not None
