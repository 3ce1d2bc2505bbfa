"""The Quality page's figures: what was accepted and refused over time, and the anomalies in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.contracts.names import Table
from engine.lake import LakeReader
from engine.readings.anomalies import HOUR, Anomaly, count_anomalies

Doubles = npt.NDArray[np.float64]
MINUTE_S = 60
SERIES = ("accepted", "rejected", "duplicates", "late")


@dataclass(frozen=True)
class ReasonCount:
    """Records refused for one reason; ``share`` is of all refused ones, ``newest`` UTC."""

    reason: str
    records: int
    share: float
    newest: dt.datetime


@dataclass(frozen=True)
class QualityReading:
    """One window, a value a minute; ``at`` is the minute's start in seconds since 1970.

    Attributes:
        counts: records a minute, by the names in ``SERIES``; late ones are among the accepted.
        error_share: refused records of those that came, from 0 to 1; NaN where none came.
        anomalies: by series; ``index`` counts from the first minute of ``at``.
        reasons: by the records' arrival in the window, the most frequent first.
    """

    at: Doubles
    counts: Mapping[str, Doubles]
    error_share: Doubles
    anomalies: Mapping[str, tuple[Anomaly, ...]]
    reasons: tuple[ReasonCount, ...]

    def total(self, series: str) -> int:
        """Records of a series in the window."""
        return int(self.counts[series].sum())

    @property
    def total_share(self) -> float | None:
        """Refused of all that came in the window; None where nothing came."""
        came = sum(self.total(name) for name in ("accepted", "rejected", "duplicates"))
        return self.total("rejected") / came if came else None


def read_quality(lake: LakeReader, window_s: float, now: dt.datetime) -> QualityReading:
    """The last ``window_s`` seconds, up to the minute that ``now`` lies in.

    Raises LakeReadError where a table is damaged.
    """
    end = int(now.timestamp()) // MINUTE_S * MINUTE_S
    minutes = max(1, int(window_s) // MINUTE_S)
    first = end - (minutes - 1 + HOUR) * MINUTE_S
    at = np.arange(first, end + MINUTE_S, MINUTE_S, dtype=np.float64)
    counts = _counts(lake, at)
    # The last minute is not over: it would always look too small.
    found = {name: count_anomalies(values[:-1]) for name, values in counts.items()}
    shown = {name: np.nan_to_num(values[HOUR:]) for name, values in counts.items()}
    came = shown["accepted"] + shown["rejected"] + shown["duplicates"]
    share = np.divide(shown["rejected"], came, out=np.full(len(came), np.nan), where=came > 0)
    return QualityReading(
        at=at[HOUR:],
        counts=shown,
        error_share=share,
        anomalies={name: _in_window(each) for name, each in found.items()},
        reasons=read_reasons(lake, float(at[HOUR]), now),
    )


def _in_window(found: tuple[Anomaly, ...]) -> tuple[Anomaly, ...]:
    return tuple(
        Anomaly(each.index - HOUR, each.value, each.baseline)
        for each in found
        if each.index >= HOUR
    )


def _counts(lake: LakeReader, at: Doubles) -> dict[str, Doubles]:
    """Records a minute; NaN where no batch began, so that a stop is no base for anomalies."""
    counts = {name: np.full(len(at), np.nan) for name in SERIES}
    if Table.METRICS not in lake.tables():
        return counts
    rows = lake.query(
        f"""
        SELECT epoch_ms(started_at) // 60000 * 60 AS minute,
          CAST(sum(input_rows - rejected - duplicates) AS DOUBLE) AS accepted,
          CAST(sum(rejected) AS DOUBLE) AS rejected,
          CAST(sum(duplicates) AS DOUBLE) AS duplicates,
          CAST(sum(late) AS DOUBLE) AS late
        FROM pipeline_metrics WHERE started_at >= to_timestamp({int(at[0])})
          AND started_at < to_timestamp({int(at[-1]) + MINUTE_S})
        GROUP BY ALL
        """  # noqa: S608 -- moments of our own
    ).table
    place = ((rows.column("minute").to_numpy() - at[0]) // MINUTE_S).astype(np.int64)
    for name, values in counts.items():
        values[place] = rows.column(name).to_numpy()
    return counts


def read_reasons(lake: LakeReader, since_s: float, until: dt.datetime) -> tuple[ReasonCount, ...]:
    """Reasons of the records that arrived between the two moments."""
    if Table.QUARANTINE not in lake.tables():
        return ()
    rows = lake.query(
        f"""
        SELECT reason, count(*) AS n, max(kafka_ts) AS newest FROM quarantine_events
        WHERE kafka_ts >= to_timestamp({since_s}) AND kafka_ts <= TIMESTAMPTZ '{until.isoformat()}'
        GROUP BY reason ORDER BY n DESC, reason
        """  # noqa: S608 -- moments of our own
    ).table.to_pylist()
    total = sum(row["n"] for row in rows)
    return tuple(
        ReasonCount(row["reason"], row["n"], row["n"] / total, row["newest"]) for row in rows
    )
