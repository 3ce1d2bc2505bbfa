from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from engine.contracts.names import State
from engine.contracts.protocol import BatchDone, ChildMessage, Lag, Step
from engine.contracts.status import ServiceSnapshot
from engine.host.monitor import Monitor, StreamRecord
from engine.readings.facts import TableFacts
from engine.readings.pipeline import Flow, Layer, picture
from engine.readings.stream_now import stream_now

pytestmark = pytest.mark.unit

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


def batch(rows: int, **figures: object) -> BatchDone:
    values: dict[str, object] = {
        "query": "main",
        "batch_id": 1,
        "started_at_ms": 0,
        "duration_ms": 400.0,
        "input_rows": rows,
        "accepted": rows,
        "rejected": 0,
        "duplicates": 0,
        "late": 0,
        "input_rate": 100.0,
        "process_rate": 200.0,
        "kafka_lag": 0,
        "stages_ms": {"append": 210.0, "gold": 120.0},
    }
    return BatchDone.model_validate(values | figures)


def record(
    batches: list[tuple[float, BatchDone]], lag: list[tuple[float, int]], now: float = 100.0
) -> StreamRecord:
    return StreamRecord(now, tuple(batches), tuple((at, {0: n}) for at, n in lag), None)


def services(pipeline: State = State.READY, detail: str = "") -> tuple[ServiceSnapshot, ...]:
    return (
        ServiceSnapshot(name="broker", provider="kafka", why="", state=State.READY),
        ServiceSnapshot(name="pipeline", provider="local", why="", state=pipeline, detail=detail),
    )


def test_that_records_arrive_at_the_rate_of_batches_and_growing_lag() -> None:
    # 10 s: 600 finished and 400 more waiting make 1,000 arrived.
    now = stream_now(record([(95.0, batch(600))], [(90.0, 100), (100.0, 500)]))
    assert now.arriving == pytest.approx(100.0)
    assert now.taken == pytest.approx(20.0)
    assert now.waiting == 500


def test_that_the_arriving_rate_is_unknown_with_one_lag_only() -> None:
    assert stream_now(record([], [(99.0, 5)])).arriving is None


def test_that_the_oldest_waiting_record_arrived_after_the_last_moment_that_is_all_finished() -> (
    None
):
    # What waited at 80 (300 records) was finished at 90; of what waited at 85 a part is not.
    lags = [(80.0, 300), (85.0, 400), (95.0, 200), (100.0, 300)]
    assert stream_now(record([(90.0, batch(350))], lags)).waiting_s == pytest.approx(20.0)


def test_that_nothing_waiting_means_no_wait_and_no_batch_in_hand() -> None:
    now = stream_now(record([(99.0, batch(10))], [(98.0, 10), (99.5, 0)]))
    assert (now.waiting_s, now.batch_age_s) == (0.0, None)


def test_that_an_old_lag_says_nothing_about_now() -> None:
    now = stream_now(record([(95.0, batch(600))], [(70.0, 100), (84.0, 500)]))
    assert (now.waiting, now.waiting_s, now.batch_age_s, now.arriving) == (None, None, None, None)
    assert now.taken == pytest.approx(20.0)


def test_that_a_backlog_older_than_the_record_is_at_least_as_old_as_it() -> None:
    now = stream_now(record([], [(60.0, 1000), (100.0, 2000)]))
    assert now.waiting_s == pytest.approx(40.0)


def test_that_a_batch_in_hand_is_as_old_as_the_end_of_the_one_before() -> None:
    lags = [(55.0, 20), (56.9, 30), (58.0, 100), (99.0, 5000)]
    assert stream_now(record([(57.0, batch(10))], lags)).batch_age_s == pytest.approx(43.0, abs=1.1)


def test_that_a_batch_in_hand_after_a_quiet_time_begins_with_the_first_waiting_record() -> None:
    lags = [(80.0, 0), (90.0, 0), (95.0, 4), (99.0, 9)]
    assert stream_now(record([(60.0, batch(10))], lags)).batch_age_s == pytest.approx(5.0)


def facts(rows: int = 10, written_s: float = 2.0) -> TableFacts:
    return TableFacts(3, rows, NOW - dt.timedelta(seconds=written_s), NOW + dt.timedelta(seconds=9))


def test_that_the_picture_has_rates_steps_and_ages() -> None:
    stream = record(
        [(95.0, batch(300, accepted=240, rejected=30, duplicates=30))], [(90.0, 0), (100.0, 0)]
    )
    shown = picture({Layer.SILVER: facts(77)}, services(), stream, NOW)

    silver = shown.layers[Layer.SILVER]
    assert (silver.rows, silver.step_ms, silver.flow) == (77, 210.0, Flow.FLOWING)
    assert silver.rate_in == pytest.approx(8.0)
    assert shown.layers[Layer.BRONZE].rate_in == pytest.approx(10.0)
    assert shown.layers[Layer.QUARANTINE].rate_in == pytest.approx(1.0)
    assert shown.duplicates_rate == pytest.approx(1.0)
    assert shown.layers[Layer.GOLD].step_ms == 120.0
    assert silver.written_age_s == pytest.approx(2.0)
    # The producer's clock is ahead: the newest event is not younger than now.
    assert silver.newest_age_s == 0.0
    assert shown.problems == ()


def test_that_a_long_batch_is_working_and_not_idle() -> None:
    stream = record([(57.0, batch(10))], [(56.0, 0), (58.0, 100), (99.0, 5000)])
    shown = picture({}, services(), stream, NOW)
    assert shown.layers[Layer.GOLD].flow is Flow.WORKING
    assert shown.batch_age_s == pytest.approx(42.0)


def test_that_a_quiet_stream_is_idle() -> None:
    shown = picture({}, services(), record([(5.0, batch(10))], [(99.0, 0)]), NOW)
    assert shown.layers[Layer.BRONZE].flow is Flow.IDLE


@pytest.mark.parametrize(
    ("state", "flow"),
    [
        (State.FAILED, Flow.FAILED),
        (State.BACKOFF, Flow.STARTING),
        (State.DEGRADED, Flow.DEGRADED),
        (State.STOPPED, Flow.STOPPED),
    ],
)
def test_that_a_service_that_is_not_well_is_told(state: State, flow: Flow) -> None:
    shown = picture({}, services(state, "Why."), record([(99.0, batch(10))], [(99.0, 1)]), NOW)
    assert shown.layers[Layer.BRONZE].flow is flow
    assert (shown.layers[Layer.BRONZE].rate_in is None) == (state is not State.DEGRADED)
    assert shown.layers[Layer.BROKER].flow is Flow.IDLE
    assert [(p.service, p.state, p.detail) for p in shown.problems] == [("pipeline", state, "Why.")]


def test_that_without_a_running_instance_the_tables_alone_speak() -> None:
    shown = picture({Layer.BRONZE: facts(5)}, (), None, NOW)
    assert shown.layers[Layer.BRONZE].rows == 5
    assert shown.layers[Layer.BRONZE].flow is Flow.STOPPED
    assert shown.layers[Layer.BROKER].waiting is None


class Heard:
    """A supervisor that says what the test says."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[str, ChildMessage], None]] = []

    def subscribe(self, listener: Callable[[str, ChildMessage], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: None

    def say(self, message: ChildMessage) -> None:
        for listener in self.listeners:
            listener("pipeline", message)


def test_that_the_monitor_remembers_the_stream_with_its_times() -> None:
    supervisor, clock = Heard(), [0.0]
    monitor = Monitor(supervisor, lambda: clock[0], lambda: 1_000_000.0)  # type: ignore[arg-type]
    supervisor.say(Lag(partitions={0: 9}))
    clock[0] = 50.0
    supervisor.say(Lag(partitions={0: 4, 1: 1}))
    supervisor.say(batch(5))
    supervisor.say(Step(operation="rebuild gold", done=1, total=2))
    clock[0] = 60.0

    remembered = monitor.stream(30.0)

    assert remembered.now == 1_000_000.0
    assert remembered.lag == ((999_990.0, {0: 4, 1: 1}),)
    assert [at for at, _ in remembered.batches] == [999_990.0]
    assert remembered.step is not None
    assert len(monitor.stream(100.0).lag) == 2
