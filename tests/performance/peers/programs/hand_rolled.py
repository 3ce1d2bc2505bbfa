"""What a weekend gives: confluent-kafka, delta-rs and DuckDB in one loop.

Fast, because it promises nothing: offsets are committed after the writes, so a kill repeats rows
in silver, and the minutes that gold is computed from stand in memory, which a restart loses.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
from confluent_kafka import Consumer
from deltalake import write_deltalake

from tests.performance.peers.programs.job import parse, read_job, sale_usd
from tests.performance.peers.programs.tables import SILVER, Minute, Tables

BATCH = 20_000
WAIT_S = 0.1
KEPT = "INTERVAL 20 MINUTE"


def main() -> None:
    """Reads, appends bronze and silver, merges the minutes touched into gold."""
    job = read_job()
    tables = Tables(job.lake)
    consumer = Consumer(
        {
            **job.client,
            "group.id": "hand-rolled",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([job.topic])
    memory = duckdb.connect()
    memory.execute("SET TimeZone = 'UTC'")
    memory.execute("CREATE TABLE recent (ts TIMESTAMPTZ, event_type TEXT, amount_usd DOUBLE)")
    while True:
        messages = [m for m in consumer.consume(BATCH, WAIT_S) if m.error() is None]
        if not messages:
            continue
        raw = [(m.value() or b"").decode(errors="replace") for m in messages]
        write_deltalake(f"{job.lake}/bronze_events", pa.table({"raw": raw}), mode="append")
        rows = [row for m in messages if (row := parse(m.value() or b"")) is not None]
        for row in rows:
            row["amount_usd"] = sale_usd(row, job.rates)
        if rows:
            tables.append_silver(rows)
            tables.put_gold(_minutes(memory, pa.Table.from_pylist(rows, SILVER)))
        consumer.commit(asynchronous=False)


def _minutes(memory: duckdb.DuckDBPyConnection, batch: pa.Table) -> list[Minute]:
    """The minutes that the batch touches, over all that is remembered."""
    memory.register("batch", batch)
    memory.execute("INSERT INTO recent SELECT ts, event_type, amount_usd FROM batch")
    memory.execute(f"DELETE FROM recent WHERE ts < now() - {KEPT}")
    return memory.execute(
        "SELECT date_trunc('minute', ts) AS m, count(*), "
        "count(*) FILTER (WHERE event_type = 'purchase'), sum(amount_usd) FROM recent "
        "WHERE date_trunc('minute', ts) IN (SELECT date_trunc('minute', ts) FROM batch) GROUP BY m"
    ).fetchall()


if __name__ == "__main__":
    main()
