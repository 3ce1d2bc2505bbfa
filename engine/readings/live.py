"""The Live page's figures of every refresh: the last minute, series, events by type, segments.

What is complete is told by the stream, not by the clock on the wall: a minute is over once an
event of a later minute has arrived. The running minute is left out, but for its figures so far.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from engine.lake.window import KeptTable, Rows
from engine.readings.live_events import EventCounts
from engine.readings.live_kpis import (
    HOUR,
    MINUTE_S,
    Doubles,
    KpiReading,
    kpi_specs,
    minute_readings,
)
from engine.readings.moments import moment

SERIES = ("gmv_usd", "orders", "active_users", "conversion_rate", "cart_conversion_rate")
"""Columns of gold that are charted, where the pack has them."""
RANK_BY = ("gmv_usd", "orders", "events")
"""What segments are ranked by: the first of these that the pack has; all three can be summed."""
TOP = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """One value of a dimension in the window; ``share`` is of the whole dimension's figure."""

    value: str
    figure: float
    share: float
    sums: Mapping[str, float]


@dataclass(frozen=True)
class LiveReading:
    """One refresh.

    Attributes:
        through: newest event that has arrived, UTC.
        minute: start of the last complete minute, UTC.
        at: starts of the window's complete minutes, seconds since 1970.
        series: a value a minute, by column of gold; NaN where there was no event.
        by_type: events a minute, by type.
        segments: the largest first; ``rank_by`` is the column they are ranked by.
        rest: how many more values the dimension has.
    """

    through: dt.datetime
    minute: dt.datetime
    kpis: tuple[KpiReading, ...]
    at: Doubles
    series: Mapping[str, Doubles]
    by_type: Mapping[str, Doubles]
    dimension: str
    rank_by: str
    segments: tuple[Segment, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class Through:
    """How far the data go: the newest event, and the end of the last complete minute."""

    moment: dt.datetime
    end_s: int


def data_through(silver: KeptTable, time_column: str) -> Through | None:
    """None before the first event.

    The earlier of the newest arrival and the newest event time: a clock that runs ahead at some
    client must not end a minute that others are still in, and old events played back must not
    leave the page empty.
    """
    arrived, happened = silver.newest("kafka_ts"), silver.newest(time_column)
    if arrived is None or happened is None:
        return None
    moment = min(arrived, happened)
    return Through(moment, int(moment.timestamp()) // MINUTE_S * MINUTE_S)


def minutes(end_s: int, window_s: float) -> Doubles:
    """Starts of the minutes of a window that ends at ``end_s``."""
    count = max(1, int(window_s) // MINUTE_S)
    return end_s + np.arange(-count, 0, dtype=np.float64) * MINUTE_S


class LiveReader:
    """Keeps what it has learnt of each file; for one thread at a time."""

    def __init__(self, lake: LakeReader, pack: PackSpec) -> None:
        self._pack = pack
        self._specs = kpi_specs(pack)
        self._silver = KeptTable(lake, Table.SILVER, pack.roles.timestamp)
        self._kpis = KeptTable(lake, Table.GOLD_KPIS, "window_start")
        self._segments = KeptTable(lake, Table.GOLD_SEGMENTS, "window_start")
        tables = (self._silver, self._kpis, self._segments)
        self._rows = Rows(tables)
        self._tables = tables
        self._counts = EventCounts(self._silver, self._rows, pack)

    def read(self, window_s: float, dimension: str) -> LiveReading | None:
        """The last ``window_s`` seconds; None before the first event. Raises LakeReadError."""
        if not all(table.look() for table in self._tables):
            return None
        through = data_through(self._silver, self._pack.roles.timestamp)
        newest = self._kpis.newest("window_start")
        if through is None or newest is None:
            return None
        # Gold follows silver within a batch: a minute is whole once gold has begun the next one.
        end_s = min(through.end_s, int(newest.timestamp()))
        at = minutes(end_s, window_s)
        long = minutes(end_s, max(window_s, (HOUR + 1) * MINUTE_S))
        columns = self._gold(np.append(long, float(end_s)))
        running_s = through.moment.timestamp() - end_s
        segments, rest = self._top(at, dimension)
        return LiveReading(
            through=through.moment,
            minute=moment(end_s - MINUTE_S),
            kpis=minute_readings(self._specs, columns, running_s),
            at=at,
            series={n: columns[n][-len(at) - 1 : -1] for n in SERIES if n in columns},
            by_type=self._counts.by_type(at),
            dimension=dimension,
            rank_by=self.rank_by,
            segments=segments,
            rest=rest,
        )

    @property
    def rank_by(self) -> str:
        """The column that segments are ranked by."""
        known = {measure.name for measure in self._pack.segments.measures}
        return next(name for name in RANK_BY if name in known)

    def _gold(self, at: Doubles) -> dict[str, Doubles]:
        names = [measure.name for measure in self._pack.kpis]
        listed = ", ".join(f'"{name}"' for name in names)
        low, high = moment(at[0]), moment(at[-1] + MINUTE_S)
        rows = self._rows.read(
            lambda: (
                f"SELECT epoch_ms(window_start) // 1000 AS at, {listed} FROM "  # noqa: S608 -- names of the pack
                f"{self._kpis.relation(self._kpis.between(low, high), ('window_start', *names))} "
                f"WHERE {_within(low, high)}"
            )
        )
        place = ((rows.column("at").to_numpy() - at[0]) // MINUTE_S).astype(np.int64)
        return {name: _placed(rows, name, place, len(at)) for name in names}

    def _top(self, at: Doubles, dimension: str) -> tuple[tuple[Segment, ...], int]:
        sums = [n for n in RANK_BY if n in {m.name for m in self._pack.segments.measures}]
        low, high = moment(at[0]), moment(at[-1] + MINUTE_S)
        wanted = ("window_start", "dimension", "value", *sums)
        items = ", ".join(f"CAST(sum({name}) AS DOUBLE) AS {name}" for name in sums)
        name = dimension.replace("'", "''")
        rows = self._rows.read(
            lambda: (
                f"SELECT value, {items} FROM "  # noqa: S608 -- names of the pack
                f"{self._segments.relation(self._segments.between(low, high), wanted)} "
                f"WHERE {_within(low, high)} AND dimension = '{name}' "
                f"GROUP BY value ORDER BY {self.rank_by} DESC, value"
            )
        ).to_pylist()
        whole = sum(row[self.rank_by] for row in rows)
        top = tuple(
            Segment(
                value=row["value"],
                figure=row[self.rank_by],
                share=row[self.rank_by] / whole if whole else 0.0,
                sums={column: row[column] for column in sums},
            )
            for row in rows[:TOP]
        )
        return top, max(0, len(rows) - TOP)


def _within(low: dt.datetime, high: dt.datetime) -> str:
    return (
        f"window_start >= TIMESTAMPTZ '{low.isoformat()}' "
        f"AND window_start < TIMESTAMPTZ '{high.isoformat()}'"
    )


def _placed(rows: pa.Table, name: str, place: np.ndarray, count: int) -> Doubles:
    values = np.full(count, np.nan)
    values[place] = rows.column(name).cast(pa.float64()).fill_null(float("nan")).to_numpy()
    return values


def live_csv(reading: LiveReading, span: tuple[float, float] | None) -> str:
    """One row a minute, of the window or of a span of it in epoch seconds; gaps are empty."""
    columns = {
        **{f"events {name}": values for name, values in reading.by_type.items()},
        **reading.series,
    }
    low, high = span or (float("-inf"), float("inf"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["minute_utc", *columns])
    for place, at in enumerate(reading.at):
        if low <= at <= high:
            values = (_cell(float(column[place])) for column in columns.values())
            writer.writerow([moment(at).isoformat(), *values])
    return text.getvalue()


def _cell(value: float) -> str:
    if np.isnan(value):
        return ""
    return str(int(value)) if value == int(value) else repr(value)
