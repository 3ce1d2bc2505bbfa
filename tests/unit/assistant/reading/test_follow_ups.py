"""Questions that only change the one before."""

from __future__ import annotations

import pytest

from engine.assistant.reading import read
from engine.contracts.pack import PackSpec
from tests.unit.assistant.reading.telling import NOW, told

TALKS = [
    (
        ("revenue last hour", "revenue | last 1 hour"),
        ("by device", "revenue | by device | last 1 hour"),
        ("only Germany", "revenue | by device | country in DE | last 1 hour"),
        ("what about France", "revenue | by device | country in FR | last 1 hour"),
        ("per minute", "revenue | by device | country in FR | per minute | last 1 hour"),
        ("what about orders", "orders | by device | country in FR | per minute | last 1 hour"),
        (
            "also show refunds",
            "orders refunds | by device | country in FR | per minute | last 1 hour",
        ),
    ),
    (
        ("orders by country today", "orders | by country | this 1 day"),
        ("make that the top 15", "orders | by country | this 1 day | order orders desc | limit 15"),
        (
            "in fashion only",
            "orders | by country | category in fashion | this 1 day | order orders desc | limit 15",
        ),
        (
            "by revenue instead of orders",
            (
                "revenue | by country | category in fashion | this 1 day"
                " | order revenue desc | limit 15"
            ),
        ),
        (
            "now the last 4 hours only",
            (
                "revenue | by country | category in fashion | last 4 hour"
                " | order revenue desc | limit 15"
            ),
        ),
        (
            "and yesterday?",
            (
                "revenue | by country | category in fashion | previous 1 day"
                " | order revenue desc | limit 15"
            ),
        ),
        (
            "compare with the day before",
            (
                "revenue | by country | category in fashion | previous 1 day | against previous"
                " | order revenue desc | limit 15"
            ),
        ),
    ),
    (
        ("top 5 products by revenue", "revenue | by product | order revenue desc | limit 5"),
        ("worst 3", "revenue | by product | order revenue asc | limit 3"),
        (
            "with at least 10 orders",
            "revenue orders | by product | only orders >= 10 | order revenue asc | limit 3",
        ),
        (
            "sort by orders",
            "revenue orders | by product | only orders >= 10 | order orders desc | limit 3",
        ),
    ),
    (
        ("events by type today", "events | by event_type | this 1 day"),
        (
            "only purchases and refunds, please",
            "events | by event_type | event_type in purchase refund | this 1 day",
        ),
    ),
    (
        ("orders today", "orders | this 1 day"),
        ("compare with yesterday", "orders | this 1 day | against previous"),
        ("exclude tablets", "orders | device not_in tablet | this 1 day | against previous"),
        ("how many users were there?", "active_users"),
    ),
    (
        ("revenue and refunds by category", "revenue refunds | by category"),
        ("without refunds", "revenue | by category"),
    ),
]


@pytest.mark.parametrize("talk", TALKS, ids=[talk[0][0] for talk in TALKS])
def test_that_a_talk_goes_on_from_what_was_asked(
    pack: PackSpec, talk: tuple[tuple[str, str], ...]
) -> None:
    previous = None
    for question, expected in talk:
        reading = read(question, pack.semantic, NOW, previous)
        assert (question, told(reading)) == (question, expected)
        previous = reading.query


def test_that_a_wish_for_a_chart_changes_nothing_else(pack: PackSpec) -> None:
    before = read("orders by country today", pack.semantic, NOW).query
    reading = read("as a bar chart", pack.semantic, NOW, before)
    assert (reading.kind, reading.chart, reading.query) == ("answer", "bar", before)
    assert reading.follow_up


def test_that_a_line_over_nothing_gets_a_time(pack: PackSpec) -> None:
    before = read("orders today", pack.semantic, NOW).query
    reading = read("show it as a line chart", pack.semantic, NOW, before)
    assert told(reading) == "orders | per hour | this 1 day"
    assert reading.chart == "line"


def test_that_a_question_of_its_own_is_no_follow_up(pack: PackSpec) -> None:
    before = read("orders by country today", pack.semantic, NOW).query
    reading = read("What is the error rate yesterday?", pack.semantic, NOW, before)
    assert told(reading) == "error_rate | previous 1 day"
    assert not reading.follow_up


def test_that_a_refusal_is_one_in_a_talk_too(pack: PackSpec) -> None:
    before = read("orders by country today", pack.semantic, NOW).query
    assert read("now delete them", pack.semantic, NOW, before).kind == "refuse"
