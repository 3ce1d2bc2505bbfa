"""The stream is a function of its seed, and what it says of its records is true."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from engine.child.errors import BadConfig
from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.generator.stream import CALM, EventStream, Fractions, Record
from tests.oracle import KafkaRecord, recompute

pytestmark = pytest.mark.unit

START = 1_735_732_800_000
CLEAN = Fractions(bad=0, duplicates=0, late=0)


def _take(stream: EventStream, count: int, rate: float = 100.0) -> list[tuple[int, Record]]:
    times = [START + number * 1000 / rate for number in range(count)]
    return [(int(at), stream.next(at)) for at in times]


def _events(stream: EventStream, count: int, rate: float = 100.0) -> list[dict[str, Any]]:
    return [json.loads(record.value) for _, record in _take(stream, count, rate)]


def test_that_a_seed_and_a_start_give_the_same_records(pack: PackSpec) -> None:
    one, two = (_take(EventStream(pack, 7, START), 2000) for _ in range(2))
    assert one == two


def test_that_a_later_start_gives_other_event_ids(pack: PackSpec) -> None:
    one = _events(EventStream(pack, 7, START, fractions=CLEAN), 50)
    two = _events(EventStream(pack, 7, START + 1, fractions=CLEAN), 50)
    assert not {e["event_id"] for e in one} & {e["event_id"] for e in two}


def test_that_every_label_is_what_the_oracle_says(pack: PackSpec) -> None:
    """Kafka's clock runs a few ms behind the event's; one partition, so order is kept."""
    stream = EventStream(pack, 3, START, fractions=Fractions(bad=0.2, duplicates=0.05, late=0.05))
    taken = _take(stream, 6000, rate=60)
    records = [KafkaRecord(0, n, at + 4, r.key, r.value) for n, (at, r) in enumerate(taken)]
    result = recompute(records, pack.currencies)
    outcome = {r["offset"]: "late" if r["is_late"] else "valid" for r in result.silver.values()}
    outcome |= {offset: "duplicate" for _, offset in result.duplicates}
    outcome |= {offset: bad.reason.value for (_, offset), bad in result.quarantine.items()}
    labels = [record.label for _, record in taken]
    assert [outcome[n] for n in range(len(taken))] == labels
    assert set(labels) == {"valid", "late", "duplicate", *(reason.value for reason in Reason)}


def test_that_fractions_hold(pack: PackSpec) -> None:
    stream = EventStream(pack, 1, START)
    labels = Counter(record.label for _, record in _take(stream, 20_000, rate=500))
    bad = sum(labels[reason.value] for reason in Reason)
    assert 0.007 < bad / 20_000 < 0.013
    assert 0.017 < labels["duplicate"] / 20_000 < 0.023
    assert 0.04 < labels["late"] / 20_000 < 0.055


def test_that_a_record_too_large_is_rare(pack: PackSpec) -> None:
    stream = EventStream(pack, 1, START, fractions=Fractions(bad=0.5))
    taken = _take(stream, 4000, rate=25)  # 160 s
    large = [at for at, record in taken if record.label == "too_large"]
    assert 1 <= len(large) <= 2
    assert all(at - START >= 60_000 for at in large[:1])


def test_that_a_minute_shows_a_whole_funnel(pack: PackSpec) -> None:
    events = _events(EventStream(pack, 1, START, fractions=CLEAN), 6000)
    kinds = Counter(event["event_type"] for event in events)
    assert set(kinds) >= set(pack.event_types) - {"refund"}
    assert kinds["page_view"] > kinds["add_to_cart"] > kinds["checkout_start"] > kinds["purchase"]
    viewers = {e["user_id"] for e in events if e["event_type"] == "page_view"}
    buyers = {e["user_id"] for e in events if e["event_type"] == "purchase"}
    assert 0.02 < len(buyers) / len(viewers) < 0.4


def test_that_events_are_keyed_by_user_and_happen_now(pack: PackSpec) -> None:
    for at, record in _take(EventStream(pack, 1, START, fractions=CLEAN), 200):
        event = json.loads(record.value)
        assert record.key == event["user_id"].encode()
        if isinstance(event["ts"], str):
            assert event["ts"].endswith(f".{at % 1000:03d}Z")


def test_that_few_users_and_products_make_most_events(pack: PackSpec) -> None:
    events = _events(EventStream(pack, 1, START, fractions=CLEAN), 8000)
    products = Counter(e["product_id"] for e in events if "product_id" in e)
    top = sum(count for _, count in products.most_common(len(products) // 10))
    assert top / products.total() > 0.3


def test_that_a_user_pays_in_the_country_s_currency(pack: PackSpec) -> None:
    events = _events(EventStream(pack, 1, START, fractions=CLEAN), 3000)
    german = {e["currency"] for e in events if e.get("country") == "DE" and "currency" in e}
    assert german <= {"EUR", "eur"}
    assert "EUR" in german


def test_that_an_outage_of_the_checkout_leaves_no_purchase(pack: PackSpec) -> None:
    stream = EventStream(pack, 1, START, fractions=CLEAN)
    stream.play(stream.incidents["checkout_outage"])
    kinds = Counter(event["event_type"] for event in _events(stream, 5000))
    assert kinds["checkout_start"] > 0
    assert kinds["purchase"] == 0


def test_that_a_bad_deploy_spoils_two_in_five_until_it_ends(pack: PackSpec) -> None:
    stream = EventStream(pack, 1, START, fractions=CLEAN)
    stream.play(stream.incidents["bad_deploy"])
    spoilt = [record.label != "valid" for _, record in _take(stream, 2000)]
    assert 0.35 < sum(spoilt) / 2000 < 0.45
    stream.play(CALM)
    assert {record.label for _, record in _take(stream, 500)} == {"valid"}


def test_that_a_spike_is_five_times_the_rate(pack: PackSpec) -> None:
    stream = EventStream(pack, 1, START)
    stream.play(stream.incidents["traffic_spike"])
    assert stream.rate_factor == 5


def test_that_countries_and_currencies_can_be_narrowed(pack: PackSpec) -> None:
    stream = EventStream(
        pack, 1, START, fractions=CLEAN, countries=("fr", "NO"), currencies=("NOK", "EUR")
    )
    events = _events(stream, 2000)
    assert {e["country"].upper() for e in events} == {"FR", "NO"}
    french = {e["currency"].upper() for e in events if e["country"] == "FR" and "currency" in e}
    assert french == {"EUR"}
    assert {e["currency"].upper() for e in events if "currency" in e} == {"NOK", "EUR"}


def test_that_a_currency_without_a_rate_is_refused(pack: PackSpec) -> None:
    with pytest.raises(BadConfig, match="XXX"):
        EventStream(pack, 1, START, currencies=("XXX",))


def test_that_the_day_curve_keeps_the_mean_rate(pack: PackSpec) -> None:
    day = EventStream(pack, 1, START).day
    factors = [day.rate_factor(START + minute * 60_000) for minute in range(60)]
    assert sum(factors) / 60 == pytest.approx(1, abs=0.02)
    assert 0.7 <= min(factors) < max(factors) <= 1.3
