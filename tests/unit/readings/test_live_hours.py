"""Figures of an hour and the funnel: different users, and how often they are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.lake import LakeReader
from engine.readings.live_hours import HoursReader, HoursReading
from tests.unit.readings.live_lake import MINUTE, NOON, SECOND, LiveLake, event, purchase

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture
def lake(tmp_path: Path, pack: PackSpec) -> LiveLake:
    return LiveLake(tmp_path / "lake", pack)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def read(reader: HoursReader, window_s: float = 900) -> HoursReading:
    found = reader.read(window_s)
    assert found is not None
    return found


def test_that_there_is_nothing_before_tables_and_before_events(tmp_path, lake, pack):
    assert HoursReader(LakeReader(tmp_path / "none"), pack).read(900) is None
    assert HoursReader(lake.reader, pack).read(900) is None


def test_that_a_user_of_many_minutes_is_one_user_of_the_hour(lake, pack):
    lake.add_silver(
        [event(NOON + at * MINUTE, "ann") for at in range(10)]
        + [event(NOON, "bob"), purchase(NOON + 3 * MINUTE, "ann", 30.0)]
        + [purchase(NOON + 5 * MINUTE, "ann", 10.0), event(NOON + 10 * MINUTE, "zoe")]
    )
    found = read(HoursReader(lake.reader, pack), 900)
    assert {name: hour.value for name, hour in found.hours.items()} == pytest.approx(
        {
            "orders": 2,
            "gmv_usd": 40,
            "active_users": 2,
            "conversion_rate": 0.5,
            "avg_order_value_usd": 20,
            "events_per_s": 13 / 600,
        }
    )
    assert all(hour.change is None for hour in found.hours.values())


def test_that_two_whole_hours_are_compared(lake, pack):
    before = [purchase(NOON - at * MINUTE, "ann", 10.0) for at in range(61, 121)]
    now = [purchase(NOON - at * MINUTE, "ann", 15.0) for at in range(1, 61)]
    lake.add_silver([*before, *now, event(NOON, "ann")])
    hours = read(HoursReader(lake.reader, pack), 900).hours
    assert hours["gmv_usd"].value == 900
    assert hours["gmv_usd"].change == pytest.approx(0.5)
    assert hours["orders"].change == 0.0
    assert hours["active_users"].value == 1


def test_that_an_hour_with_a_pause_is_not_compared(lake, pack):
    before = [purchase(NOON - at * MINUTE, "ann", 10.0) for at in range(61, 100)]
    now = [purchase(NOON - at * MINUTE, "ann", 15.0) for at in range(1, 61)]
    lake.add_silver([*before, *now, event(NOON, "ann")])
    assert read(HoursReader(lake.reader, pack), 900).hours["gmv_usd"].change is None


def test_that_the_funnel_counts_users_of_the_window(lake, pack):
    lake.add_silver(
        [
            event(NOON, "gone"),
            *[event(NOON + 10 * MINUTE, user) for user in ("ann", "bob", "cem", "ann")],
            event(NOON + 10 * MINUTE, "ann", "add_to_cart"),
            event(NOON + 10 * MINUTE, "bob", "add_to_cart"),
            purchase(NOON + 11 * MINUTE, "ann", 10.0),
            event(NOON + 12 * MINUTE, "ann"),
        ]
    )
    found = read(HoursReader(lake.reader, pack), 300)
    assert [(s.event_type, s.users) for s in found.funnel] == [
        ("page_view", 3),
        ("add_to_cart", 2),
        ("checkout_start", 0),
        ("purchase", 1),
    ]
    assert found.funnel[1].share == pytest.approx(2 / 3)


def test_that_silver_is_scanned_once_a_minute_and_slow_scans_less_often(lake, pack, monkeypatch):
    clock = Clock()
    reader = HoursReader(lake.reader, pack, clock)
    scans: list[int] = []
    hours = reader._hours

    def slow(end_s: int):
        scans.append(end_s)
        clock.now += 6.0
        return hours(end_s)

    monkeypatch.setattr(reader, "_hours", slow)
    lake.add_silver([event(NOON, "ann"), event(NOON + MINUTE, "ann")])
    first = read(reader, 900)
    lake.add_silver([event(NOON + 70 * SECOND, "ann")])
    assert read(reader, 900) is first
    lake.add_silver([event(NOON + 2 * MINUTE, "ann")])
    assert read(reader, 900) is first, "six seconds of work are worth two minutes"
    clock.now += 115.0
    assert read(reader, 900) is not first
    assert len(scans) == 2


def test_that_another_window_counts_its_funnel_at_once(lake, pack):
    reader = HoursReader(lake.reader, pack)
    lake.add_silver(
        [event(NOON, "ann"), event(NOON + 8 * MINUTE, "bob"), event(NOON + 9 * MINUTE, "x")]
    )
    assert read(reader, 300).funnel[0].users == 1
    again = read(reader, 900)
    assert (again.funnel[0].users, again.window_s) == (2, 900)
