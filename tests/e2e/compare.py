"""The lake, read as any Delta reader reads it, against the oracle's recomputation."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import yaml
from deltalake import DeltaTable

from engine.contracts.names import Table
from tests.e2e.lakehouse import CHECKOUT, Lakehouse, until
from tests.e2e.topic import bounds
from tests.oracle import KPI_COLUMNS, SEGMENT_COLUMNS, KafkaRecord, OracleResult, recompute
from tests.oracle.fields import FIELDS

SHOWN = 5
EPOCH = dt.date(1970, 1, 1)
DAY_US = 86_400_000_000

Rows = list[dict[str, Any]]


def rates() -> dict[str, float]:
    """The shipped pack's currency table."""
    file = CHECKOUT / "resources" / "domains" / "ecommerce" / "currencies.yaml"
    found: dict[str, float] = yaml.safe_load(file.read_text())["currencies"]
    return found


def open_table(lakehouse: Lakehouse, table: Table) -> DeltaTable:
    """The newest version, where it is written."""
    return DeltaTable(f"{lakehouse.lake}/{table.value}", storage_options=lakehouse.storage or None)


def read(lakehouse: Lakehouse, table: Table, columns: str = "*") -> Rows:
    """Rows of a table's newest version, by delta-rs and DuckDB; nothing of the program's."""
    arrow = open_table(lakehouse, table).to_pyarrow_table()
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("t", arrow)
        rows: Rows = connection.execute(f"SELECT {columns} FROM t").to_arrow_table().to_pylist()
    return rows


def count(lakehouse: Lakehouse, table: Table) -> int:
    """Rows of a table by its log alone."""
    opened = open_table(lakehouse, table)
    actions = opened.get_add_actions(flatten=True)
    names = actions.schema.names
    return sum(actions.column(names.index("num_records")).to_pylist()) if actions.num_rows else 0


def wait_drained(lakehouse: Lakehouse, kafka: Mapping[str, Any], seconds: float = 300.0) -> int:
    """Until every record of the topic went through; their number."""
    total = sum(high - low for low, high in bounds(dict(kafka)).values())
    until(
        lambda: count(lakehouse, Table.BRONZE) >= total,
        seconds,
        f"bronze holds the topic's {total:,} records",
    )

    def measured() -> bool:
        rows = read(lakehouse, Table.METRICS, "coalesce(sum(input_rows), 0)::BIGINT AS n")
        return int(rows[0]["n"]) >= total

    until(measured, 60, f"pipeline_metrics tells of {total:,} records")
    until(lambda: lakehouse.status()["pipeline"]["kafka_lag"] == 0, 60, "the lag is 0")
    return total


def assert_equal_to_oracle(lakehouse: Lakehouse, records: Sequence[KafkaRecord]) -> OracleResult:
    """Every table of the lake, column by column; returns what was expected."""
    expected = recompute(records, rates())
    check_bronze(lakehouse, records)
    check_silver(lakehouse, expected)
    check_quarantine(lakehouse, expected)
    check_gold(lakehouse, expected)
    check_metrics(lakehouse, records)
    return expected


def check_bronze(lakehouse: Lakehouse, records: Sequence[KafkaRecord]) -> None:
    """Each record once, as it came."""
    columns = "*, epoch_ms(kafka_ts)::BIGINT AS kafka_ms"
    rows = read(lakehouse, Table.BRONZE, columns)
    places = Counter((row["partition"], row["offset"]) for row in rows)
    wanted = {record.place: record for record in records}
    double = [place for place, times in places.items() if times > 1]
    assert not double, f"bronze holds {len(double)} records twice: {double[:SHOWN]}"
    _same_keys("bronze", places, wanted)
    for row in rows:
        record = wanted[row["partition"], row["offset"]]
        assert row["kafka_ms"] == record.kafka_ts, row
        assert row["key"] == (None if record.key is None else record.key.decode()), row
        assert row["topic"] == "ecommerce_events"
        assert row["ingest_ts"] is not None
        assert row["ingest_date"] == row["ingest_ts"].date()
        _check_raw(row, record)


def _check_raw(row: dict[str, Any], record: KafkaRecord) -> None:
    value = record.value
    if value is None:
        assert row["raw"] is None, record.place
    elif row["raw_base64"] is not None:
        assert base64.b64decode(row["raw_base64"]) == value, record.place
    else:
        assert row["raw"].encode() == value, record.place


def check_silver(lakehouse: Lakehouse, expected: OracleResult) -> None:
    """Each event once, every column."""
    names = [rule.name for rule in FIELDS if rule.name != "ts"]
    columns = (
        f"{', '.join(names)}, epoch_us(ts)::BIGINT AS ts, amount_usd, usd_rate, event_date, "
        'is_late, extra, topic, partition, "offset", ingest_ts, processed_ts'
    )
    rows = read(lakehouse, Table.SILVER, columns)
    double = [key for key, n in Counter(row["event_id"] for row in rows).items() if n > 1]
    assert not double, f"silver holds {len(double)} events twice: {double[:SHOWN]}"
    found = {row["event_id"]: row for row in rows}
    _same_keys("silver", found, expected.silver)
    compared = (*names, "ts", "amount_usd", "usd_rate", "is_late", "partition", "offset")
    _same_rows("silver", found, expected.silver, compared)
    for key, row in found.items():
        extra = None if row["extra"] is None else json.loads(row["extra"])
        assert extra == expected.silver[key]["extra"], (key, extra, expected.silver[key]["extra"])
        assert row["event_date"] == EPOCH + dt.timedelta(days=row["ts"] // DAY_US), row
        assert row["topic"] == "ecommerce_events"
        assert row["ingest_ts"] is not None
        assert row["processed_ts"] is not None


def check_quarantine(lakehouse: Lakehouse, expected: OracleResult) -> None:
    """Each refused record once, with the right reason and its raw value."""
    rows = read(lakehouse, Table.QUARANTINE, "*, epoch_ms(kafka_ts)::BIGINT AS kafka_ms")
    places = Counter((row["partition"], row["offset"]) for row in rows)
    double = [place for place, times in places.items() if times > 1]
    assert not double, f"quarantine holds {len(double)} records twice: {double[:SHOWN]}"
    reasons = Counter(row["reason"] for row in rows)
    wanted = Counter(refused.reason.value for refused in expected.quarantine.values())
    assert reasons == wanted, f"reasons {dict(reasons)} instead of {dict(wanted)}"
    _same_keys("quarantine", places, expected.quarantine)
    for row in rows:
        refused = expected.quarantine[row["partition"], row["offset"]]
        assert row["reason"] == refused.reason.value, (row, refused.reason)
        assert row["kafka_ms"] == refused.record.kafka_ts
        assert row["detail"], row
        assert row["topic"] == "ecommerce_events"
        assert row["processed_ts"] is not None
        value = refused.record.value
        if value is not None and _is_utf8(value):
            assert row["raw"].encode() == value, refused.record.place


def check_gold(lakehouse: Lakehouse, expected: OracleResult) -> None:
    """One row a minute (and dimension value), every measure exactly."""
    minute = "*, epoch_us(window_start)::BIGINT AS minute"
    rows = read(lakehouse, Table.GOLD_KPIS, f"{minute}, epoch_us(window_end)::BIGINT AS ends")
    double = [key for key, n in Counter(row["minute"] for row in rows).items() if n > 1]
    assert not double, f"gold_kpis holds {len(double)} minutes twice: {double[:SHOWN]}"
    kpis = {row["minute"]: row for row in rows}
    _same_keys("gold_kpis", kpis, expected.kpis)
    _same_rows("gold_kpis", kpis, expected.kpis, KPI_COLUMNS)
    for row in rows:
        assert row["ends"] == row["minute"] + 60_000_000
        assert row["updated_at"] is not None
    rows = read(lakehouse, Table.GOLD_SEGMENTS, minute)
    keys = Counter((row["minute"], row["dimension"], row["value"]) for row in rows)
    double_keys = [key for key, n in keys.items() if n > 1]
    assert not double_keys, f"gold_segments holds keys twice: {double_keys[:SHOWN]}"
    segments = {(row["minute"], row["dimension"], row["value"]): row for row in rows}
    _same_keys("gold_segments", segments, expected.segments)
    _same_rows("gold_segments", segments, expected.segments, SEGMENT_COLUMNS)


def check_metrics(lakehouse: Lakehouse, records: Sequence[KafkaRecord]) -> None:
    """Each record was counted once, and each batch has one row."""
    rows = read(lakehouse, Table.METRICS, "batch_id, input_rows")
    assert sum(row["input_rows"] for row in rows) == len(records)
    double = [key for key, n in Counter(row["batch_id"] for row in rows).items() if n > 1]
    assert not double, f"pipeline_metrics holds batches twice: {double[:SHOWN]}"


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _same_keys(table: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> None:
    missing = [key for key in wanted if key not in found]
    surplus = [key for key in found if key not in wanted]
    assert not missing, f"{table} lacks {len(missing)} of {len(wanted)}: {missing[:SHOWN]}"
    assert not surplus, f"{table} has {len(surplus)} too many: {surplus[:SHOWN]}"


def _same_rows(
    table: str,
    found: Mapping[Any, Mapping[str, Any]],
    wanted: Mapping[Any, Mapping[str, Any]],
    columns: Sequence[str],
) -> None:
    wrong = [
        f"{key} {column}: {found[key][column]!r} instead of {row[column]!r}"
        for key, row in wanted.items()
        for column in columns
        if found[key][column] != row[column]
    ]
    assert not wrong, f"{table}: {len(wrong)} wrong values, such as {wrong[:SHOWN]}"
