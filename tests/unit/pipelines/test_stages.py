"""The stages of a batch, and the columns they become."""

from __future__ import annotations

import pytest

from pipelines.stages import STAGES, Stopwatch, columns
from pipelines.tables import METRICS

pytestmark = pytest.mark.unit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time is what stands in the list."""
    now = [100.0]
    monkeypatch.setattr("pipelines.stages.time.perf_counter", lambda: now[0])
    return now


def test_that_a_lap_books_the_time_since_the_last_one(clock: list[float]) -> None:
    watch = Stopwatch(clock[0], {}, clock[0])
    clock[0] += 0.25
    watch.lap("parse")
    clock[0] += 0.5
    watch.lap("gold")
    assert watch.stages == {"parse": 250.0, "gold": 500.0}
    assert watch.total_ms() == 750.0
    assert watch.total_ms(watch.started + 0.5) == 250.0
    assert watch.total_ms(watch.started - 0.5) == 750.0


def test_that_what_failed_is_booked_too(clock: list[float]) -> None:
    watch = Stopwatch()

    def write() -> None:
        with watch.timed("silver"):
            clock[0] += 2
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write()
    assert watch.stages == {"silver": 2000.0}


def test_that_a_stage_without_time_is_null_in_its_column() -> None:
    row = columns({"parse": 12.5})
    assert row.pop("parse_ms") == 12.5
    assert set(row.values()) == {None}


def test_that_every_stage_has_a_column_of_pipeline_metrics() -> None:
    assert {METRICS[f"{stage}_ms"] for stage in STAGES} == {"double"}
