"""Late, too late, duplicate: who came first, and what is remembered."""

from __future__ import annotations

from itertools import permutations
from random import Random

import numpy as np
import pytest

from pipelines.arrival import NEVER, Arrivals, KeyWindow, Verdicts, judge, newest_at_arrival

pytestmark = pytest.mark.unit

MINUTE = 60_000_000
DELAY, GRACE = 10 * MINUTE, 15 * MINUTE
NOON = 1_735_732_800_000_000
VALID = {"partition": 0, "kafka_ms": 1000, "event_us": NOON, "key": 1, "valid": True}


def _batch(*records: dict[str, int]) -> Arrivals:
    """Records as ``VALID`` with changes; offsets count up unless given."""
    rows = [{**VALID, "offset": n, **record} for n, record in enumerate(records)]
    columns = {name: np.array([row[name] for row in rows], np.int64) for name in rows[0]}
    valid = columns.pop("valid").astype(np.bool_)
    return Arrivals(**columns, valid=valid)


def _empty() -> Arrivals:
    none = np.zeros(0, np.int64)
    return Arrivals(none, none, none, none, none, np.zeros(0, np.bool_))


def _window(horizon_us: int = 60 * MINUTE, max_keys: int = 4_000_000) -> KeyWindow:
    return KeyWindow(GRACE, horizon_us, max_keys)


def _judge(batch: Arrivals, window: KeyWindow | None = None, newest: int = NEVER) -> Verdicts:
    return judge(batch, window or _window(), newest, DELAY, GRACE)


def _keys(*keys: int) -> np.ndarray:
    return np.array(keys, np.int64)


@pytest.mark.parametrize(
    ("behind", "late", "too_late"),
    [
        (0, False, False),
        (DELAY, False, False),
        (DELAY + 1, True, False),
        (GRACE, True, False),
        (GRACE + 1, False, True),
    ],
)
def test_that_the_bounds_of_late_and_too_late_are_strict(behind, late, too_late) -> None:
    verdicts = _judge(_batch({"event_us": NOON - behind}), newest=NOON)
    assert (verdicts.late[0], verdicts.too_late[0]) == (late, too_late)
    assert verdicts.accepted[0] != too_late
    assert verdicts.newest_us == NOON


def test_that_nothing_is_late_before_any_event_was_seen() -> None:
    verdicts = _judge(_batch({"event_us": -10 * MINUTE}), newest=NEVER)
    assert verdicts.accepted.all()
    assert not verdicts.late.any()
    assert verdicts.newest_us == -10 * MINUTE


def test_that_an_earlier_record_is_not_late_because_of_a_later_one() -> None:
    old, new = {"event_us": NOON - 2 * GRACE, "key": 1}, {"event_us": NOON, "key": 2}
    verdicts = _judge(_batch({**old, "kafka_ms": 1000}, {**new, "kafka_ms": 1001}))
    assert verdicts.accepted.tolist() == [True, True]


def test_that_records_of_one_millisecond_arrive_together_in_any_order() -> None:
    old, new = {"event_us": NOON - 2 * GRACE, "key": 1}, {"event_us": NOON, "key": 2}
    assert _judge(_batch(old, new)).too_late.tolist() == [True, False]
    assert _judge(_batch(new, old)).too_late.tolist() == [False, True]
    assert _judge(_batch(old, {**new, "partition": 1})).too_late.tolist() == [True, False]


def test_that_arrival_counts_and_not_the_order_of_rows() -> None:
    records = [
        {"kafka_ms": 1000 + n, "event_us": NOON + n * MINUTE, "offset": n, "key": n}
        for n in range(4)
    ]
    for order in permutations(range(4)):
        newest = newest_at_arrival(_batch(*(records[n] for n in order)), NEVER)
        assert newest.tolist() == [NOON + n * MINUTE for n in order]


def test_that_a_refused_record_moves_no_watermark() -> None:
    wrong = {"event_us": NOON + 99 * GRACE, "valid": False, "key": 9}
    verdicts = _judge(_batch(wrong, {"kafka_ms": 1001}))
    assert verdicts.accepted.tolist() == [False, True]
    assert not (verdicts.late | verdicts.too_late | verdicts.duplicate).any()
    assert verdicts.newest_us == NOON


def test_that_refused_records_alone_leave_the_newest_time_unset() -> None:
    verdicts = _judge(_batch({"valid": False}, {"valid": False}))
    assert verdicts.newest_us == NEVER
    assert not verdicts.accepted.any()


def test_that_an_empty_batch_changes_nothing() -> None:
    verdicts = _judge(_empty(), newest=NOON)
    assert len(verdicts.accepted) == len(verdicts.too_late) == 0
    assert verdicts.newest_us == NOON


@pytest.mark.parametrize(
    ("one", "other", "winner"),
    [
        ({"kafka_ms": 1001}, {"kafka_ms": 1000, "partition": 2, "offset": 9}, 1),
        ({"partition": 1}, {"partition": 0, "offset": 9}, 1),
        ({"offset": 9}, {"offset": 8}, 1),
        ({"kafka_ms": 1000, "partition": 2}, {"kafka_ms": 1001, "partition": 0}, 0),
    ],
)
def test_that_the_first_arrival_of_a_key_wins_across_partitions(one, other, winner) -> None:
    verdicts = _judge(_batch(one, other))
    assert verdicts.accepted.tolist() == [winner == 0, winner == 1]
    assert verdicts.duplicate.tolist() == [winner != 0, winner != 1]


def test_that_a_key_of_silver_is_a_duplicate_whatever_its_time_says_now() -> None:
    window = _window()
    window.add(_keys(1), _keys(NOON - 30 * MINUTE))
    verdicts = _judge(_batch({"event_us": NOON}), window)
    assert (verdicts.accepted[0], verdicts.duplicate[0]) == (False, True)


def test_that_a_too_late_repeat_is_too_late_and_lets_the_next_one_win() -> None:
    stale = {"event_us": NOON - 2 * GRACE, "kafka_ms": 999}
    verdicts = _judge(_batch(stale, {"kafka_ms": 1000}), newest=NOON)
    assert verdicts.too_late.tolist() == [True, False]
    assert verdicts.accepted.tolist() == [False, True]
    assert not verdicts.duplicate.any()


def test_that_judging_adds_nothing_to_the_window() -> None:
    window = _window()
    _judge(_batch({}), window)
    assert len(window) == 0


def test_that_each_record_gets_one_verdict() -> None:
    rng = Random(4)
    records = [
        {
            "kafka_ms": 1000 + rng.randrange(40),
            "partition": rng.randrange(3),
            "event_us": NOON - rng.randrange(20) * MINUTE,
            "key": rng.randrange(60),
            "valid": rng.random() > 0.1,
        }
        for _ in range(300)
    ]
    batch = _batch(*records)
    v = _judge(batch)
    total = v.accepted.astype(int) + v.too_late + v.duplicate + ~batch.valid
    assert (total == 1).all()
    assert not (v.late & ~v.accepted).any()
    assert len(np.unique(batch.key[v.accepted])) == v.accepted.sum()


def test_that_the_window_finds_its_keys_and_no_others() -> None:
    window = _window()
    window.add(_keys(5, 3, -7), _keys(NOON, NOON + 1, NOON + MINUTE))
    window.add(_keys(4), _keys(NOON))
    known = window.contains(_keys(3, 4, 5, -7, 6, np.iinfo(np.int64).max, NEVER))
    assert known.tolist() == [True, True, True, True, False, False, False]
    assert len(window) == 4
    assert window.contains(_keys()).tolist() == []
    assert _window().contains(_keys(1)).tolist() == [False]


def test_that_minutes_within_the_grace_are_never_evicted() -> None:
    window = _window(max_keys=0)
    window.add(_keys(1, 2), _keys(NOON - GRACE, NOON - GRACE - MINUTE))
    window.evict(NOON)
    assert window.contains(_keys(1)).tolist() == [True]
    window.evict(NOON + 3 * MINUTE)
    assert len(window) == 0


def test_that_every_event_that_may_still_arrive_is_in_the_window() -> None:
    window = _window(max_keys=0, horizon_us=GRACE)
    times = NOON - np.arange(0, 20 * MINUTE, MINUTE // 7)
    window.add(np.arange(len(times)), times)
    window.evict(NOON)
    may_arrive = times + GRACE >= NOON
    assert window.contains(np.flatnonzero(may_arrive)).all()


def test_that_minutes_beyond_the_horizon_are_evicted() -> None:
    window = _window()
    window.add(_keys(1, 2), _keys(NOON, NOON - 62 * MINUTE))
    window.evict(NOON)
    assert window.contains(_keys(1, 2)).tolist() == [True, False]


def test_that_too_many_keys_shorten_the_horizon_from_its_old_end() -> None:
    window = _window(max_keys=2)
    window.add(_keys(1, 2, 3), _keys(NOON - 40 * MINUTE, NOON - 30 * MINUTE, NOON))
    window.evict(NOON)
    assert window.contains(_keys(1, 2, 3)).tolist() == [False, True, True]
