"""What the stream does at this moment, worked out of what it said lately. Pure functions.

The lag samples and the finished batches together say how many records had arrived at a moment:
those still waiting then are what batches finished since, plus what waits now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.contracts.protocol import BatchDone
from engine.host.monitor import SILENT_S, StreamRecord

RATE_S = 30.0
"""Rates are means over so long: several batches, and still "now" to a person."""


@dataclass(frozen=True)
class StreamNow:
    """Rates in records a second over the last half minute, ages in seconds.

    Attributes:
        arriving: records that reach the broker; None until two lags are known.
        waiting: records in the broker that no finished batch had yet; None while unknown, as are
            the ages.
        waiting_s: how long the oldest of them waits already.
        batch_age_s: how long the batch in hand has been worked on; None where nothing waits.
    """

    arriving: float | None
    taken: float
    accepted: float
    rejected: float
    duplicates: float
    waiting: int | None
    waiting_s: float | None
    batch_age_s: float | None
    last: BatchDone | None
    last_age_s: float | None


def stream_now(record: StreamRecord) -> StreamNow:
    """Of everything the monitor remembers."""
    if record.lag and record.now - record.lag[-1][0] > SILENT_S:
        record = replace(record, lag=())
    recent = [batch for at, batch in record.batches if record.now - at <= RATE_S]
    waiting = sum(record.lag[-1][1].values()) if record.lag else None
    last_at, last = record.batches[-1] if record.batches else (None, None)
    return StreamNow(
        arriving=arriving_rate(record),
        taken=sum(batch.input_rows for batch in recent) / RATE_S,
        accepted=sum(batch.accepted for batch in recent) / RATE_S,
        rejected=sum(batch.rejected for batch in recent) / RATE_S,
        duplicates=sum(batch.duplicates for batch in recent) / RATE_S,
        waiting=waiting,
        waiting_s=oldest_waiting_s(record),
        batch_age_s=batch_age_s(record),
        last=last,
        last_age_s=None if last_at is None else record.now - last_at,
    )


def arriving_rate(record: StreamRecord) -> float | None:
    """Records a second into the topic: what was finished between two lags, plus their growth."""
    samples = [sample for sample in record.lag if record.now - sample[0] <= RATE_S]
    if len(samples) < 2:
        return None
    (first_at, first), (last_at, last) = samples[0], samples[-1]
    finished = sum(b.input_rows for at, b in record.batches if first_at < at <= last_at)
    arrived = finished + sum(last.values()) - sum(first.values())
    # A lag is measured a moment after its offsets were read, so a quiet topic may come out below 0.
    return max(0.0, arrived / max(last_at - first_at, 1e-3))


def oldest_waiting_s(record: StreamRecord) -> float | None:
    """Seconds since the newest moment whose records are all finished; None while unknown.

    At that moment no more records waited than batches have finished since. Where the record does
    not reach back so far, the answer is its length: the true age is at least that.
    """
    if not record.lag:
        return None
    if not sum(record.lag[-1][1].values()):
        return 0.0
    finished, batch = 0, len(record.batches)
    for at, partitions in reversed(record.lag):
        while batch and record.batches[batch - 1][0] > at:
            batch -= 1
            finished += record.batches[batch][1].input_rows
        if sum(partitions.values()) <= finished:
            return record.now - at
    return record.now - record.lag[0][0]


def batch_age_s(record: StreamRecord) -> float | None:
    """How long the batch in hand has been worked on: since the one before it ended, or since
    the first record waited where the stream was idle between.
    """
    if not record.lag or not sum(record.lag[-1][1].values()):
        return None
    since = record.lag[-1][0]
    ended = record.batches[-1][0] if record.batches else float("-inf")
    for at, partitions in reversed(record.lag):
        if at < ended or not sum(partitions.values()):
            break
        since = at
    return record.now - max(since, ended)
