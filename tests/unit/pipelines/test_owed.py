"""Which minutes a batch computes, and which wait for a later one."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.owed import LATE_ROWS, OwedMinutes

pytestmark = pytest.mark.unit

NEWEST = 100


def _touched(*minutes: int) -> OwedMinutes:
    owed = OwedMinutes()
    owed.touch(np.array(minutes), NEWEST)
    return owed


def test_that_the_two_newest_minutes_never_wait() -> None:
    owed = OwedMinutes()
    assert owed.touch(np.array([86, 98, 99, 100]), NEWEST).tolist() == [99, 100]
    assert owed.minutes == (86, 98)


def test_that_minutes_are_taken_in_the_order_they_were_touched_first() -> None:
    owed = _touched(90, 86)
    owed.touch(np.array([88, 90]), NEWEST)
    assert owed.take(lambda _: LATE_ROWS).tolist() == [90]
    owed.touch(np.array([90]), NEWEST)
    assert owed.take_all().tolist() == [86, 88, 90]
    assert owed.minutes == ()


@pytest.mark.parametrize(
    ("rows", "taken"),
    [(0, 3), (1, 3), (LATE_ROWS // 3, 3), (LATE_ROWS // 2, 2), (LATE_ROWS, 1), (LATE_ROWS * 9, 1)],
)
def test_that_as_many_are_taken_as_may_cost(rows: int, taken: int) -> None:
    owed = _touched(86, 88, 90)
    assert len(owed.take(lambda _: rows)) == taken
    assert len(owed.minutes) == 3 - taken


def test_that_nothing_is_taken_where_nothing_waits() -> None:
    owed = _touched()
    assert not len(owed.take(lambda _: 1))
    assert not len(owed.take_all())
