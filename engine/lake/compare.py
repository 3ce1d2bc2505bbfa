"""Two versions of a table side by side: columns, figures, and which rows differ.

Files that both versions have are the same rows, so only the others are read: to compare two
neighbouring versions of a large table is cheap. Rows are matched by the table's key. DuckDB
works in bounded memory and spills to disk; examples are cut, and say so.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from engine.contracts.names import Table
from engine.lake.errors import LakeReadError
from engine.lake.reader import LakeReader
from engine.lake.snapshot import Snapshot, bring, create_file_view, gone, take_snapshot

KEYS: dict[Table, tuple[str, ...]] = {
    Table.BRONZE: ("source", "topic", "partition", "offset"),
    Table.SILVER: ("event_id",),
    Table.QUARANTINE: ("topic", "partition", "offset", "kafka_ts"),
    Table.GOLD_KPIS: ("window_start",),
    Table.GOLD_SEGMENTS: ("window_start", "dimension", "value"),
    Table.ALERTS: ("alert_id",),
    Table.METRICS: ("query", "batch_id", "started_at"),
}
"""What tells a table's rows apart. Quarantine does not know its topic's id: a topic made anew
counts its offsets from 0 again, but not at the same time."""

CHANGING = frozenset({Table.GOLD_KPIS, Table.GOLD_SEGMENTS, Table.ALERTS})
"""Tables whose rows are written anew under their key; in the others a row never changes."""

_UNCOMPARED = frozenset({"updated_at"})
"""Says when a row was computed, so that it differs where nothing else does."""

MAX_ROWS = 20_000_000
MEMORY = "512MB"


@dataclass(frozen=True)
class Side:
    """A version in figures."""

    version: int
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True)
class SchemaChange:
    """A column that only one version has, or whose type differs; None where it is missing."""

    name: str
    type_a: str | None
    type_b: str | None


@dataclass(frozen=True)
class OneSided:
    """Rows that one version alone has; ``examples`` are the first of them by key."""

    count: int
    examples: pa.Table

    @property
    def cut(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > int(self.examples.num_rows)


@dataclass(frozen=True)
class Changed:
    """Rows that both versions have with different values.

    ``columns`` counts, by column, the rows in which it differs. ``examples`` has the key's columns
    and ``column``, ``a`` and ``b``, the values as text.
    """

    rows: int
    columns: dict[str, int]
    examples: pa.Table

    @property
    def cut(self) -> bool:
        """Whether there are more than are shown."""
        return sum(self.columns.values()) > int(self.examples.num_rows)


@dataclass(frozen=True)
class Comparison:
    """What differs between version A and version B of a table.

    ``changed`` is None for tables whose rows never change.
    """

    table: Table
    key: tuple[str, ...]
    a: Side
    b: Side
    schema: tuple[SchemaChange, ...]
    only_a: OneSided
    only_b: OneSided
    changed: Changed | None

    @property
    def same(self) -> bool:
        """Whether both versions have the same rows and columns."""
        rows = self.only_a.count + self.only_b.count + (self.changed.rows if self.changed else 0)
        return not rows and not self.schema


def compare(lake: LakeReader, table: Table, a: int, b: int, examples: int = 20) -> Comparison:
    """Compares version ``a`` with version ``b``; at most ``examples`` rows of each kind.

    Raises NoSuchTable, or LakeReadError where a version is gone or too much differs.
    """
    left, right = take_snapshot(lake, table, a), take_snapshot(lake, table, b)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as spill,
        duckdb.connect(":memory:") as connection,
    ):
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET temp_directory = $1", [spill])
        connection.execute("SET threads = 2; SET TimeZone = 'UTC'")
        try:
            return _Work(lake, connection, left, right, examples).run()
        except duckdb.IOException as error:
            raise gone(table, min(a, b)) from error
        except duckdb.OutOfMemoryException as error:
            raise _too_far(left, right) from error


def _too_far(left: Snapshot, right: Snapshot) -> LakeReadError:
    return LakeReadError(
        f"Versions {left.version:,} and {right.version:,} of {left.table.value} differ in too many "
        "rows to compare them.",
        "Choose two versions that are nearer to each other.",
    )


class _Work:
    """One comparison in one connection."""

    def __init__(
        self,
        lake: LakeReader,
        connection: duckdb.DuckDBPyConnection,
        left: Snapshot,
        right: Snapshot,
        examples: int,
    ) -> None:
        self._lake = lake
        self._connection = connection
        self._left, self._right = left, right
        self._examples = examples
        columns = {**left.columns, **right.columns}
        self._key = tuple(name for name in KEYS[left.table] if name in columns)
        self._values = [n for n in columns if n not in self._key and n not in _UNCOMPARED]
        self._views(columns)

    def _views(self, columns: dict[str, str]) -> None:
        """``a`` and ``b``: the rows of the files that only one of the versions has."""
        left = {file.path: file for file in self._left.files}
        right = {file.path: file for file in self._right.files}
        only_left = [file for path, file in left.items() if path not in right]
        only_right = [file for path, file in right.items() if path not in left]
        if sum(file.rows for file in (*only_left, *only_right)) > MAX_ROWS:
            raise _too_far(self._left, self._right)
        bring(self._lake, self._left.table, (*only_left, *only_right))
        create_file_view(self._connection, "a", only_left, columns)
        create_file_view(self._connection, "b", only_right, columns)

    def run(self) -> Comparison:
        """All the parts."""
        return Comparison(
            table=self._left.table,
            key=self._key,
            a=_side(self._left),
            b=_side(self._right),
            schema=_schema_changes(self._left.types, self._right.types),
            only_a=self._one_sided("a", "b"),
            only_b=self._one_sided("b", "a"),
            changed=self._changed() if self._left.table in CHANGING else None,
        )

    def _match(self, key: tuple[str, ...]) -> str:
        return " AND ".join(f'x."{name}" IS NOT DISTINCT FROM y."{name}"' for name in key)

    def _one_sided(self, here: str, there: str) -> OneSided:
        source = f"{here} x ANTI JOIN {there} y ON {self._match(self._key)}"
        count = self._count(f"SELECT count(*) FROM {source}")  # noqa: S608 -- our own names
        order = ", ".join(f'x."{name}"' for name in self._key)
        rows = f"SELECT x.* FROM {source} ORDER BY {order} LIMIT {self._examples}"  # noqa: S608
        return OneSided(count, self._table(rows))

    def _changed(self) -> Changed:
        source = f"a x JOIN b y ON {self._match(self._key)}"
        tests = {name: f'(x."{name}" IS DISTINCT FROM y."{name}")' for name in self._values}
        sums = ", ".join(f"count(*) FILTER (WHERE {test})" for test in tests.values())
        any_of = " OR ".join(tests.values())
        counts = self._connection.execute(
            f"SELECT count(*) FILTER (WHERE {any_of}), {sums} FROM {source}"  # noqa: S608
        ).fetchone()
        assert counts is not None
        columns = {n: int(c) for n, c in zip(tests, counts[1:], strict=True) if c}
        return Changed(int(counts[0]), columns, self._changed_examples(source, tests, columns))

    def _changed_examples(
        self, source: str, tests: dict[str, str], columns: dict[str, int]
    ) -> pa.Table:
        key = ", ".join(f'x."{name}"' for name in self._key)
        parts = [
            f'SELECT {key}, \'{name}\' AS "column", CAST(x."{name}" AS VARCHAR) AS a, '  # noqa: S608
            f'CAST(y."{name}" AS VARCHAR) AS b FROM {source} WHERE {tests[name]}'
            for name in columns or list(tests)[:1]
        ]
        order = ", ".join(f'"{name}"' for name in self._key)
        union = " UNION ALL ".join(parts)
        return self._table(
            f'SELECT * FROM ({union}) ORDER BY {order}, "column" LIMIT {self._examples}'  # noqa: S608
        )

    def _count(self, sql: str) -> int:
        found = self._connection.execute(sql).fetchone()
        assert found is not None
        return int(found[0])

    def _table(self, sql: str) -> pa.Table:
        return self._connection.execute(sql).to_arrow_table()


def _side(snapshot: Snapshot) -> Side:
    return Side(snapshot.version, snapshot.rows, len(snapshot.files), snapshot.bytes)


def _schema_changes(a: dict[str, str], b: dict[str, str]) -> tuple[SchemaChange, ...]:
    names = [*a, *(name for name in b if name not in a)]
    return tuple(
        SchemaChange(name, a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)
    )
