"""The oracle's own hand-written rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.contracts.names import Reason
from tests.oracle import KafkaRecord, OracleResult, recompute
from tests.oracle.make_events import as_records, make_events

pytestmark = pytest.mark.unit

RATES = {"USD": 1.0, "EUR": 1.083, "GBP": 1.271, "JPY": 0.00668, "BRL": 0.182, "INR": 0.0119}
NOON = 1_735_732_800_000
MINUTE = 60_000


def _event(event_id: str, ts: object = NOON, **fields: object) -> dict[str, object]:
    return {"event_id": event_id, "event_type": "page_view", "ts": ts, "user_id": "ann", **fields}


def _records(*events: dict[str, object], start: int = NOON) -> list[KafkaRecord]:
    """One record a millisecond, all in partition 0."""
    return [
        KafkaRecord(0, number, start + number, b"ann", json.dumps(event).encode())
        for number, event in enumerate(events)
    ]


def _reasons(result: OracleResult) -> list[str]:
    return [result.quarantine[place].reason.value for place in sorted(result.quarantine)]


def test_that_an_event_is_typed_completed_and_valued() -> None:
    bought = _event("a", event_type="purchase", price="10", quantity="2", discount=0.1)
    row = recompute(_records({**bought, "currency": "eur", "note": [1.5]}), RATES).silver["a"]
    expected = {
        "ts": NOON * 1000,
        "price": 10.0,
        "quantity": 2,
        "currency": "EUR",
        "amount_usd": 10.0 * 2 * (1 - 0.1) * 1.083,
        "usd_rate": 1.083,
        "extra": {"note": [1.5]},
        "is_late": False,
        "country": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_that_a_page_view_is_worth_nothing() -> None:
    row = recompute(_records(_event("a", price=3, currency="XXX")), RATES).silver["a"]
    assert (row["amount_usd"], row["usd_rate"], row["currency"]) == (None, None, "XXX")


def test_that_scalars_become_texts_as_they_were_written() -> None:
    raw = b'{"event_id":1.50,"event_type":"search","ts":1735732800000,"user_id":true}'
    result = recompute([KafkaRecord(0, 0, NOON, None, raw)], RATES)
    assert result.silver["1.50"]["user_id"] == "true"


def test_that_the_first_arrival_wins_and_a_repeat_goes_nowhere() -> None:
    first = KafkaRecord(2, 9, NOON, None, json.dumps(_event("a", country="de")).encode())
    second = KafkaRecord(0, 1, NOON + 1, None, json.dumps(_event("a", country="fr")).encode())
    result = recompute([second, first], RATES)
    assert result.silver["a"]["country"] == "DE"
    assert result.duplicates == ((0, 1),)
    assert not result.quarantine


def test_that_a_refused_record_does_not_make_a_later_one_a_repeat() -> None:
    result = recompute(_records(_event("a", price=-1), _event("a")), RATES)
    assert list(result.silver) == ["a"]
    assert _reasons(result) == ["negative_price"]


@pytest.mark.parametrize(
    ("behind_ms", "outcome"),
    [
        (10 * MINUTE, "on time"),
        (10 * MINUTE + 1, "late"),
        (15 * MINUTE, "late"),
        (15 * MINUTE + 1, "too_late"),
    ],
)
def test_that_lateness_has_strict_limits(behind_ms: int, outcome: str) -> None:
    result = recompute(_records(_event("new"), _event("old", NOON - behind_ms)), RATES)
    if outcome == "too_late":
        assert _reasons(result) == ["too_late"]
    else:
        assert result.silver["old"]["is_late"] is (outcome == "late")


@pytest.mark.parametrize(("ahead_ms", "accepted"), [(5 * MINUTE, True), (5 * MINUTE + 1, False)])
def test_that_the_future_begins_after_five_minutes(ahead_ms: int, accepted: bool) -> None:
    result = recompute(_records(_event("a", NOON + ahead_ms)), RATES)
    assert ("a" in result.silver) is accepted


def test_that_a_refused_time_moves_no_watermark() -> None:
    future, bad = _event("f", NOON + 9 * MINUTE), _event("b", price=-1)
    result = recompute(_records(future, bad, _event("old", NOON - 12 * MINUTE)), RATES)
    assert result.silver["old"]["is_late"] is False


def test_that_records_of_one_millisecond_arrive_together() -> None:
    old = KafkaRecord(0, 0, NOON, None, json.dumps(_event("o", NOON - 11 * MINUTE)).encode())
    new = KafkaRecord(1, 0, NOON, None, json.dumps(_event("n")).encode())
    assert recompute([old, new], RATES).silver["o"]["is_late"] is True


def test_that_a_repeat_moves_the_watermark_too() -> None:
    again = {**_event("a", NOON + 4 * MINUTE), "country": "FR"}
    result = recompute(_records(_event("a"), again, _event("o", NOON - 7 * MINUTE)), RATES)
    assert result.silver["o"]["is_late"] is True


def test_that_gold_counts_a_minute() -> None:
    bought = {"event_type": "purchase", "price": 10, "quantity": 3, "discount": 0.5}
    rows: list[dict[str, Any]] = [
        _event("1", country="de"),
        _event("2", user_id="bob"),
        _event("3", event_type="add_to_cart", country="de"),
        _event("4", **bought, country="de"),
        _event("5", event_type="refund", price=4),
        _event("6", NOON + MINUTE),
    ]
    result = recompute(_records(*rows), RATES)
    minute = result.kpis[NOON * 1000]
    assert minute["gmv_usd"] == 15.0
    assert (minute["refund_usd"], minute["net_usd"]) == (4.0, 11.0)
    assert (minute["events"], minute["orders"], minute["products_sold"]) == (5, 1, 3)
    assert (minute["active_users"], minute["view_users"], minute["cart_users"]) == (2, 2, 1)
    assert (minute["conversion_rate"], minute["discount_usd"]) == (0.5, 15.0)
    assert result.kpis[(NOON + MINUTE) * 1000]["avg_order_value_usd"] is None
    assert result.segments[NOON * 1000, "country", "DE"] == {
        "events": 3,
        "orders": 1,
        "gmv_usd": 15.0,
        "active_users": 1,
    }
    assert {key[1] for key in result.segments} == {"country"}


def test_that_a_tombstone_is_no_json() -> None:
    result = recompute([KafkaRecord(0, 0, NOON, b"ann", None)], RATES)
    assert _reasons(result) == ["not_json"]


def test_that_made_events_become_what_they_say() -> None:
    events = make_events(700, 11, NOON)
    records = as_records(events, NOON + 500)
    result = recompute(records, RATES)
    outcome = {(r["partition"], r["offset"]): "valid" for r in result.silver.values()}
    late = [r for r in result.silver.values() if r["is_late"]]
    outcome |= {(r["partition"], r["offset"]): "late" for r in late}
    outcome |= dict.fromkeys(result.duplicates, "duplicate")
    outcome |= {place: bad.reason.value for place, bad in result.quarantine.items()}
    assert [outcome[r.place] for r in records] == [e.expected for e in events]
    assert {reason.value for reason in Reason} <= set(outcome.values())
    assert {"valid", "late", "duplicate"} <= set(outcome.values())
