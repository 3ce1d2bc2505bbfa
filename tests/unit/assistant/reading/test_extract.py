"""Periods, numbers and values, and where they stand in the text."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.assistant.reading import extract
from engine.assistant.semantic import span_of
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import Period
from tests.unit.assistant.reading.telling import NOW

PERIODS = {
    "in the last hour": "25. 13:30 – 25. 14:30",
    "over the past 30 minutes": "25. 14:00 – 25. 14:30",
    "the last half an hour": "25. 14:00 – 25. 14:30",
    "24h": "24. 14:30 – 25. 14:30",
    "in the last 2 days": "23. 14:30 – 25. 14:30",
    "today": "25. 00:00 – 25. 14:30",
    "so far today": "25. 00:00 – 25. 14:30",
    "yesterday": "24. 00:00 – 25. 00:00",
    "the day before yesterday": "23. 00:00 – 24. 00:00",
    "this hour": "25. 14:00 – 25. 14:30",
    "the previous hour": "25. 13:00 – 25. 14:00",
    "this week": "23. 00:00 – 25. 14:30",
    "last week": "16. 00:00 – 23. 00:00",
    "over the last week": "18. 14:30 – 25. 14:30",
    "on Monday": "23. 00:00 – 24. 00:00",
    "last Wednesday": "18. 00:00 – 19. 00:00",
    "since Monday": "23. 00:00 – 25. 14:30",
    "since 9 am": "25. 09:00 – 25. 14:30",
    "since 10 o'clock": "25. 10:00 – 25. 14:30",
    "between 10:00 and 11:00": "25. 10:00 – 25. 11:00",
    "between 9 and 11 am yesterday": "24. 09:00 – 24. 11:00",
    "yesterday from 1 to 3 pm": "24. 13:00 – 24. 15:00",
    "yesterday evening": "24. 18:00 – 25. 00:00",
    "since yesterday 20:00": "24. 20:00 – 25. 14:30",
    "at 10 am": "25. 10:00 – 25. 11:00",
    "at noon": "25. 12:00 – 25. 13:00",
    "until noon": "25. 00:00 – 25. 12:00",
    "in November": "01. 00:00 – 01. 00:00",
    "on Nov 24th": "24. 00:00 – 25. 00:00",
    "on the 24th of November": "24. 00:00 – 25. 00:00",
    "on 2026-11-24": "24. 00:00 – 25. 00:00",
    "between 2026-11-23 and 2026-11-24": "23. 00:00 – 25. 00:00",
    "2 hours ago": "25. 12:00 – 25. 13:00",
    "2 days ago": "23. 00:00 – 24. 00:00",
    "right now": "25. 14:25 – 25. 14:30",
    "month to date": "01. 00:00 – 25. 14:30",
    "over the weekend": "21. 00:00 – 23. 00:00",
}


@pytest.mark.parametrize(("words", "expected"), PERIODS.items(), ids=list(PERIODS))
def test_that_a_period_is_found_where_it_stands(pack: PackSpec, words: str, expected: str) -> None:
    text = f"orders {words}"
    found = [part for part in extract(text, pack.semantic, NOW) if part.kind == "period"]
    assert len(found) == 1
    assert text[found[0].start : found[0].end] in (words, words.removeprefix("the "), text)
    assert isinstance(found[0].value, Period)
    span = span_of(found[0].value, NOW)
    assert span.start
    assert span.end
    assert f"{span.start:%d. %H:%M} – {span.end:%d. %H:%M}" == expected


@pytest.mark.parametrize(
    "text",
    ["orders per hour", "orders by day", "may I see orders", "orders on the 31st of november"],
)
def test_that_what_is_no_period_is_none(pack: PackSpec, text: str) -> None:
    assert not [part for part in extract(text, pack.semantic, NOW) if part.kind == "period"]


def test_that_an_hour_yet_to_come_is_yesterdays(pack: PackSpec) -> None:
    (found,) = extract("since 20:00", pack.semantic, NOW)
    assert isinstance(found.value, Period)
    assert found.value.start == dt.datetime(2026, 11, 24, 20, tzinfo=dt.UTC)
    assert "yesterday" in found.note


def test_that_numbers_grains_and_values_are_told_apart(pack: PackSpec) -> None:
    text = "top five products per hour in Germany on mobile above $1,000 for prd-00012"
    found = [(part.kind, part.value, part.dimension) for part in extract(text, pack.semantic, NOW)]
    assert found == [
        ("top", 5, ""),
        ("grain", "hour", ""),
        ("value", "DE", "country"),
        ("value", "mobile", "device"),
        ("number", 1000.0, ""),
        ("value", "prd-00012", "product"),
    ]


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("show us orders", []),
        ("orders in us", ["US"]),
        ("orders in the US", ["US"]),
        ("orders in IN", ["IN"]),
        ("orders in it", []),
        ("it was in de", ["DE"]),
        ("SHOW US ORDERS", []),
        ("German and French orders", ["DE", "FR"]),
    ],
)
def test_that_a_code_is_a_country_where_it_can_be_one(
    pack: PackSpec, text: str, countries: list[str]
) -> None:
    found = extract(text, pack.semantic, NOW)
    assert [part.value for part in found if part.dimension == "country"] == countries
