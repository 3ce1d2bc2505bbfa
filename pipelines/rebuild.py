"""Recomputes silver, quarantine and gold from bronze, with the stream's own code.

A file in the checkpoint folder says that a rebuild is under way: killed in its middle, it begins
anew at the next start, before the stream. Bronze is never written.

Cancelled before gold's first commit, silver and quarantine go back to the versions they had before
(``pipelines.restore``), and gold was never touched. From that commit on the rebuild is finished: it
takes one commit for each of gold's two tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession

from engine.contracts.names import Table
from engine.contracts.protocol import Step
from pipelines.arrival import NEVER
from pipelines.batch import BatchRunner
from pipelines.gold import Gold, Span
from pipelines.marks import Mark, properties
from pipelines.parse import parse
from pipelines.tables import Lake, TableLocks
from pipelines.warmup import FROM_BRONZE

CHUNK_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rebuilt.

    Attributes:
        tables: of "silver" and "gold".
        since_ms, until_ms: for gold alone, only the minutes that begin in this range.
        before: versions of silver and quarantine to which a cancelled rebuild goes back; empty
            where there is nothing to go back to.
    """

    tables: tuple[str, ...]
    since_ms: int | None = None
    until_ms: int | None = None
    before: Mapping[Table, int] = field(default_factory=dict)


class Pending:
    """The note that a rebuild is wanted or under way."""

    def __init__(self, checkpoint_path: str) -> None:
        self._file = Path(checkpoint_path) / "rebuild.json"

    def read(self) -> Order | None:
        """What is to be rebuilt, if anything is."""
        try:
            note = json.loads(self._file.read_text(encoding="utf-8"))
            before = {Table(name): int(at) for name, at in note.get("before", {}).items()}
            span = note.get("since_ms"), note.get("until_ms")
            return Order(tuple(note["tables"]), *span, before)
        except (OSError, ValueError, KeyError):
            return None

    def write(self, order: Order) -> None:
        """Notes what is to be rebuilt; a note that is there already is kept where that fails."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Half a note is no note: tables emptied by a rebuild that was cut off would stay empty.
        unfinished = self._file.with_suffix(".tmp")
        unfinished.write_text(json.dumps(asdict(order)), encoding="utf-8")
        unfinished.replace(self._file)

    def clear(self) -> None:
        """The rebuild is complete, or given up."""
        self._file.unlink(missing_ok=True)


class Cancelled(Exception):
    """The rebuild was given up: between two chunks of silver, or before gold."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of bronze that arrived in [start, end), milliseconds since 1970, of one topic."""

    source: str
    start: int
    end: int
    rows: int

    def where(self) -> str:
        """As a Spark condition."""
        return (
            f"source = '{self.source}' AND kafka_ts >= timestamp_millis({self.start}) "
            f"AND kafka_ts < timestamp_millis({self.end})"
        )


def chunks(lake: Lake) -> list[Chunk]:
    """Bronze cut by arrival, topics made anew apart: their offsets would meet in one batch.

    Cut between milliseconds, because records of one millisecond arrive together.
    """
    files = lake.files(Table.BRONZE)
    if not files:
        return []
    with duckdb.connect(":memory:") as connection:
        bronze = lake.parquet(connection, Table.BRONZE, files)
        rows = connection.execute(_CHUNKS.format(bronze=bronze), [CHUNK_ROWS]).fetchall()
    return [Chunk(*row) for row in rows]


_CHUNKS = """
WITH arrived AS (
  SELECT source, epoch_ms(kafka_ts) AS ms, count(*) AS n
  FROM {bronze} GROUP BY source, epoch_ms(kafka_ts)
), numbered AS (
  SELECT *, (sum(n) OVER (PARTITION BY source ORDER BY ms) - 1) // $1 AS chunk,
    min(ms) OVER (PARTITION BY source) AS first
  FROM arrived
)
SELECT source, min(ms), max(ms) + 1, CAST(sum(n) AS BIGINT)
FROM numbered GROUP BY first, source, chunk ORDER BY first, source, chunk
"""


class Rebuilder:
    """Runs one rebuild; the stream must not be running."""

    def __init__(
        self,
        spark: SparkSession,
        lake: Lake,
        locks: TableLocks,
        gold: Gold,
        report: Callable[[Step], None],
        given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._locks = locks
        self._spark = spark
        self._lake = lake
        self._gold = gold
        self._report = report
        self._given_up = given_up

    def silver(self, runner: BatchRunner, mark: Mark) -> None:
        """Empties silver and quarantine and fills them from bronze.

        ``runner`` has an empty window and writes no gold; ``mark`` is what the emptied tables
        carry: complete up to nowhere. Raises Cancelled between two chunks when it was given up.
        """
        self._look()
        for table in (Table.SILVER, Table.QUARANTINE):
            with self._locks[table]:
                self._lake.open(table).delete(commit_properties=properties(mark))
        plan = chunks(self._lake)
        total, done = sum(chunk.rows for chunk in plan), 0
        bronze = self._spark.read.format("delta").load(self._lake.path(Table.BRONZE))
        for chunk in plan:
            self._look()
            records = bronze.where(chunk.where()).selectExpr(*FROM_BRONZE)
            if runner.position.source != chunk.source:
                # As the stream does: another topic has offsets and a time of its own.
                runner.position.source = chunk.source
                runner.position.offsets, runner.position.newest_us = {}, NEVER
            runner.run(parse(records, runner.pack), chunk.rows, bronze=False)
            done += chunk.rows
            self._report(Step(operation="rebuild silver", done=done, total=total))

    def gold(self, mark: Mark, span: Span) -> None:
        """Computes gold's minutes of the span from silver and replaces them, a commit a table."""
        self._report(Step(operation="rebuild gold", done=0, total=1))
        self._look()
        self._gold.replace(mark, span)
        self._report(Step(operation="rebuild gold", done=1, total=1))

    def _look(self) -> None:
        if self._given_up():
            raise Cancelled
