"""Pages over a topic in memory: nothing twice, nothing left out, and bounded."""

from __future__ import annotations

import random

import pytest

from engine.topic.browse import (
    FromOffset,
    FromTime,
    Limits,
    Newest,
    Oldest,
    Page,
    read_one,
    read_page,
    tail,
)
from engine.topic.filter import parse_filter
from engine.topic.merge import Cursor
from tests.unit.topic.memory import MemorySource, event, record

pytestmark = pytest.mark.unit


def even(count: int, partitions: int = 3) -> MemorySource:
    """``count`` messages in turns over the partitions, one a millisecond."""
    made = [event(n % partitions, n // partitions, 1000 + n, n=n) for n in range(count)]
    return MemorySource(made, partitions)


def numbers(page: Page) -> list[int]:
    return [int(row.preview.removeprefix('{"n": ').removesuffix("}")) for row in page.rows]


def test_that_the_newest_come_first_merged_by_time() -> None:
    page = read_page(even(100), Newest(), 10)
    assert numbers(page) == list(range(99, 89, -1))
    assert (page.backwards, page.stopped, page.left) == (True, "full", 90)


def test_that_paging_to_the_end_shows_each_message_once() -> None:
    source = even(100)
    page = read_page(source, Newest(), 30)
    seen = numbers(page)
    while page.older is not None:
        page = read_page(source, page.older, 30)
        seen += numbers(page)
    assert seen == list(range(99, -1, -1))
    assert page.stopped == "end"


def test_that_newer_goes_back_to_where_one_came_from() -> None:
    source = even(100)
    first = read_page(source, Newest(), 30)
    assert first.older is not None
    second = read_page(source, first.older, 30)
    back = read_page(source, second.newer, 30)
    assert numbers(back) == list(reversed(numbers(first)))
    assert numbers(read_page(source, first.newer, 30)) == []


def test_that_the_oldest_come_in_the_order_of_time() -> None:
    page = read_page(even(100), Oldest(), 10)
    assert numbers(page) == list(range(10))
    assert page.older is None


def test_that_reading_begins_at_an_offset() -> None:
    page = read_page(even(100), FromOffset(10), 6, partitions=[1])
    assert numbers(page) == [31, 34, 37, 40, 43, 46]
    assert {row.partition for row in page.rows} == {1}


def test_that_an_offset_out_of_bounds_is_moved_inside() -> None:
    source = even(100)
    source.low = 5
    assert numbers(read_page(source, FromOffset(0), 1, partitions=[0])) == [15]
    assert numbers(read_page(source, FromOffset(10**9), 5)) == []


def test_that_reading_begins_at_a_time() -> None:
    assert numbers(read_page(even(100), FromTime(1050), 4)) == [50, 51, 52, 53]
    assert numbers(read_page(even(100), FromTime(9999), 4)) == []


def test_that_an_empty_topic_gives_an_empty_page() -> None:
    page = read_page(even(0), Newest(), 10)
    assert (page.rows, page.older, page.left, page.stopped) == ((), None, 0, "end")


def test_that_gaps_and_uneven_partitions_leave_nothing_out() -> None:
    rng = random.Random(3)
    offsets = {p: sorted(rng.sample(range(500), size)) for p, size in ((0, 3), (1, 200), (2, 40))}
    made = [
        event(p, offset, offset * 10 + p, n=offset * 10 + p)
        for p, found in offsets.items()
        for offset in found
    ]
    source = MemorySource(made)
    page = read_page(source, Newest(), 17)
    seen = numbers(page)
    while page.older is not None:
        page = read_page(source, page.older, 17)
        seen += numbers(page)
    assert seen == sorted((offset * 10 + p for p, f in offsets.items() for offset in f))[::-1]


def test_that_a_partition_is_never_reordered_by_odd_clocks() -> None:
    source = MemorySource([event(0, n, time, n=n) for n, time in enumerate((50, 10, 40, 20))], 1)
    assert numbers(read_page(source, Oldest(), 10)) == [0, 1, 2, 3]
    assert numbers(read_page(source, Newest(), 10)) == [3, 2, 1, 0]


def test_that_a_filter_finds_the_few_among_many() -> None:
    page = read_page(even(5000), Newest(), 3, passes=parse_filter("n < 3"))
    assert numbers(page) == [2, 1, 0]
    assert page.scanned == 5000


def test_that_a_scan_is_bounded_and_can_be_continued() -> None:
    source = even(5000)
    only = parse_filter("n = 7")
    page = read_page(source, Newest(), 10, passes=only, limits=Limits(messages=2000))
    assert (page.rows, page.scanned, page.left, page.stopped) == ((), 2000, 3000, "limit")
    scanned = page.scanned
    while not page.rows:
        assert page.onward is not None
        page = read_page(source, page.onward, 10, passes=only, limits=Limits(messages=2000))
        scanned += page.scanned
    assert numbers(page) == [7]
    assert scanned == 5000


def test_that_a_scan_ends_when_its_time_is_up() -> None:
    times = iter(range(100))
    page = read_page(
        even(5000),
        Oldest(),
        10,
        passes=parse_filter("nowhere"),
        limits=Limits(seconds=5.5),
        clock=lambda: float(next(times)),
    )
    assert (page.scanned, page.stopped) == (6, "limit")


def test_that_little_more_is_read_than_is_shown() -> None:
    source = even(30_000)
    read_page(source, Newest(), 100)
    assert source.delivered <= 300


def test_that_large_messages_are_fetched_in_small_chunks() -> None:
    value = b'"' + b"x" * 1_000_000 + b'"'
    source = MemorySource([record(0, n, n, value) for n in range(400)], 1)
    page = read_page(source, Oldest(), 250, passes=parse_filter("offset >= 0"))
    assert len(page.rows) == 250
    assert source.delivered <= 200 + 5 * 10


def test_that_the_tail_brings_what_came_since() -> None:
    source = even(10)
    page, skipped = tail(source, read_page(source, Newest(), 5).newer, 100)
    assert (page.rows, skipped) == ((), 0)
    source.add(event(0, 4, 2000, n=10))
    page, skipped = tail(source, page.newer, 100)
    assert (numbers(page), skipped) == ([10], 0)


def test_that_the_tail_of_a_busy_topic_stays_at_its_end() -> None:
    source = even(9000)
    page, skipped = tail(source, Cursor(False, {0: 0, 1: 0, 2: 0}), 90)
    assert numbers(page) == list(range(8910, 9000))
    assert skipped == 8910


def test_that_one_message_is_read_whole() -> None:
    value = b"x" * 100_000
    source = MemorySource([record(1, 4, 1, value)])
    found = read_one(source, 1, 4)
    assert found is not None
    assert found.value == value
    assert read_one(source, 1, 5) is None


def test_that_a_row_says_what_a_message_is() -> None:
    source = MemorySource(
        [
            record(0, 0, 1, None, b"k"),
            record(0, 1, 2, b"\xff\xfe\x00", None),
            record(0, 2, 3, b"x" * 200_000),
        ]
    )
    null, odd, long = read_page(source, Oldest(), 10).rows
    assert (null.key, null.preview, null.size, null.tombstone) == ("k", "null", None, True)
    assert (odd.preview, odd.size) == ("ff fe 00", 3)
    assert (long.size, len(long.preview)) == (200_000, 401)
