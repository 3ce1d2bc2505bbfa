"""The pack's figures over counted rows, and sums of rows that can be compared with the lake's.

The figures are the pack's own SQL, run by DuckDB over Arrow tables. Money is summed as DECIMAL, as
in gold, so that the two are equal to the last digit or not at all. A *sum* of rows is their number
and the sum of a 64-bit hash of each: it does not depend on order, grows and shrinks with files, and
two sets of rows that differ have different sums but once in 10¹⁹.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from engine.contracts.pack import FieldSpec, MeasureSpec, PackSpec
from engine.domain.expressions import words
from engine.lake.log import Offsets
from engine.tally.arrival import MINUTE_US
from engine.tally.errors import PackNotCounted
from engine.topic.read import RATE

LATE: Final = "is_late"
PLACE: Final = ("rt_partition", "rt_offset", "rt_us", "rt_key")
"""Columns of counted rows besides the pack's: where it stood, event time, hash of its id."""

_TYPES = {"string": "VARCHAR", "double": "DOUBLE", "integer": "INTEGER"}
_ARROW = {"string": pa.string(), "double": pa.float64(), "integer": pa.int32()}
_MINUTE = "(({us} - ({us} % {m} + {m}) % {m}) // {m})"

Figures = dict[str, float | None]


class Sum(NamedTuple):
    """A number of rows and the sum of their hashes."""

    rows: int = 0
    hashes: int = 0

    def __add__(self, other: Sum) -> Sum:  # type: ignore[override]  # not a longer tuple
        return Sum(self.rows + other.rows, self.hashes + other.hashes)

    def __sub__(self, other: Sum) -> Sum:
        return Sum(self.rows - other.rows, self.hashes - other.hashes)


Sums = dict[str, Sum]
"""By minute since 1970 in silver, by reason in quarantine, by partition in bronze."""


def minute_of(us: str) -> str:
    """SQL of the minute since 1970, rounded down before 1970 too."""
    return _MINUTE.format(us=us, m=MINUTE_US)


class Measures:
    """Computes over one in-memory DuckDB; for one thread."""

    def __init__(self, pack: PackSpec) -> None:
        self._pack = pack
        self._db = duckdb.connect(":memory:", config={"threads": 1})
        self._db.execute("SET TimeZone = 'UTC'")
        self._db.execute("SET enable_external_file_cache = false")
        fields = {field.name: field for field in pack.fields}
        self.amount = pack.amount.name
        self.time = pack.roles.timestamp
        self._amount_sql = pack.amount.sql.replace("`", '"')
        used = {word for kpi in pack.kpis if not kpi.derived for word in words(kpi.sql)}
        needed = used | set(words(self._amount_sql)) | {RATE, pack.roles.user}
        self.wanted = tuple(n for n in (*fields, RATE) if n in needed and n not in self._implied())
        self._fields = fields
        odd = [name for name in self.wanted if name in fields and fields[name].type == "timestamp"]
        if odd:
            raise PackNotCounted(
                f"The figures use {odd[0]}, a second time of an event, which is not counted here.",
                "Leave it out of kpis.yaml, or switch the live tally off.",
            )
        self._shown = (*self.wanted, self.amount, LATE)
        self._kpis = self._sql_of_kpis()
        self._try()

    def _implied(self) -> tuple[str, ...]:
        roles = self._pack.roles
        return (roles.event_id, roles.timestamp)

    @property
    def names(self) -> tuple[str, ...]:
        """The figures, in the pack's order."""
        return tuple(kpi.name for kpi in self._pack.kpis)

    def _type(self, name: str) -> str:
        if name == LATE:
            return "BOOLEAN"
        spec: FieldSpec | None = self._fields.get(name)
        return "DOUBLE" if spec is None else _TYPES[spec.type]

    def arrow_type(self, name: str) -> pa.DataType:
        """Arrow's type of a wanted column."""
        spec = self._fields.get(name)
        return pa.float64() if spec is None else _ARROW[spec.type]

    def complete(self, rows: pa.Table) -> pa.Table:
        """Rows as they were read, with ``rt_key`` for ``rt_id``, and the amount."""
        amount = f"CASE WHEN {RATE} IS NOT NULL THEN {self._amount_sql} END"
        return self._run(
            f"SELECT rt_partition, rt_offset, rt_us, hash(rt_id) AS rt_key, {self._listed()}, "
            f'CAST({amount} AS DOUBLE) AS "{self.amount}" FROM counted',
            rows,
        )

    def _listed(self) -> str:
        return ", ".join(f'"{name}"' for name in self.wanted)

    def _sql_of_kpis(self) -> str:
        measured = _measures(self._pack.kpis, derived=False)
        names = ", ".join(f'"{name}"' for name in self.names)
        time = self._pack.roles.timestamp
        source = f'(SELECT *, make_timestamptz(rt_us) AS "{time}" FROM counted)'
        return (
            f"WITH measured AS (SELECT {minute_of('rt_us')} AS minute{measured} "
            f"FROM {source} GROUP BY 1) SELECT minute, {names} "
            f"FROM (SELECT *{_measures(self._pack.kpis, derived=True)} FROM measured)"
        )

    def figures(self, rows: pa.Table) -> dict[int, Figures]:
        """Minute → the pack's KPIs over accepted rows, exactly as gold has them."""
        found = self._run(self._kpis, rows).to_pylist()
        return {row["minute"]: {n: _number(row[n]) for n in self.names} for row in found}

    # Sums

    def sums_of_rows(self, rows: pa.Table) -> Sums:
        """Of accepted rows, by minute: to be held against ``sums_of_silver``."""
        items = ["rt_partition", "rt_offset", "rt_us", "rt_key", *map(self._plain, self._shown)]
        return self._sums(minute_of("rt_us"), items, "counted", rows)

    def sums_of_silver(self, path: str, since: Offsets, source: str, low_minute: int) -> Sums:
        """Of a file's rows that stand at ``since`` or later in the topic of this id, by minute."""
        roles = self._pack.roles
        us = f'epoch_us("{roles.timestamp}")'
        items = ["partition", '"offset"', us, f'hash("{roles.event_id}")']
        items += [self._plain(name) for name in self._shown]
        where = f"{_after(since)} AND source = {_text(source)} AND {us} >= {low_minute * MINUTE_US}"
        return self._sums(minute_of(us), items, _file(path, where))

    def sums_of_places(self, rows: pa.Table) -> Sums:
        """Of (rt_partition, rt_offset), by partition: bronze has one row for each."""
        return self._sums("rt_partition", ["rt_partition", "rt_offset"], "counted", rows)

    def sums_of_bronze(self, path: str, since: Offsets, source: str) -> Sums:
        """Of a file's rows that stand at ``since`` or later in the topic of this id."""
        where = f"{_after(since)} AND source = {_text(source)}"
        return self._sums("partition", ["partition", '"offset"'], _file(path, where))

    def sums_of_refused(self, rows: pa.Table) -> Sums:
        """Of (rt_partition, rt_offset, reason), by reason."""
        return self._sums("reason", ["rt_partition", "rt_offset"], "counted", rows)

    def sums_of_quarantine(self, path: str, since: Offsets, since_ms: int) -> Sums:
        """Of a file's rows that stand at ``since`` or later; it does not say of which topic."""
        where = f"{_after(since)} AND epoch_ms(kafka_ts) >= {since_ms}"
        return self._sums("reason", ["partition", '"offset"'], _file(path, where))

    def _sums(
        self, key: str, items: Sequence[str], source: str, rows: pa.Table | None = None
    ) -> Sums:
        first, second, *others = items
        hashed = [f"CAST({first} AS INTEGER)", f"CAST({second} AS BIGINT)", *others]
        sql = (
            f"SELECT {key} AS key, count(*), sum(hash({', '.join(hashed)})) "
            f"FROM {source} GROUP BY 1"
        )
        if rows is not None:
            self._db.register("counted", rows)
        try:
            found = self._db.execute(sql).fetchall()
        finally:
            if rows is not None:
                self._db.unregister("counted")
        return {str(key): Sum(count, int(hashes)) for key, count, hashes in found}

    def _plain(self, name: str) -> str:
        kind = self._type(name)
        # 0.0 and -0.0 are equal and would not have one hash.
        return f'CAST("{name}" AS DOUBLE) + 0.0' if kind == "DOUBLE" else f'"{name}"::{kind}'

    # Reading the lake

    def rows_of_silver(self, paths: Sequence[str], source: str, low_us: int) -> pa.Table:
        """Accepted rows of silver's files as they would have been counted."""
        if not paths:
            return self.empty().slice(0, 0)
        roles = self._pack.roles
        listed = ", ".join(f'"{n}"::{self._type(n)} AS "{n}"' for n in self._shown)
        us = f'epoch_us("{roles.timestamp}")'
        files = ", ".join(_text(path) for path in paths)
        return self._run(
            f'SELECT partition::INTEGER AS rt_partition, "offset"::BIGINT AS rt_offset, '
            f'{us} AS rt_us, hash("{roles.event_id}") AS rt_key, {listed} '
            f"FROM read_parquet([{files}], union_by_name = true) "
            f"WHERE {us} >= {low_us} AND source = {_text(source)}"
        )

    def keys_of_silver(self, paths: Sequence[str], low_us: int) -> pa.Table:
        """(rt_key, rt_us) of silver's files, of whatever topic."""
        roles = self._pack.roles
        us = f'epoch_us("{roles.timestamp}")'
        if not paths:
            return self.empty().select(["rt_key", "rt_us"])
        files = ", ".join(_text(path) for path in paths)
        return self._run(
            f'SELECT hash("{roles.event_id}") AS rt_key, {us} AS rt_us '
            f"FROM read_parquet([{files}], union_by_name = true) WHERE {us} >= {low_us}"
        )

    def gold(self, paths: Sequence[str], low_minute: int) -> list[tuple[int, Figures]]:
        """Gold's rows from a minute on; a minute may come twice where gold is broken."""
        if not paths:
            return []
        names = ", ".join(f'"{name}"' for name in self.names)
        files = ", ".join(_text(path) for path in paths)
        found = self._db.execute(
            f"SELECT {minute_of('epoch_us(window_start)')} AS minute, {names} "
            f"FROM read_parquet([{files}], union_by_name = true) "
            f"WHERE epoch_us(window_start) >= {low_minute * MINUTE_US}"
        ).fetchall()
        return [
            (row[0], dict(zip(self.names, map(_number, row[1:]), strict=True))) for row in found
        ]

    def fetch(self, sql: str, rows: pa.Table | None = None) -> list[Any]:
        """Rows of a statement of ours; ``counted`` names ``rows`` in it."""
        if rows is not None:
            self._db.register("counted", rows)
        try:
            return self._db.execute(sql).fetchall()
        finally:
            if rows is not None:
                self._db.unregister("counted")

    def _run(self, sql: str, rows: pa.Table | None = None) -> pa.Table:
        if rows is not None:
            self._db.register("counted", rows)
        try:
            return self._db.execute(sql).to_arrow_table()
        finally:
            if rows is not None:
                self._db.unregister("counted")

    def empty(self) -> pa.Table:
        """No counted rows, with their columns."""
        raw = pa.schema(
            [
                ("rt_partition", pa.int32()),
                ("rt_offset", pa.int64()),
                ("rt_us", pa.int64()),
                ("rt_id", pa.string()),
                *((name, self.arrow_type(name)) for name in self.wanted),
            ]
        )
        done = self.complete(raw.empty_table())
        return done.append_column(LATE, pa.array([], pa.bool_()))

    def _try(self) -> None:
        """What does not run over no rows would not run over some."""
        try:
            self.figures(self.empty())
        except duckdb.Error as error:
            raise PackNotCounted(
                f"The pack's figures cannot be computed beside Spark: {error}.",
                "Use SQL that Spark and DuckDB both know in amounts.yaml, and fields of the pack "
                "in kpis.yaml.",
            ) from error

    def close(self) -> None:
        """Ends the database."""
        self._db.close()


def joined(sums: Iterable[Mapping[str, Sum]]) -> Sums:
    """The sums of all of them together."""
    total: Sums = {}
    for each in sums:
        for key, value in each.items():
            total[key] = total.get(key, Sum()) + value
    return total


def _measures(measures: Sequence[MeasureSpec], derived: bool) -> str:
    chosen = [m for m in measures if m.derived is derived]
    return "".join(f', CAST({m.sql} AS {m.type}) AS "{m.name}"' for m in chosen)


def _after(since: Offsets) -> str:
    places = [f'(partition = {p} AND "offset" >= {first})' for p, first in since.items()]
    return f"({' OR '.join(places) or 'false'})"


def _file(path: str, where: str) -> str:
    return f"(SELECT * FROM read_parquet([{_text(path)}]) WHERE {where})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
