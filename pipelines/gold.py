"""Gold: minutes that events touched, computed anew from silver and merged in.

Gold is a function of silver and nothing else, so a repeated batch, a late event and a rebuild
all give the same rows. Silver is read as the Parquet files that its log names (delta-rs lists
them, with their time ranges), by DuckDB: a Spark job for these few rows costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import write_deltalake

from engine.contracts.names import Table
from engine.contracts.pack import MeasureSpec, PackSpec
from engine.contracts.types import DUCKDB_TYPES
from pipelines.arrival import MINUTE_US, Longs
from pipelines.marks import Mark, properties
from pipelines.tables import COMMIT, Lake, TableLocks, silver_columns

_KEYS = {
    Table.GOLD_KPIS: ("window_start",),
    Table.GOLD_SEGMENTS: ("window_start", "dimension", "value"),
}
MOST_RANGES = 32
"""Looked at one after the other for each row; more are looked up as a set."""

# Rounded down before 1970 too, as numpy does; DuckDB's // rounds towards zero.
_MINUTE = (
    f"((epoch_us(ts) - (epoch_us(ts) % {MINUTE_US} + {MINUTE_US}) % {MINUTE_US}) // {MINUTE_US})"
)


def _measures(measures: Sequence[MeasureSpec], derived: bool) -> str:
    chosen = [m for m in measures if m.derived is derived]
    return "".join(f", CAST({m.sql} AS {m.type}) AS {m.name}" for m in chosen)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole minutes since 1970 in [low, high); without bounds, every minute."""

    low: int
    high: int

    @staticmethod
    def of(since_ms: int | None, until_ms: int | None) -> Span:
        """The minutes that begin in [since, until)."""
        low = ALL.low if since_ms is None else -(-since_ms // 60_000)
        high = ALL.high if until_ms is None else -(-until_ms // 60_000)
        return Span(low, high)

    def where(self) -> str:
        """As a condition on silver's rows, for DuckDB."""
        return (
            " AND ".join(
                f"ts {sign} to_timestamp({minute * 60})" for sign, minute in self._bounds()
            )
            or "true"
        )

    def predicate(self) -> str | None:
        """As a condition on gold's rows, for delta-rs; None for every row."""
        return (
            " AND ".join(f"window_start {sign} '{_iso(minute)}'" for sign, minute in self._bounds())
            or None
        )

    def _bounds(self) -> list[tuple[str, int]]:
        low = [] if self.low == ALL.low else [(">=", self.low)]
        return low if self.high == ALL.high else [*low, ("<", self.high)]


ALL = Span(-(1 << 36), 1 << 36)


def _within(minutes: Longs) -> str:
    """These minutes as ranges of time, which the Parquet reader skips rows by."""
    ordered = np.sort(minutes)
    pieces = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    if len(pieces) > MOST_RANGES:
        whole = Span(int(ordered[0]), int(ordered[-1]) + 1).where()
        return f"{whole} AND {_MINUTE} IN ({', '.join(map(str, ordered.tolist()))})"
    spans = (Span(int(piece[0]), int(piece[-1]) + 1).where() for piece in pieces)
    return f"({' OR '.join(f'({span})' for span in spans)})"


def _iso(minute: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).isoformat()


@dataclass(frozen=True, slots=True)
class GoldQueries:
    """The two statements, for a relation ``files`` over silver and a list of minutes."""

    kpis: str
    segments: str


def gold_queries(pack: PackSpec) -> GoldQueries:
    """SQL with ``{source}``, a FROM item over silver, and ``{where}``, the rows wanted."""
    where = "FROM {source} WHERE {where}"
    start = "to_timestamp(minute * 60)"
    names = ", ".join(m.name for m in pack.kpis)
    kpis = (
        f"WITH measured AS (SELECT {_MINUTE} AS minute{_measures(pack.kpis, False)} {where} "
        f"GROUP BY minute) SELECT {start} AS window_start, to_timestamp(minute * 60 + 60) AS "
        f"window_end, {names}, now() AS updated_at FROM "
        f"(SELECT *{_measures(pack.kpis, True)} FROM measured)"
    )
    dimensions = pack.segments.dimensions
    sets = ", ".join(f"(minute, {d})" for d in dimensions)
    which = " ".join(f"WHEN GROUPING({d}) = 0 THEN '{d}'" for d in dimensions)
    value = " ".join(f"WHEN GROUPING({d}) = 0 THEN {d}" for d in dimensions)
    names = ", ".join(m.name for m in pack.segments.measures)
    segments = (
        f"WITH base AS (SELECT *, {_MINUTE} AS minute {where}), measured AS (SELECT minute, "
        f"CASE {which} END AS dimension, CASE {value} END AS value"
        f"{_measures(pack.segments.measures, False)} FROM base GROUP BY GROUPING SETS ({sets})) "
        f"SELECT {start} AS window_start, dimension, value, {names}, now() AS updated_at "
        f"FROM (SELECT *{_measures(pack.segments.measures, True)} FROM measured) "
        "WHERE value IS NOT NULL"
    )
    return GoldQueries(kpis, segments)


class Gold:
    """Computes minutes of gold_kpis and gold_segments from silver, which ones ``pipelines.owed``
    says. One instance is their only writer.
    """

    def __init__(self, lake: Lake, pack: PackSpec, locks: TableLocks) -> None:
        self._lake = lake
        self._locks = locks
        self._queries = gold_queries(pack)
        self._silver = lake.open(Table.SILVER)
        self._targets = {table: lake.open(table) for table in _KEYS}
        self._duckdb = duckdb.connect(":memory:", config={"threads": 2})
        self._duckdb.execute("SET TimeZone = 'UTC'")
        # It would keep every file that was ever read, up to four fifths of the machine's memory;
        # the operating system has the pages already.
        self._duckdb.execute("SET enable_external_file_cache = false")
        columns = ", ".join(
            f'"{name}" {DUCKDB_TYPES[kind]}' for name, kind in silver_columns(pack).items()
        )
        self._duckdb.execute(f"CREATE TABLE silver ({columns})")
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="gold")

    def files(self, low_us: int, high_us: int) -> list[str]:
        """Silver's live files that may hold an event time in [low_us, high_us)."""
        self._silver.update_incremental()
        actions = pa.table(self._silver.get_add_actions(flatten=True))
        paths = actions.column("path").to_pylist()
        if not paths:
            return []
        newest = _micros(actions, "max.ts", np.iinfo(np.int64).max)
        oldest = _micros(actions, "min.ts", np.iinfo(np.int64).min)
        keep = (newest >= low_us - 1000) & (oldest < high_us)
        root = self._lake.path(Table.SILVER)
        return [f"{root}/{unquote(path)}" for path, kept in zip(paths, keep, strict=True) if kept]

    def refresh(self, minutes: Longs, mark: Mark) -> None:
        """Recomputes these minutes (whole minutes since 1970) and merges them into both tables."""
        if not len(minutes):
            return
        low, high = int(minutes.min()), int(minutes.max()) + 1
        files = self.files(low * MINUTE_US, high * MINUTE_US)
        if not files:
            return
        values = {"source": self._source(files), "where": _within(minutes)}
        kpis = self._duckdb.execute(self._queries.kpis.format(**values)).to_arrow_table()
        done = self._pool.submit(self._merge, Table.GOLD_KPIS, kpis, mark)
        cursor = self._duckdb.execute(self._queries.segments.format(**values))
        self._merge(Table.GOLD_SEGMENTS, cursor.to_arrow_table(), mark)
        done.result()

    def replace(self, mark: Mark, span: Span = ALL) -> None:
        """Computes the minutes of a span from silver and puts them in the place of gold's.

        One commit a table; a minute of which silver has nothing (any more) leaves gold.
        """
        files = self.files(span.low * MINUTE_US, span.high * MINUTE_US)
        queries = {Table.GOLD_KPIS: self._queries.kpis, Table.GOLD_SEGMENTS: self._queries.segments}
        for table, query in queries.items():
            with self._locks[table]:
                self._replace(table, query, files, mark, span)

    def _replace(self, table: Table, query: str, files: list[str], mark: Mark, span: Span) -> None:
        target = self._lake.open(table)
        rows = None
        if files:
            filled = query.format(source=self._source(files), where=span.where())
            rows = self._duckdb.execute(filled).to_arrow_table()
        if rows is None or not rows.num_rows:
            target.delete(span.predicate(), commit_properties=properties(mark))
            return
        write_deltalake(
            target,
            rows,
            mode="overwrite",
            predicate=span.predicate(),
            commit_properties=properties(mark),
        )

    def _merge(self, name: Table, rows: pa.Table, mark: Mark) -> None:
        """Replaces the rows of these keys; the bound on time lets delta-rs skip old files."""
        if not rows.num_rows:
            return  # No event of these minutes has any of the dimensions.
        low = pc.min(rows.column("window_start")).as_py()
        bound = f"t.window_start >= '{low.isoformat()}'"
        match = " AND ".join(f"t.{key} = s.{key}" for key in _KEYS[name])
        with self._locks[name]:
            table = self._targets[name]
            table.update_incremental()
            (
                table.merge(
                    rows,
                    predicate=f"{bound} AND {match}",
                    source_alias="s",
                    target_alias="t",
                    commit_properties=properties(mark),
                    post_commithook_properties=COMMIT,
                )
                .when_matched_update_all()
                .when_not_matched_insert_all()
                .execute()
            )

    def _source(self, files: list[str]) -> str:
        """The files as a FROM item with every column of silver, also those none of them has yet."""
        parquet = self._lake.parquet(self._duckdb, Table.SILVER, files, self._silver)
        return f"(FROM silver UNION ALL BY NAME FROM {parquet})"

    def close(self) -> None:
        """Ends the worker threads and the DuckDB connection."""
        self._pool.shutdown()
        self._duckdb.close()


def _micros(actions: pa.Table, column: str, absent: int) -> Longs:
    """A statistics column as epoch microseconds; ``absent`` where a file has none."""
    if column not in actions.column_names:
        return np.full(actions.num_rows, absent, dtype=np.int64)
    times = actions.column(column).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    result: Longs = times.fill_null(absent).to_numpy()
    return result
