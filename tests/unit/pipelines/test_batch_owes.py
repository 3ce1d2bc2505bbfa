"""Which minutes a batch computes and which it owes, without Spark and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pytest

from engine.contracts.protocol import BatchDone
from pipelines import owed
from pipelines.arrival import MINUTE_US, NEVER, Arrivals, KeyWindow, Longs
from pipelines.batch import Batch, BatchRunner, Position, Rules
from pipelines.marks import Mark
from pipelines.stages import Stopwatch
from tests.unit.pipelines.lakes import NOON_MS

pytestmark = pytest.mark.unit

NOON = NOON_MS // 60_000


class Panic(BaseException):
    """As delta-rs throws it: no Exception."""


class FakeGold:
    """Remembers what it was to compute."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.computed: list[list[int]] = []
        self.panics = False

    def refresh(self, minutes: Longs, mark: Mark) -> None:
        if self.panics:
            raise Panic
        self.computed.append(sorted(minutes.tolist()))
        self.marks.append(mark)


class FakeRows:
    """A batch whose rows are of no interest."""

    def __init__(self, seen: Arrivals) -> None:
        self.seen = seen

    def bronze(self, *_: object) -> None: ...
    def silver(self, *_: object) -> None: ...
    def quarantine(self, *_: object) -> None: ...
    def close(self) -> None: ...


class FakeSinks:
    """Takes everything."""

    def append_events(self, *_: object) -> None: ...
    def append_metrics(self, *_: object) -> None: ...


class Scene:
    """A runner with one late minute a batch; ``waiting`` records are in the broker beside it."""

    def __init__(self, pack) -> None:
        self.gold, self.waiting = FakeGold(), 1_000
        self.told: list[BatchDone] = []
        self.window = KeyWindow(15 * MINUTE_US, 15 * MINUTE_US)
        self.runner = BatchRunner(
            pack=pack,
            rules=Rules(10 * MINUTE_US, 15 * MINUTE_US),
            sinks=cast(Any, FakeSinks()),
            gold=cast(Any, self.gold),
            window=self.window,
            position=Position("topic-1", 0, {0: 0}, NEVER),
            floors={},
            report=self.told.append,
            lag=lambda _: self.waiting,
        )

    def run(self, *minutes: int, arrived: Sequence[int] = ()) -> None:
        """A batch of an event in each of these minutes; all arrived at noon unless told."""
        kafka_ms = np.array(arrived or [NOON] * len(minutes)) * 60_000
        first = self.runner.position.offsets[0]
        offset = np.arange(first, first + len(minutes))
        seen = Arrivals(
            partition=np.zeros(len(minutes), np.int64),
            offset=offset,
            kafka_ms=kafka_ms,
            event_us=np.array(minutes) * MINUTE_US,
            key=offset + 7_000,
            valid=np.ones(len(minutes), np.bool_),
        )
        batch = Batch(cast(Any, FakeRows(seen)), Stopwatch(), NOON * 60_000, small=True)
        self.runner.write(batch)
        self.runner._wait_for_late()

    @property
    def owed(self) -> set[int]:
        return set(self.runner.done().owed)


@pytest.fixture
def scene(pack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(owed, "LATE_ROWS", 0)
    made = Scene(pack)
    old = np.array([NOON - 12, NOON - 11, NOON - 10]) * MINUTE_US
    made.window.add(np.array([1, 2, 3]), old)
    yield made
    made.runner.close()


def test_that_late_minutes_take_turns_while_records_wait(scene: Scene) -> None:
    scene.run(NOON - 12, NOON - 11, NOON - 10, NOON)
    assert scene.gold.computed == [[NOON], [NOON - 12]]
    assert set(scene.gold.marks[0].owed) == {NOON - 12, NOON - 11, NOON - 10}
    assert set(scene.gold.marks[1].owed) == scene.owed == {NOON - 11, NOON - 10}
    scene.run(NOON - 12, NOON)
    assert scene.gold.computed[2:] == [[NOON], [NOON - 11]]
    assert scene.owed == {NOON - 10, NOON - 12}


def test_that_all_are_computed_when_no_record_waits(scene: Scene) -> None:
    scene.run(NOON - 12, NOON - 11, NOON - 10, NOON)
    scene.waiting = 0
    scene.run(NOON)
    assert scene.gold.computed[2:] == [[NOON - 11, NOON - 10, NOON]]
    assert scene.owed == set()
    assert scene.gold.marks[2].owed == ()


def test_that_a_client_whose_clock_runs_ahead_makes_nobody_late(scene: Scene) -> None:
    scene.run(NOON - 1, NOON, NOON + 4)
    scene.run(NOON - 1, NOON)
    assert scene.gold.computed == [[NOON - 1, NOON, NOON + 4], [NOON - 1, NOON]]


def test_that_events_of_owed_minutes_have_no_age_yet(scene: Scene) -> None:
    scene.run(NOON - 10, NOON, arrived=(NOON - 60, NOON))
    (told,) = scene.told
    assert told.end_to_end_p50_ms == told.end_to_end_p95_ms, "what is visible has one age"


@pytest.mark.parametrize("where", ["gold", "sinks"])
def test_that_a_batch_that_failed_still_owes_what_it_was_to_compute(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    scene.run(NOON - 12, NOON - 11, NOON)
    with monkeypatch.context() as broken:
        if where == "gold":
            broken.setattr(scene.gold, "panics", True)
        else:
            broken.setattr(FakeSinks, "append_events", _panic)
        with pytest.raises(Panic):
            scene.run(NOON - 10, NOON)
    assert scene.owed == {NOON - 11, NOON - 10, NOON}
    scene.runner.settle()
    assert scene.gold.computed[-1] == [NOON - 11, NOON - 10, NOON]


def test_that_late_minutes_that_failed_end_the_next_batch(scene: Scene) -> None:
    calls = scene.gold.computed
    scene.gold.refresh = lambda minutes, mark: (  # type: ignore[method-assign]
        calls.append(minutes.tolist()) if not calls else _panic()
    )
    with pytest.raises(Panic):
        scene.run(NOON - 12, NOON)
    assert (calls, scene.owed) == ([[NOON]], {NOON - 12})


def test_that_settling_in_vain_forgets_nothing(scene: Scene) -> None:
    scene.run(NOON - 12, NOON - 11, NOON)
    scene.gold.panics = True
    with pytest.raises(Panic):
        scene.runner.settle()
    assert scene.owed == {NOON - 11}
    scene.gold.panics = False
    scene.runner.settle()
    assert scene.owed == set()


def test_that_a_stream_at_rest_settles_and_a_busy_one_does_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run(NOON - 12, NOON - 11, NOON)
    scene.runner.rest()
    assert scene.owed
    monkeypatch.setattr("pipelines.batch.REST_S", 0.0)
    scene.runner.rest()
    assert not scene.owed
    assert scene.gold.computed[-1] == [NOON - 11]


def _panic(*_: object) -> None:
    raise Panic
