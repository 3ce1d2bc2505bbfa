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

ACCEPT, LATE, REFUSE = b"A"[0], b"L"[0], b"R"[0]
TOO_LARGE = "spark.driver.maxResultSize"
"""What Spark's error names when rows exceed the limit that ``pipelines.session`` sets."""
LARGE_BYTES = 32 << 20

_RECORD = ("key", "topic", "partition", "offset", "kafka_ts")
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

    def refused(self, new: Flags) -> pa.Table:
        """Records of ``new`` with a fault of their own: p, o, k and quarantine's texts."""

    def too_late(self, which: Flags, detail: str) -> pa.Table:
        """These records, in the same shape."""

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

    def refused(self, new: Flags) -> pa.Table:
        """See Rows."""
        return self._quarantined(~self.seen.valid & new)

    def too_late(self, which: Flags, detail: str) -> pa.Table:
        """See Rows."""
        rows = self._quarantined(which)
        for name, value in (("reason", Reason.TOO_LATE.value), ("detail", detail)):
            at = rows.column_names.index(name)
            rows = rows.set_column(at, name, _same(value, pa.string(), len(rows)))
        return rows

    def _quarantined(self, which: Flags) -> pa.Table:
        names = ["partition", "offset", "kafka_ts", "reason", "detail", "raw", "topic"]
        rows = self._table.select(names).filter(pa.array(which))
        rows = rows.rename_columns(["p", "o", "k", "reason", "detail", "raw", "topic"])
        millis = pa.array(self.seen.kafka_ms[which])
        return rows.set_column(2, "k", millis)

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
    """The records in Spark's memory; five numbers each, and refused ones whole, in this process."""

    def __init__(self, parsed: DataFrame, pack: PackSpec) -> None:
        self._parsed = parsed.persist(StorageLevel.MEMORY_AND_DISK)
        self._pack = pack
        try:
            table = self._collect()
        except BaseException:
            self.close()
            raise
        valid = table.column("reason").is_null()
        self.seen = Arrivals(
            partition=table.column("p").to_numpy(),
            offset=table.column("o").to_numpy(),
            kafka_ms=table.column("k").to_numpy(),
            event_us=table.column("t").to_numpy(),
            key=table.column("h").to_numpy(),
            valid=valid.to_numpy().astype(np.bool_),
        )
        self._refused = table.filter(pc.invert(valid))

    def _collect(self) -> pa.Table:
        """The job that fills the cache."""
        return self._parsed.selectExpr(
            "CAST(partition AS BIGINT) AS p",
            "offset AS o",
            "unix_millis(kafka_ts) AS k",
            f"coalesce(unix_micros({self._pack.roles.timestamp}), 0L) AS t",
            "coalesce(event_key, 0L) AS h",
            "reason",
            "IF(reason IS NULL, NULL, detail) AS detail",
            "IF(reason IS NULL, NULL, raw) AS raw",
            "IF(reason IS NULL, NULL, topic) AS topic",
        ).toArrow()

    def bronze(self, source: str, now_us: int) -> DataFrame:
        """See Rows."""
        return bronze_rows(self._parsed, source, now_us)

    def silver(self, accepted: Flags, late: Flags, source: str, now_us: int) -> DataFrame:
        """See Rows."""
        codes = np.where(accepted, np.where(late, LATE, ACCEPT), REFUSE).astype(np.uint8)
        chosen = self._with_verdicts(codes, (ACCEPT, LATE))
        judged = chosen.withColumn("is_late", expr(f"verdict = X'{LATE:02X}'"))
        return silver_rows(judged, self._pack, source, now_us)

    def refused(self, new: Flags) -> pa.Table:
        """See Rows."""
        return self._refused.filter(pa.array(new[~self.seen.valid]))

    def too_late(self, which: Flags, detail: str) -> pa.Table:
        """See Rows."""
        codes = np.where(which, ACCEPT, REFUSE).astype(np.uint8)
        return (
            self._with_verdicts(codes, (ACCEPT,))
            .selectExpr(
                "CAST(partition AS BIGINT) AS p",
                "offset AS o",
                "unix_millis(kafka_ts) AS k",
                f"'{Reason.TOO_LATE.value}' AS reason",
                f"'{detail}' AS detail",
                "raw",
                "topic",
            )
            .toArrow()
        )

    def _with_verdicts(
        self, codes: np.ndarray[tuple[int], np.dtype[np.uint8]], keep: tuple[int, ...]
    ) -> DataFrame:
        """Records whose code is in ``keep``, with the code in ``verdict`` (one byte).

        The codes travel as one byte string indexed by offset: no join, no shuffle, and finding a
        record's byte takes constant time however large the batch.
        """
        seen = self.seen
        pieces, shifts, length = [], [], 0
        for partition in np.unique(seen.partition).tolist():
            mine = seen.partition == partition
            offsets = seen.offset[mine]
            low, high = int(offsets.min()), int(offsets.max())
            piece = np.full(high - low + 1, REFUSE, dtype=np.uint8)
            piece[offsets - low] = codes[mine]
            shifts.append(f"WHEN {partition} THEN {length - low + 1}L")
            pieces.append(piece)
            length += len(piece)
        lookup = lit(bytearray(np.concatenate(pieces).tobytes()))
        at = expr(f"CAST(offset + CASE partition {' '.join(shifts)} END AS INT)")
        verdict = substring(lookup, at, lit(1))
        kept = ", ".join(f"X'{code:02X}'" for code in keep)
        return self._parsed.withColumn("verdict", verdict).where(f"verdict IN ({kept})")

    def close(self) -> None:
        """See Rows."""
        self._parsed.unpersist()
