"""What a rate takes on a cluster: from measured rates to partitions, cores, state, files, cost.

Nothing here is a price or a benchmark of somebody else's machines: the rates are those that
``make cluster`` and ``make bench`` print, and the prices the reader's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

KEY_BYTES = 8
"""Of one event id in the window of recent keys."""

DRIVER_CORES = 4
"""One judges, the rest recompute gold, compact, and run Spark's scheduler."""

MINUTES_TOUCHED = 3
"""A batch reaches into the minute before its own, and computes one that late events touched."""

MIB = 1 << 20
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Measured:
    """What was measured, events a second where it is a rate.

    Attributes:
        core: one executor core, from Kafka to silver.
        partition: one Kafka partition, read by one core.
        driver: most that one driver judges; above, its window of keys grows faster than it works.
        gold_rows: rows of silver that a driver turns into gold a second.
        bronze_bytes, silver_bytes: Parquet of one event, after compaction.
    """

    core: float = 2_900
    partition: float = 10_000
    driver: float = 40_000
    gold_rows: float = 490_000
    bronze_bytes: float = 55
    silver_bytes: float = 55


@dataclass(frozen=True)
class Wishes:
    """What is planned for, and how.

    Attributes:
        rate: events a second, all together.
        load: the part of each resource that is used at that rate; the rest is for peaks.
        grace_s: how late an event may be; the window of keys reaches back so far.
        executor_cores: cores of one executor.
        batch_s: seconds of events in a micro-batch.
    """

    rate: float = 1_000_000
    load: float = 0.6
    grace_s: float = 900
    executor_cores: int = 4
    batch_s: float = 20


@dataclass(frozen=True)
class Prices:
    """The reader's own, in any currency; zero where it is not known."""

    core_hour: float = 0.0
    gb_month: float = 0.0
    million_writes: float = 0.0


@dataclass(frozen=True)
class Capacity:
    """The plan. Each of the ``pipelines`` takes an equal part of the users; ``partitions``,
    ``executors``, ``batch_events``, ``window_bytes`` and ``gold_s`` are of one of them."""

    pipelines: int
    rate_each: float
    partitions: int
    executor_cores: int
    executors: int
    driver_cores: int
    batch_events: int
    window_bytes: int
    gold_s: float
    files_an_hour: int
    files_kept_an_hour: int
    bytes_a_day: int
    cost_a_month: float
    gold_keeps_up: bool
    """Whether recomputing a batch's minutes leaves half of its time for the batch itself."""


def plan(wishes: Wishes, measured: Measured = Measured(), prices: Prices = Prices()) -> Capacity:
    """Whole partitions and executors, rounded up.

    >>> plan(Wishes(rate=20_000)).pipelines
    1
    """
    pipelines = math.ceil(wishes.rate / (measured.driver * wishes.load))
    each = wishes.rate / pipelines
    cores = math.ceil(each / (measured.core * wishes.load))
    executors = math.ceil(cores / wishes.executor_cores)
    # At least as many partitions as cores: a core without one has nothing to read.
    by_rate = math.ceil(each / (measured.partition * wishes.load))
    partitions = max(executors * wishes.executor_cores, by_rate)
    batches_an_hour = 3600 / wishes.batch_s
    # Bronze and silver a file a core, then quarantine, metrics and the two of gold.
    written = pipelines * batches_an_hour * (2 * executors * wishes.executor_cores + 4)
    a_day = wishes.rate * SECONDS_A_DAY * (measured.bronze_bytes + measured.silver_bytes)
    kept = (
        wishes.rate
        * 3600
        * (measured.bronze_bytes / (64 * MIB) + measured.silver_bytes / (16 * MIB))
    )
    total_cores = pipelines * (executors * wishes.executor_cores + DRIVER_CORES)
    month_hours = 365.25 * 24 / 12
    gold_s = each * 60 * MINUTES_TOUCHED / measured.gold_rows
    cost = (
        total_cores * month_hours * prices.core_hour
        + a_day * 30.44 / 1e9 * prices.gb_month
        + written * month_hours / 1e6 * prices.million_writes
    )
    return Capacity(
        pipelines=pipelines,
        rate_each=each,
        partitions=partitions,
        executor_cores=wishes.executor_cores,
        executors=executors,
        driver_cores=DRIVER_CORES,
        batch_events=math.ceil(each * wishes.batch_s),
        window_bytes=math.ceil(each * wishes.grace_s * KEY_BYTES),
        gold_s=gold_s,
        files_an_hour=math.ceil(written),
        files_kept_an_hour=math.ceil(kept),
        bytes_a_day=math.ceil(a_day),
        cost_a_month=cost,
        gold_keeps_up=gold_s < wishes.batch_s / 2,
    )
