"""The pipeline's charts: micro-batches over time, from pipeline_metrics, and lag by partition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.contracts.names import Table
from engine.host.monitor import StreamRecord
from engine.lake import LakeReader

Doubles = npt.NDArray[np.float64]

POINTS = 450
"""Of a line: as many as a chart on a laptop can tell apart."""

SILENCE_S = 60.0
"""Without a batch for longer (and for three points) a line is broken: nothing is known there."""


@dataclass(frozen=True)
class BatchSeries:
    """Arrays of one length, oldest first; ``at`` is seconds since 1970. NaN breaks a line.

    Attributes:
        duration_ms: mean of the batches of a point.
        input_rate, process_rate: records a second.
        lag: the most that waited.
        p50_ms, p95_ms: from arrival at the broker until visible in gold; the median of the
            batches' medians and their highest 95th percentile.
    """

    at: Doubles
    duration_ms: Doubles
    input_rate: Doubles
    process_rate: Doubles
    lag: Doubles
    p50_ms: Doubles
    p95_ms: Doubles
    batches: int


@dataclass(frozen=True)
class LagSeries:
    """Records not yet finished, on one grid of times in seconds since 1970.

    Attributes:
        total: the most that waited in a point's time.
        partitions: the same by partition; NaN before the time that the monitor remembers.
    """

    at: Doubles
    total: Doubles
    partitions: Mapping[int, Doubles]


def point_s(window_s: float) -> float:
    """Seconds that one point of a line stands for."""
    return max(1_000, round(window_s * 1_000 / POINTS)) / 1_000


def read_batches(lake: LakeReader, window_s: float, now: dt.datetime) -> BatchSeries:
    """The last ``window_s`` seconds; empty while no batch was written. Raises LakeReadError."""
    if Table.METRICS not in lake.tables():
        return _series(np.zeros((7, 0)), 0)
    bucket_ms = round(point_s(window_s) * 1_000)
    since = (now - dt.timedelta(seconds=window_s)).isoformat()
    # Rates are records over the time that their batches took, so a gap does not thin them out.
    rows = lake.query(
        f"""
        SELECT epoch_ms(started_at) // {bucket_ms} * {bucket_ms} / 1000 AS moment,
          avg(duration_ms), sum(input_rows) / sum(input_rows / nullif(input_rate, 0)),
          sum(input_rows) * 1000.0 / nullif(sum(duration_ms), 0),
          CAST(max(kafka_lag) AS DOUBLE),
          median(end_to_end_p50_ms), max(end_to_end_p95_ms), CAST(count(*) AS DOUBLE)
        FROM pipeline_metrics WHERE started_at >= TIMESTAMPTZ '{since}'
        GROUP BY ALL ORDER BY moment
        """,  # noqa: S608 -- numbers and a moment of our own
    ).table
    columns = [column.to_numpy().astype(np.float64) for column in rows.columns]
    *lines, counts = columns
    gap_s = max(SILENCE_S, 3 * bucket_ms / 1000)
    return _series(broken(np.array(lines).reshape(7, -1), gap_s), int(counts.sum()))


def _series(lines: Doubles, batches: int) -> BatchSeries:
    at, duration, taken, processed, lag, p50, p95 = lines
    return BatchSeries(at, duration, taken, processed, lag, p50, p95, batches)


def broken(lines: Doubles, gap_s: float) -> Doubles:
    """``lines`` of shape (k, n), the first one times in seconds, with a point of NaN wherever
    two times lie further apart than ``gap_s``; shape (k, n + gaps).
    """
    after = np.flatnonzero(np.diff(lines[0]) > gap_s) + 1
    values = np.insert(lines, after, np.nan, axis=1)
    if len(after):
        # The break stands in the gap: a chart wants its times in order, and none missing.
        times = np.insert(lines[0], after, lines[0][after - 1] + gap_s / 2)
        values[0] = times
    return values


def lag_series(batches: BatchSeries, record: StreamRecord | None, window_s: float) -> LagSeries:
    """What the monitor remembers of the window, and before that what the batches said."""
    step = point_s(window_s)
    samples = [s for s in record.lag if s[0] > record.now - window_s] if record else []
    names = sorted({name for _, partitions in samples for name in partitions})
    moments = np.array([at for at, _ in samples], dtype=np.float64) // step * step
    values = np.array(
        [[sum(lag.values()), *(lag.get(n, np.nan) for n in names)] for _, lag in samples],
        dtype=np.float64,
    ).reshape(len(samples), 1 + len(names))
    grid, first = np.unique(moments, return_index=True)
    known = np.fmax.reduceat(values, first) if len(first) else values
    older = batches.at < (grid[0] if len(grid) else np.inf)
    before = np.full((int(older.sum()), 1 + len(names)), np.nan)
    before[:, 0] = batches.lag[older]
    lines = np.column_stack(
        [np.concatenate([batches.at[older], grid]), np.concatenate([before, known])]
    ).T
    at, total, *each = broken(lines, max(SILENCE_S, 3 * step))
    return LagSeries(at, total, dict(zip(names, each, strict=True)))
