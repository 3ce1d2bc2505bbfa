"""The filter's grammar, and what each condition means."""

from __future__ import annotations

import json

import pytest

from engine.topic.errors import BadFilter
from engine.topic.filter import parse_filter
from engine.topic.source import Record
from tests.unit.topic.memory import record

pytestmark = pytest.mark.unit

EVENT = {
    "event_type": "purchase",
    "price": 120.5,
    "quantity": "2",
    "event_id": "1e5",
    "country": "DE",
    "referrer": "Google Ads",
    "campaign": None,
    "gift": True,
    "key": "inner",
    "app": {"version": "4.2", "flags": ["a", {"deep": 7}]},
}


def message(value: object = EVENT, **changes: object) -> Record:
    made = record(2, 41, 1000, json.dumps(value).encode(), b"u-1")
    return made._replace(headers=(("trace", b"abc"), ("none", None)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "event_type = purchase",
        "event_type=purchase",
        "event_type == 'purchase'",
        'referrer = "Google Ads"',
        "price > 100",
        "price >= 120.5 and price <= 120.5",
        "price < 1000 price != 3",
        "quantity = 2",
        "quantity > 1.5",
        "event_id = 1e5",
        "event_type != refund",
        "nowhere != refund",
        "campaign is missing",
        "nowhere is missing",
        "price is not missing",
        "gift = true",
        "referrer contains goo",
        "app.version = 4.2",
        "app.flags.0 = a",
        "app.flags.1.deep = 7",
        "app contains deep",
        "key = u-1",
        "value.key = inner",
        "partition = 2 and offset = 41",
        "size > 20",
        "header.trace = abc",
        "header.none is missing",
        "GOOGLE",
        "u-1",
        '"google ads"',
        "not event_type = refund",
        "(country = DE or country = AT) and price > 100",
        "country = FR or country = DE",
        "country = FR and price > 1 or country = DE",
        "not (country = FR or country = AT)",
        "google purchase",
    ],
)
def test_that_it_passes(text: str) -> None:
    assert parse_filter(text)(message())


@pytest.mark.parametrize(
    "text",
    [
        "event_type = refund",
        "event_type = Purchase",
        "event_id = 100000",
        "price > 500",
        "price < 3",
        "nowhere = 1",
        "nowhere > 1",
        "campaign contains a",
        "campaign is not missing",
        "app.flags.9 = a",
        "price.deep = 1",
        "country = DE and price > 500",
        "country = FR or price > 500",
        "country = DE and not price > 100",
        "header.other = abc",
        "facebook",
        "google nowhere",
    ],
)
def test_that_it_does_not_pass(text: str) -> None:
    assert not parse_filter(text)(message())


@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe\x00", b"no json", b"[1, 2]", b"3"])
def test_that_any_value_can_be_asked(value: bytes | None) -> None:
    odd = message()._replace(value=value, size=None if value is None else len(value))
    assert not parse_filter("price > 1")(odd)
    assert not parse_filter("event_type contains pur")(odd)
    assert parse_filter("price != 1 and key contains U-")(odd)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("price >", "no value after >"),
        ("price > and x", "no value after >"),
        ("= 3", "no field before"),
        ("(price > 3", "not closed"),
        ("price > 3)", "cannot be read from"),
        ('referrer = "goo', "quote without its end"),
        ("a ! b", "the sign !"),
        ("price > 3 and", "ends in the middle"),
        ("not", "ends in the middle"),
        ("or a", "no field before"),
        ("price contains", "no value after contains"),
        ("(" * 5000 + "a" + ")" * 5000, "nested more than 50 deep"),
        ("not " * 5000 + "a", "nested more than 50 deep"),
    ],
)
def test_that_what_cannot_be_read_is_quoted(text: str, says: str) -> None:
    with pytest.raises(BadFilter, match=says):
        parse_filter(text)


def test_that_only_an_empty_filter_lets_everything_pass() -> None:
    assert parse_filter("  ").everything
    assert not parse_filter("a").everything
