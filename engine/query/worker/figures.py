"""Figures of a column, points of a chart, pieces of CSV: what is computed from kept rows."""

from __future__ import annotations

import csv
import io
from typing import Final, Literal

import duckdb
import pyarrow as pa
import pyarrow.csv

from engine.contracts.query import Exported, Plotted, Summary
from engine.query.worker.result import BATCH_ROWS, Result, native

TOP_VALUES: Final = 10
BINS: Final = 24
EXACT_UP_TO: Final = 2_000_000
"""Rows whose different values are counted one by one, in less than a second."""
CHUNK_ROWS: Final = 50_000
"""A piece of a CSV export: some MB, so that progress moves and a cancel is heard soon."""


def is_number(kind: str) -> bool:
    """Whether a column of this DuckDB type can be summed."""
    return (native(kind) or kind in ("HUGEINT", "UHUGEINT")) and kind not in (
        "BOOLEAN",
        "TIMESTAMP WITH TIME ZONE",
    )


def is_moment(kind: str) -> bool:
    """Whether a column of this DuckDB type is a point in time."""
    return kind.startswith("TIMESTAMP") or kind == "DATE"


def summarise(result: Result, cursor: duckdb.DuckDBPyConnection, number: int, at: int) -> Summary:
    """Counts, extremes, the most frequent values, and for numbers mean, median and histogram."""
    item, kind = result.item(at), result.statement.columns[at].type
    base = cursor.execute(
        f"SELECT count(*), count({item}), approx_count_distinct({item}),"
        f" CAST(min({item}) AS VARCHAR), CAST(max({item}) AS VARCHAR) FROM rows.kept AS k"
    ).fetchone()
    assert base is not None
    rows, filled, distinct, low, high = base
    exact = rows <= EXACT_UP_TO
    if exact:
        counted = cursor.execute(f"SELECT count(DISTINCT {item}) FROM rows.kept AS k").fetchone()
        assert counted is not None
        distinct = counted[0]
    top = cursor.execute(
        f"SELECT left(CAST({item} AS VARCHAR), 200) AS v, count(*) AS n FROM rows.kept AS k"
        f" GROUP BY v ORDER BY n DESC, v LIMIT {TOP_VALUES}"
    ).fetchall()
    mean = median = deviation = None
    histogram: tuple[int, ...] = ()
    if is_number(kind) and filled:
        mean, median, deviation = _moments(cursor, item)
        histogram = _histogram(cursor, item)
    return Summary(
        id=number,
        rows=rows,
        nulls=rows - filled,
        distinct=min(distinct, filled),
        exact=exact,
        minimum=low,
        maximum=high,
        mean=mean,
        median=median,
        deviation=deviation,
        top=tuple((value, count) for value, count in top),
        histogram=histogram,
    )


def _finite(item: str) -> str:
    return f"CASE WHEN isfinite(CAST({item} AS DOUBLE)) THEN CAST({item} AS DOUBLE) END"


def _moments(cursor: duckdb.DuckDBPyConnection, item: str) -> tuple[float | None, ...]:
    value = _finite(item)
    found = cursor.execute(
        f"SELECT avg({value}), approx_quantile({value}, 0.5), stddev_samp({value})"
        " FROM rows.kept AS k"
    ).fetchone()
    assert found is not None
    return found


def _histogram(cursor: duckdb.DuckDBPyConnection, item: str) -> tuple[int, ...]:
    value = _finite(item)
    rows = cursor.execute(
        f"WITH v AS (SELECT {value} AS v FROM rows.kept AS k WHERE {value} IS NOT NULL),"
        " e AS (SELECT min(v) AS low, max(v) AS high FROM v)"
        f" SELECT least(CAST(floor((v - low) / (high - low) * {BINS}) AS INTEGER), {BINS - 1}),"
        " count(*) FROM v, e WHERE high > low GROUP BY 1"
    ).fetchall()
    counts = dict(rows)
    return tuple(counts.get(at, 0) for at in range(BINS)) if counts else ()


def plot(
    result: Result,
    cursor: duckdb.DuckDBPyConnection,
    number: int,
    shape: Literal["line", "bar"],
    x: int,
    y: int,
    points: int,
) -> tuple[Plotted, pa.Table]:
    """Columns x and y. Lines: ordered by x, means of neighbours where there are too many points.

    Bars: y summed for each x, the largest first. Rows without x or y are left out.
    """
    if shape == "bar":
        return _bars(result, cursor, number, x, y, points)
    kind = result.statement.columns[x].type
    moment = is_moment(kind)
    across = result.item(x)
    across = f"epoch({across})" if moment else f"CAST({across} AS DOUBLE)"
    up = f"CAST({result.item(y)} AS DOUBLE)"
    base = (
        f"WITH p AS (SELECT {across} AS x, avg({up}) AS y, count(*) AS n FROM rows.kept AS k"
        f" WHERE isfinite({result.item(x)}) AND isfinite({up}) GROUP BY 1)"
    )
    total, merged = _extent(cursor, base, "p")
    if total <= points:
        table = cursor.execute(f"{base} SELECT x, y FROM p ORDER BY x").to_arrow_table(
            batch_size=BATCH_ROWS
        )
    else:
        table = cursor.execute(
            f"{base}, g AS (SELECT x, y, ntile({points}) OVER (ORDER BY x) AS n FROM p)"
            " SELECT avg(x) AS x, avg(y) AS y FROM g GROUP BY n ORDER BY n"
        ).to_arrow_table(batch_size=BATCH_ROWS)
    return Plotted(id=number, time=moment, total=total, merged=merged), table


def _extent(cursor: duckdb.DuckDBPyConnection, base: str, name: str) -> tuple[int, bool]:
    """How many points there are, and whether one of them stands for several rows."""
    found = cursor.execute(f"{base} SELECT count(*), coalesce(max(n), 1) > 1 FROM {name}")
    total, merged = found.fetchall()[0]
    return int(total), bool(merged)


def _bars(
    result: Result, cursor: duckdb.DuckDBPyConnection, number: int, x: int, y: int, points: int
) -> tuple[Plotted, pa.Table]:
    label, up = result.item(x), f"CAST({result.item(y)} AS DOUBLE)"
    base = (
        f"WITH g AS (SELECT left(CAST({label} AS VARCHAR), 80) AS x, sum({up}) AS y, count(*) AS n"
        f" FROM rows.kept AS k WHERE {label} IS NOT NULL AND isfinite({up}) GROUP BY 1)"
    )
    total, merged = _extent(cursor, base, "g")
    table = cursor.execute(
        f"{base} SELECT x, y FROM g ORDER BY y DESC, x LIMIT {points}"
    ).to_arrow_table(batch_size=BATCH_ROWS)
    return Plotted(id=number, time=False, total=total, merged=merged), table


class CsvExport:
    """The whole result as CSV, piece by piece: a header, texts in quotes, NULL as nothing."""

    def __init__(self, result: Result, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor
        self._result = result
        statement = result.statement
        items = ", ".join(
            f"{_csv_item(result, at)} AS c{at}" for at in range(len(statement.columns))
        )
        self._reader = cursor.execute(f"SELECT {items} FROM {result.everything()}").to_arrow_reader(
            CHUNK_ROWS
        )
        self._rows = 0

    def next(self, number: int) -> tuple[Exported, bytes]:
        """The next piece; the first begins with the names of the columns."""
        head = b"" if self._rows else _header([c.name for c in self._result.statement.columns])
        try:
            batch = self._reader.read_next_batch()
        except StopIteration:
            batch = None
        body = head + (_csv(batch) if batch is not None else b"")
        self._rows += batch.num_rows if batch is not None else 0
        statement = self._result.statement
        total = None if statement.truncated else statement.rows
        return Exported(id=number, rows=self._rows, total=total, last=batch is None), body


def _csv_item(result: Result, at: int) -> str:
    kind = result.statement.columns[at].type
    item = result.item(at)
    return item if native(kind) and not is_moment(kind) else f"CAST({item} AS VARCHAR)"


def _header(names: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(names)
    return text.getvalue().encode()


def _csv(batch: pa.RecordBatch) -> bytes:
    sink = io.BytesIO()
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    pa.csv.write_csv(batch, sink, options)
    return sink.getvalue()
