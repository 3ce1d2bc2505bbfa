"""The records of one batch, and where their rows are while it is judged.

``OnDriver`` has them as one Arrow table in this process, from which delta-rs writes the tables.
Measured, it takes three quarters of the CPU of caching them in Spark and writing them from there
(7.8 to 10.5 s for 200,000 records), and a small batch has one Spark job in place of three.

``OnExecutors`` leaves them in Spark's memory and gives the driver five numbers a record: for a
cluster, whose executors write, and for records too large to be held by one process.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql.functions import expr, lit, substring

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from pipelines.arrival import Arrivals, Flags, Longs
from pipelines.sinks import bronze_rows, silver_rows
from pipelines.tables import silver_columns

KEEP, LATE, LEAVE = b"K"[0], b"L"[0], b"-"[0]
TOO_LARGE = "spark.driver.maxResultSize"
"""What Spark's error names when rows exceed the limit that ``pipelines.session`` sets."""
LARGE_BYTES = 32 << 20

_RECORD = ("key", "topic", "partition", "offset", "kafka_ts")
_REFUSED = ("raw", "topic", "partition", "offset", "kafka_ts")
_IS_LATE = f"verdict = X'{LATE:02X}'"
_TIME = pa.timestamp("us", "UTC")


class Rows(Protocol):
    """What a batch needs of them; flags have one entry a record, in the order of ``seen``."""

    @property
    def seen(self) -> Arrivals:
        """Five numbers a record."""

    def bronze(self, source: str, now_us: int) -> DataFrame | pa.Table:
        """Every record, as bronze has it."""

    def silver(
        self, accepted: Flags, late: Flags, source: str, now_us: int
    ) -> DataFrame | pa.Table:
        """Accepted records, as silver has them."""

    def quarantine(
        self, faulty: Flags, too_late: Flags, detail: str, now_us: int
    ) -> DataFrame | pa.Table:
        """Records with a fault of their own, and those that came too late, for which ``detail``."""

    def close(self) -> None:
        """Frees what they take."""


class OnDriver:
    """All columns of all records in this process."""

    def __init__(self, parsed: DataFrame, pack: PackSpec) -> None:
        """Runs the plan. Spark's error names ``TOO_LARGE`` where the rows are too many bytes."""
        self._silver = silver_columns(pack)
        # As it is: a selection here would be a step of its own after the stream's plan.
        self._table: pa.Table = parsed.toArrow()
        self.seen = self._arrivals(pack.roles.timestamp)

    def _arrivals(self, ts: str) -> Arrivals:
        def longs(column: str) -> Longs:
            values = self._table.column(column).cast(pa.int64()).fill_null(0)
            numbers: Longs = values.to_numpy().astype(np.int64, copy=False)
            return numbers

        return Arrivals(
            partition=longs("partition"),
            offset=longs("offset"),
            kafka_ms=longs("kafka_ts") // 1000,
            event_us=longs(ts),
            key=longs("event_key"),
            valid=self._table.column("reason").is_null().to_numpy().astype(np.bool_),
        )

    def bronze(self, source: str, now_us: int) -> pa.Table:
        """See Rows."""
        rows = self._table.select([*_RECORD, "raw", "raw_base64"])
        day = _same(now_us, _TIME, len(rows)).cast(pa.date32())
        rows = rows.append_column("ingest_ts", _same(now_us, _TIME, len(rows)))
        rows = rows.append_column("ingest_date", day)
        return rows.append_column("source", _same(source, pa.string(), len(rows)))

    def silver(self, accepted: Flags, late: Flags, source: str, now_us: int) -> pa.Table:
        """See Rows."""
        wanted = [name for name in self._silver if name in self._table.column_names]
        rows = self._table.select(wanted).filter(pa.array(accepted))
        rows = rows.append_column("is_late", pa.array(late[accepted]))
        for name in ("ingest_ts", "processed_ts"):
            rows = rows.append_column(name, _same(now_us, _TIME, len(rows)))
        return rows.append_column("source", _same(source, pa.string(), len(rows)))

    def quarantine(self, faulty: Flags, too_late: Flags, detail: str, now_us: int) -> pa.Table:
        """See Rows."""
        which = faulty | too_late
        rows = self._table.select(["reason", "detail", *_REFUSED]).filter(pa.array(which))
        late = pa.array(too_late[which])
        for at, text in enumerate((Reason.TOO_LATE.value, detail)):
            found = pc.if_else(late, text, rows.column(at))
            rows = rows.set_column(at, rows.column_names[at], found)
        return rows.append_column("processed_ts", _same(now_us, _TIME, len(rows)))

    def close(self) -> None:
        """See Rows."""
        large = self._table.nbytes > LARGE_BYTES
        del self._table
        if large:
            # Arrow keeps what it freed for later: after a backlog that would be for ever.
            pa.default_memory_pool().release_unused()


def _same(value: object, kind: pa.DataType, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), count)


class OnExecutors:
    """The records in Spark's memory; five numbers each in this process."""

    def __init__(self, parsed: DataFrame, pack: PackSpec) -> None:
        self._parsed = parsed.persist(StorageLevel.MEMORY_AND_DISK)
        self._pack = pack
        try:
            table = self._collect()
        except BaseException:
            self.close()
            raise
        self.seen = Arrivals(
            partition=table.column("p").to_numpy(),
            offset=table.column("o").to_numpy(),
            kafka_ms=table.column("k").to_numpy(),
            event_us=table.column("t").to_numpy(),
            key=table.column("h").to_numpy(),
            valid=table.column("valid").to_numpy().astype(np.bool_),
        )

    def _collect(self) -> pa.Table:
        """The job that fills the cache."""
        return self._parsed.selectExpr(
            "CAST(partition AS BIGINT) AS p",
            "offset AS o",
            "unix_millis(kafka_ts) AS k",
            f"coalesce(unix_micros({self._pack.roles.timestamp}), 0L) AS t",
            "coalesce(event_key, 0L) AS h",
            "reason IS NULL AS valid",
        ).toArrow()

    def bronze(self, source: str, now_us: int) -> DataFrame:
        """See Rows."""
        return bronze_rows(self._parsed, source, now_us)

    def silver(self, accepted: Flags, late: Flags, source: str, now_us: int) -> DataFrame:
        """See Rows."""
        codes = np.where(accepted, np.where(late, LATE, KEEP), LEAVE).astype(np.uint8)
        judged = self._chosen(codes).withColumn("is_late", expr(_IS_LATE))
        return silver_rows(judged, self._pack, source, now_us)

    def quarantine(self, faulty: Flags, too_late: Flags, detail: str, now_us: int) -> DataFrame:
        """See Rows."""
        codes = np.where(too_late, LATE, np.where(faulty, KEEP, LEAVE)).astype(np.uint8)
        return self._chosen(codes).selectExpr(
            f"IF({_IS_LATE}, '{Reason.TOO_LATE.value}', reason) AS reason",
            f"IF({_IS_LATE}, '{detail}', detail) AS detail",
            *_REFUSED,
            f"timestamp_micros({now_us}) AS processed_ts",
        )

    def _chosen(self, codes: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> DataFrame:
        """Records that are not to be left out, with their code in ``verdict`` (one byte).

        The codes travel as one byte string indexed by offset: no join, no shuffle, and finding a
        record's byte takes constant time however large the batch.
        """
        seen = self.seen
        pieces, shifts, length = [], [], 0
        for partition in np.unique(seen.partition).tolist():
            mine = seen.partition == partition
            offsets = seen.offset[mine]
            low, high = int(offsets.min()), int(offsets.max())
            piece = np.full(high - low + 1, LEAVE, dtype=np.uint8)
            piece[offsets - low] = codes[mine]
            shifts.append(f"WHEN {partition} THEN {length - low + 1}L")
            pieces.append(piece)
            length += len(piece)
        lookup = lit(bytearray(np.concatenate(pieces).tobytes()))
        at = expr(f"CAST(offset + CASE partition {' '.join(shifts)} END AS INT)")
        verdict = substring(lookup, at, lit(1))
        return self._parsed.withColumn("verdict", verdict).where(f"verdict != X'{LEAVE:02X}'")

    def close(self) -> None:
        """See Rows."""
        self._parsed.unpersist()
