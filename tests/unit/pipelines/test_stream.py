"""How batches are read and written beside each other; no Spark."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from pipelines.stream import Stream

pytestmark = pytest.mark.unit


class _Topic:
    def bounds(self, partitions: list[int]) -> tuple[dict[int, int], dict[int, int]]:
        return dict.fromkeys(partitions, 0), {p: 100 * (p + 1) for p in partitions}


@dataclass
class _Rows:
    closed: bool = False

    def close(self) -> None:
        self.closed = True


@dataclass
class _Batch:
    number: int
    apart: bool
    rows: _Rows = field(default_factory=_Rows)


@dataclass
class _Position:
    offsets: dict[int, int] = field(default_factory=dict)


class _Runner:
    """Reads at once; writes once it is let, and fails at the batches of ``broken``."""

    def __init__(self) -> None:
        self.position = _Position()
        self.large = True
        self.free = threading.Event()
        self.writing = threading.Event()
        self.broken: set[int] = set()
        self.reads = threading.Semaphore(0)
        self.read_batches: list[_Batch] = []
        self.written: list[int] = []

    def read(self, _frame: object, _expected: int) -> _Batch:
        self.read_batches.append(_Batch(len(self.read_batches), self.large))
        self.reads.release()
        return self.read_batches[-1]

    def write(self, batch: _Batch) -> None:
        self.writing.set()
        assert self.free.wait(10)
        if batch.number in self.broken:
            raise OSError("The disk is full.")
        self.written.append(batch.number)


@pytest.fixture
def runner() -> Iterator[_Runner]:
    runner = _Runner()
    yield runner
    runner.free.set()


@pytest.fixture
def stream(config, runner: _Runner) -> Iterator[Stream]:
    stream = Stream(cast(Any, None), config, cast(Any, runner), cast(Any, _Topic()))
    yield stream
    runner.free.set()
    stream.stop()


def arrive(stream: Stream) -> None:
    """As Spark hands a batch over."""
    stream._batch(cast(Any, None), 0)


def test_that_what_waits_is_counted_from_the_offsets_and_never_negative(stream) -> None:
    assert stream.waiting({0: 40, 1: 200}) == 60
    assert stream.waiting({0: 150, 1: 150}) == 50
    assert stream.waiting({}) == 0


def test_that_a_stream_never_started_can_be_stopped(stream) -> None:
    stream.stop()


def test_that_a_small_batch_is_written_before_the_next_is_read(stream, runner) -> None:
    runner.large = False
    runner.free.set()
    arrive(stream)
    assert runner.written == [0]


def test_that_the_next_batch_is_read_while_a_large_one_is_written(stream, runner) -> None:
    arrive(stream)
    assert runner.writing.wait(10)
    second = threading.Thread(target=arrive, args=(stream,))
    second.start()
    for _ in range(2):
        assert runner.reads.acquire(timeout=10)
    assert runner.written == []
    runner.free.set()
    second.join(10)
    stream.stop()
    assert runner.written == [0, 1]


def test_that_what_is_done_between_batches_follows_each_write(stream, runner) -> None:
    done: list[list[int]] = []
    stream.between = lambda: done.append(list(runner.written))
    runner.free.set()
    arrive(stream)
    arrive(stream)
    stream.stop()
    assert done == [[0], [0, 1]]


def test_that_nothing_is_written_after_a_batch_that_failed(stream, runner) -> None:
    runner.broken = {0}
    runner.free.set()
    arrive(stream)
    with pytest.raises(OSError, match="disk is full"):
        arrive(stream)
    assert runner.written == []
    assert str(stream.failure) == "The disk is full."
    assert runner.read_batches[1].rows.closed


def test_that_a_stop_waits_for_the_write_and_keeps_what_failed(stream, runner) -> None:
    runner.broken = {0}
    arrive(stream)
    assert runner.writing.wait(10)
    stopping = threading.Thread(target=stream.stop)
    stopping.start()
    stopping.join(0.2)
    assert stopping.is_alive()
    runner.free.set()
    stopping.join(10)
    assert not stopping.is_alive()
    assert str(stream.failure) == "The disk is full."


def test_that_a_batch_that_was_read_when_a_stop_began_is_not_written(stream, runner) -> None:
    arrive(stream)
    assert runner.writing.wait(10)
    reading = threading.Thread(target=arrive, args=(stream,))
    reading.start()
    assert all(runner.reads.acquire(timeout=10) for _ in range(2))
    stopping = threading.Thread(target=stream.stop)
    stopping.start()
    deadline = time.monotonic() + 10
    while not stream._stopping and time.monotonic() < deadline:
        time.sleep(0.01)
    runner.free.set()
    for thread in (reading, stopping):
        thread.join(10)
        assert not thread.is_alive()
    assert runner.written == [0]
    assert runner.read_batches[1].rows.closed


def test_that_no_batch_is_taken_after_a_stop(stream, runner) -> None:
    runner.free.set()
    stream.stop()
    arrive(stream)
    assert runner.read_batches == []
