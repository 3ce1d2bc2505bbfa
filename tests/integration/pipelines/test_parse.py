"""parse() record by record: hand-written rows, and the oracle on some hundred made ones."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from pyspark.sql import DataFrame

from engine.contracts.names import Reason
from pipelines.parse import parse
from pipelines.sinks import bronze_rows
from pipelines.warmup import FROM_BRONZE
from tests.integration.pipelines.running import TYPED, Running, marked
from tests.oracle import KafkaRecord, judge_alone
from tests.oracle.make_events import as_records, make_events
from tests.oracle.oddities import ODDITIES
from tests.oracle.spoiled import SPOILED, Event, dumps
from tests.unit.pipelines.lakes import NOON_MS, Row

pytestmark = pytest.mark.integration

EVENT: Event = {"event_id": "e", "event_type": "page_view", "ts": NOON_MS, "user_id": "ann"}
BOUGHT: Event = {**EVENT, "event_type": "purchase", "price": 10, "currency": "EUR"}
COLUMNS = [n for n in TYPED if n not in ("is_late", "ts")]


@pytest.fixture
def lake(running) -> Running:
    made: Running = running()
    return made


def _records(*values: bytes | None) -> list[KafkaRecord]:
    return [KafkaRecord(0, n, NOON_MS, b"k", value) for n, value in enumerate(values)]


def _parsed(lake: Running, records: list[KafkaRecord]) -> list[Row]:
    """One row a record, in order; ``ts`` in µs."""
    frame = parse(lake.frame(records), lake.pack)
    rows = frame.selectExpr(
        *COLUMNS, "unix_micros(ts) AS ts", "extra", "reason", "detail", "event_key"
    )
    found = {(r["partition"], r["offset"]): r.asDict() for r in rows.collect()}
    assert len(found) == len(records)
    return [found[record.place] for record in records]


def _assert_equal_to_the_oracle(lake: Running, records: list[KafkaRecord]) -> None:
    wrong = []
    for record, row in zip(records, _parsed(lake, records), strict=True):
        reason, event = judge_alone(record, lake.pack.currencies)
        told = f"{(record.value or b'')[:300]!r}"
        if row["reason"] != (None if reason is None else reason.value):
            wrong.append(f"{told}: {row['reason']} ({row['detail']}), oracle {reason}")
            continue
        if reason is not None:
            if not row["detail"]:
                wrong.append(f"{told}: {reason} without a detail")
            continue
        extra = None if row["extra"] is None else json.loads(row["extra"])
        ours = {n: row[n] for n in (*event, "ts") if n != "extra"} | {"extra": marked(extra)}
        theirs = event | {"extra": marked(event["extra"])}
        if ours != theirs:
            differ = {n: (ours[n], theirs[n]) for n in theirs if ours[n] != theirs[n]}
            wrong.append(f"{told}: (ours, oracle) {differ}")
    assert not wrong, "\n".join(wrong)


def test_that_made_events_are_judged_and_typed_as_by_the_oracle(lake) -> None:
    _assert_equal_to_the_oracle(lake, as_records(make_events(450, 21, NOON_MS), NOON_MS))


@pytest.mark.parametrize("codegen", ["true", "false"])
def test_that_every_reason_and_every_odd_spelling_is_judged_as_by_the_oracle(
    lake, spark, codegen
) -> None:
    spoiled = [spoil(EVENT, NOON_MS) for spoils in SPOILED.values() for spoil in spoils]
    odd = [oddity(dict(EVENT), NOON_MS) for oddity in ODDITIES]
    spark.conf.set("spark.sql.codegen.wholeStage", codegen)
    _assert_equal_to_the_oracle(lake, _records(*spoiled, *odd, None))


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.TOO_LATE])
def test_that_each_reason_is_given_for_each_of_its_ways(lake, reason) -> None:
    rows = _parsed(lake, _records(*(spoil(EVENT, NOON_MS) for spoil in SPOILED[reason])))
    assert [row["reason"] for row in rows] == [reason.value] * len(rows)


TIMES = {
    "2025-01-01T12:00:00Z": 0,
    "2025-01-01 12:00:00": 0,
    "2025-01-01T12:00": 0,
    "2025-01-01T12:00Z": 0,
    "2025-01-01T14:00+02:00": 0,
    "2025-01-01T14:00:00+0200": 0,
    "2025-01-01T14:00:00+02": 0,
    "2025-01-01 14:00:00 +02": 0,
    "2025-01-01 09:30:00.000-0230": 0,
    "2025-01-01T12:00:00.5Z": 500_000,
    "2025-01-01T12:00:00.123456Z": 123_456,
    "2025-01-01T12:00:00.123456789Z": 123_456,
    "2025-01-01T12:00:00.1234567+00:00": 123_456,
    "2025-01-01": -43_200_000_000,
    "1735732800000": 0,
    "+1735732800001": 1000,
    "2024-12-31T24:00:00Z": None,
    "2025-01-01T12:60:00Z": None,
    "2025-01-01T12:00:60Z": None,
    "2025-02-29T12:00:00Z": None,
    "2025-1-1T12:00:00Z": None,
    "25-01-01T12:00:00Z": None,
    "2025-01-01T12:00:00+19:00": None,
    "2025-01-01T12:00:00 UTC": None,
    "2025-01-01T12:00:00 Europe/Berlin": None,
    "2025-01-01t12:00:00z": None,
    " 2025-01-01T12:00:00Z": None,
    "T12:00:00Z": None,
    "1735732800": None,
    "1735732800000.0": None,
    "now": None,
    "epoch": None,
}


def test_that_times_are_read_as_the_table_says(lake) -> None:
    records = _records(*(dumps({**EVENT, "ts": text}) for text in TIMES))
    noon = NOON_MS * 1000
    rows = _parsed(lake, records)
    found = {
        text: None if row["reason"] else row["ts"] - noon
        for text, row in zip(TIMES, rows, strict=True)
    }
    assert found == TIMES
    assert {row["reason"] for row in rows} == {None, "bad_timestamp"}
    _assert_equal_to_the_oracle(lake, records)


def test_that_numbers_of_milliseconds_are_read_whatever_their_size(lake) -> None:
    values = [0, 1, -1, 12345, 999_999_999, 1_735_732_800, NOON_MS, -86_400_000]
    records = _records(*(dumps({**EVENT, "ts": ms}) for ms in values))
    assert [row["ts"] for row in _parsed(lake, records)] == [ms * 1000 for ms in values]
    assert all(row["reason"] is None for row in _parsed(lake, records))


@pytest.mark.parametrize(
    "ts",
    [
        "2025-01-01T12:00:00Z\n",
        "1735732800000\n",
        "+1735732800",
        "-1735732800",
        "100000000000000",
        "0000-01-01T00:00:00Z",
        -100_000_000_000_000,
        "0001-01-01T00:00:00Z",
    ],
)
def test_that_a_rare_time_is_judged_as_by_the_oracle(lake, ts) -> None:
    _assert_equal_to_the_oracle(lake, _records(dumps({**EVENT, "ts": ts})))


def test_that_exactly_five_minutes_ahead_is_not_the_future(lake) -> None:
    ahead = NOON_MS + 5 * 60_000
    rows = _parsed(lake, _records(dumps({**EVENT, "ts": ahead}), dumps({**EVENT, "ts": ahead + 1})))
    assert [row["reason"] for row in rows] == [None, "in_future"]


@pytest.mark.parametrize(
    "value",
    [
        b'%s]',
        b'%s],[',
        b'%s],[%s',
        b'%s] and more',
        b'],%s,[',
        b'%s,',
        b',%s',
        b'%s,%s',
        b'%s//',
        b'/* */%s',
        b'\xef\xbb\xbf%s',
        b'%s\x00',
    ],
)  # fmt: skip
def test_that_text_around_an_object_is_no_json(lake, value: bytes) -> None:
    whole = value.replace(b"%s", dumps(EVENT))
    _assert_equal_to_the_oracle(lake, _records(whole))
    assert _parsed(lake, _records(whole))[0]["reason"] == "not_json"


@pytest.mark.parametrize(
    "field",
    [
        b'"a":01',
        b'"a":+1',
        b'"a":.5',
        b'"a":1.',
        b'"a":0x1',
        b'"a":"\t"',
        b'"a":"\\x"',
        b"\"a\":'b'",
        b'"a":[1,]',
        b'"a":tru',
        b'"a"',
        b'"a":"\\ud83d\\ude00"',
        b'"a":""',
        b'"":1',
        b'"a b.c`d":1',
        b'"a":{"b":{"c":[{}]}}',
    ],
)
def test_that_the_letter_of_json_is_kept(lake, field: bytes) -> None:
    _assert_equal_to_the_oracle(lake, _records(dumps(EVENT)[:-1] + b"," + field + b"}"))


@pytest.mark.parametrize(
    "field",
    [
        b'"session_id":123456789012345678901234567890',
        b'"session_id":1.0',
        b'"price":1e400',
        b'"price":"1e400"',
        b'"price":"1.5d"',
        b'"price":"\\t7"',
        b'"price":"NaN"',
        b'"price":"Infinity"',
        b'"price":""',
        b'"price":".5"',
        b'"price":"5."',
        b'"quantity":"1e1"',
        b'"quantity":2147483648',
        b'"quantity":2147483647',
        b'"quantity":""',
        b'"quantity":true',
        b'"country":"\xc3\x9f"',
        b'"country":" "',
        b'"discount":1e-400',
        b'"referrer":"{not json"',
        b'"referrer":"[1]"',
        b'"referrer":"{}"',
        b'"campaign":"\\u0000"',
    ],
)
def test_that_an_odd_value_is_typed_as_by_the_oracle(lake, field: bytes) -> None:
    for event in (EVENT, {**EVENT, "event_type": "search"}):
        _assert_equal_to_the_oracle(lake, _records(dumps(event)[:-1] + b"," + field + b"}"))


def test_that_a_number_in_a_text_field_is_spelt_as_spark_spells_it(lake) -> None:
    """The oracle keeps the JSON text; Spark's reader knows only the value of a broken number."""
    spelt = {"1.50": "1.5", "1e2": "100.0", "-0": "0", "7": "7"}
    records = _records(*(dumps(EVENT)[:-1] + b',"ua":%s}' % n.encode() for n in spelt))
    assert [row["ua"] for row in _parsed(lake, records)] == list(spelt.values())


def test_that_numbers_beyond_a_double_stop_nothing(lake) -> None:
    fields = (b'"a":1e400', b'"quantity":1e400', b'"a":[-1e999]')
    rows = _parsed(lake, _records(*(dumps(EVENT)[:-1] + b"," + f + b"}" for f in fields)))
    assert [row["reason"] is None for row in rows] == [True, False, True]
    assert json.loads(rows[0]["extra"])["a"]


def test_that_a_name_given_twice_stops_nothing(lake) -> None:
    """Which of the two counts is left open by JSON."""
    fields = (b'"user_id":"bob"', b'"a":1,"a":2', b'"b":{"c":1,"c":2}', b'"ts":5')
    rows = _parsed(lake, _records(*(dumps(EVENT)[:-1] + b"," + f + b"}" for f in fields)))
    assert {row["reason"] for row in rows} <= {None, "not_json"}


def test_that_deep_and_long_values_stop_nothing(lake) -> None:
    deep = b'"a":' + b"[" * 3000 + b"]" * 3000
    number = b'"a":' + b"9" * 5000
    name = b'"' + b"n" * 70_000 + b'":1'
    records = _records(*(dumps(EVENT)[:-1] + b"," + f + b"}" for f in (deep, number, name)))
    rows = _parsed(lake, records)
    assert {row["reason"] for row in rows} <= {None, "not_json"}
    assert all(row["event_id"] == "e" for row in rows if row["reason"] is None)


def test_that_extra_fields_keep_their_json_types(lake) -> None:
    extra: Event = {
        "whole": 1, "broken": 1.5, "big": 12345678901234567890, "yes": True, "no": None,
        "text": "1", "list": [1, "1", False, None, {"a": 0.1}], "object": {"deep": {"er": []}},
        "Ünï": "✓ \"q\" \\ / \n", "empty": "", "date": "2025-01-01", "negative": -0.5,
    }  # fmt: skip
    (row,) = _parsed(lake, _records(dumps({**EVENT, **extra})))
    assert marked(json.loads(row["extra"])) == marked(extra)


def test_that_an_event_without_other_fields_has_no_extra(lake) -> None:
    nulls = dict.fromkeys(("session_id", "price", "quantity", "currency", "ua"))
    rows = _parsed(lake, _records(dumps(EVENT), dumps({**EVENT, **nulls})))
    assert [row["extra"] for row in rows] == [None, None]


def test_that_the_key_of_an_event_is_its_ids_alone(lake) -> None:
    other = {**BOUGHT, "ts": NOON_MS - 5, "user_id": "bob"}
    rows = _parsed(lake, _records(dumps(EVENT), dumps(other), dumps({**EVENT, "event_id": "f"})))
    keys = [row["event_key"] for row in rows]
    assert keys[0] == keys[1] != keys[2]


def test_that_an_amount_is_in_dollars_and_only_for_what_is_worth_something(lake) -> None:
    bought = {**BOUGHT, "quantity": "2", "discount": 0.25}
    rows = _parsed(lake, _records(dumps(bought), dumps({**bought, "event_type": "search"})))
    rate = lake.pack.currencies["EUR"]
    assert (rows[0]["amount_usd"], rows[0]["usd_rate"]) == (10.0 * 2 * (1 - 0.25) * rate, rate)
    assert (rows[1]["amount_usd"], rows[1]["usd_rate"]) == (None, None)


@pytest.mark.parametrize("value", [b"\xff\xfe{}", b'{"a":"\xc3"}', b"\x80", b"ok", b"", None])
def test_that_bronze_gives_back_every_byte(lake, value: bytes | None) -> None:
    parsed = parse(lake.frame(_records(value)), lake.pack)
    bronze: DataFrame = bronze_rows(parsed, "t", 0)
    (row,) = bronze.collect()
    valid = value is None or _is_utf8(value)
    assert (row["raw_base64"] is None) == valid
    if not valid and value is not None:
        assert base64.b64decode(row["raw_base64"]) == value
        assert "\ufffd" in row["raw"]
    (again,) = bronze.selectExpr(*FROM_BRONZE).collect()
    assert again["value"] == (None if value is None else bytearray(value))


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_that_bronze_says_when_it_was_written(lake) -> None:
    parsed = parse(lake.frame(_records(b"x")), lake.pack)
    (row,) = bronze_rows(parsed, "t", NOON_MS * 1000).collect()
    assert row["ingest_date"] == datetime(2025, 1, 1, tzinfo=UTC).date()
