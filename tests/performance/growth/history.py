"""Days of history in seconds: what the pipeline wrote, cloned hour by hour into the past.

Each hour is one commit and one file a table, as upkeep leaves them, with other event ids and times.
Gold's rows are copies of real ones and do not add up to silver's: what is measured is what history
costs, not what it says. The last mark is carried on, so that the stream goes on where it was.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from engine.contracts.names import Table
from pipelines.marks import last_mark, properties

MINUTES = 60
TIMES = ("ts", "kafka_ts", "ingest_ts", "processed_ts", "window_start", "window_end", "updated_at")
DAYS = {"event_date": "ts", "ingest_date": "ingest_ts"}
EVENT_TABLES = (Table.BRONZE, Table.SILVER)
MINUTE_TABLES = (Table.GOLD_KPIS, Table.GOLD_SEGMENTS)


def clone_history(lake: Path, hours: int, rows_an_hour: int) -> None:
    """Puts ``hours`` hours before what is there; the pipeline must not run, and silver must hold
    ``rows_an_hour`` rows at least.
    """
    newest = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    for name in (*EVENT_TABLES, *MINUTE_TABLES):
        _clone(lake / name.value, name, newest, hours, rows_an_hour)


def _clone(path: Path, name: Table, newest: datetime, hours: int, rows: int) -> None:
    table = DeltaTable(str(path))
    mark = last_mark(table)
    carried = properties(mark) if mark is not None else None
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _sample(connection, table, name, rows)
        for hour in range(1, hours + 1):
            moved = _moved(connection, newest - timedelta(hours=hour), hour, rows)
            write_deltalake(table, moved, mode="append", commit_properties=carried)
    table.create_checkpoint()


def _sample(
    connection: duckdb.DuckDBPyConnection, table: DeltaTable, name: Table, rows: int
) -> None:
    """What is copied, numbered: a share of an hour for events, one minute for gold."""
    files = connection.from_parquet(table.file_uris(), union_by_name=True)
    connection.register("files", files)
    if name in EVENT_TABLES:
        connection.execute(
            "CREATE TABLE sample AS SELECT *, row_number() OVER () - 1 AS place "
            f"FROM files LIMIT {rows}"
        )
        found = connection.execute("SELECT count(*) FROM sample").fetchone()
        assert found is not None
        assert found[0] == rows, f"{name.value} has {found[0]} rows, not {rows}, to copy."
        return
    connection.execute(
        "CREATE TABLE sample AS SELECT f.*, m.place FROM files f, "
        f"(SELECT range AS place FROM range({MINUTES})) m "
        "WHERE f.window_start = (SELECT max(window_start) FROM files)"
    )


def _moved(
    connection: duckdb.DuckDBPyConnection, start: datetime, hour: int, rows: int
) -> pa.Table:
    """The sample spread over the hour that begins at ``start``."""
    described = connection.execute("DESCRIBE sample").fetchall()
    kinds = {str(row[0]): str(row[1]) for row in described}
    step = MINUTES * 60 / (MINUTES if "window_start" in kinds else rows)
    moment = f"to_timestamp({start.timestamp()} + place * {step})"
    chosen = []
    for column, kind in kinds.items():
        if column == "place":
            continue
        if column in TIMES:
            later = " + INTERVAL 1 MINUTE" if column == "window_end" else ""
            chosen.append(f"CAST({moment}{later} AS {kind}) AS {column}")
        elif column in DAYS:
            chosen.append(f"CAST({moment} AS DATE) AS {column}")
        elif column == "event_id":
            chosen.append(f"event_id || '-{hour}' AS event_id")
        else:
            chosen.append(f'"{column}"')
    return connection.execute(f"SELECT {', '.join(chosen)} FROM sample").to_arrow_table()
