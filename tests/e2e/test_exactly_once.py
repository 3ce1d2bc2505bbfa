"""Whatever is killed, every acknowledged event is in the lake exactly once."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator

import pytest

from engine.contracts.names import Table
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.e2e.topic import Feeder, lasting, read_all
from tests.oracle import KafkaRecord
from tests.oracle.make_events import MadeEvent, make_events

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

MINUTE_MS = 60_000
EVENTS = 101_000
LAST_EVENTS = 6_000
REPEATS = 4_000
SLOW, FAST = 125.0, 5_000.0
"""Events a second: slow enough to last through all restarts on a busy machine, then a flood."""


@pytest.fixture
def feeder() -> Iterator[Feeder]:
    it = Feeder(rate=SLOW)
    yield it
    it.close()


def _assert_none_lost_by_the_broker(feeder: Feeder, records: list[KafkaRecord]) -> None:
    stands = {record.place: record.value for record in records}
    lost = [(p, o) for p, o, value in feeder.acknowledged if stands.get((p, o)) != value]
    assert not lost, f"{len(lost)} acknowledged records are not in the topic: {lost[:5]}"


def _wait_progress(lakehouse: Lakehouse) -> None:
    """Until new records reached bronze: what is killed next is killed in the middle of work."""
    before = compare.count(lakehouse, Table.BRONZE)
    until(lambda: compare.count(lakehouse, Table.BRONZE) > before, 120, "bronze grows")


def _tell(started: float, text: str) -> None:
    print(f"[{time.monotonic() - started:6.1f} s] {text}", flush=True)


def test_that_nothing_is_lost_or_doubled_whatever_is_killed(
    lakehouse: Lakehouse, feeder: Feeder
) -> None:
    began = time.monotonic()
    ready = lakehouse.start()
    _tell(began, f"ready after {ready['seconds']} s")
    kafka = lakehouse.endpoints()["kafka"]
    # Some minutes back, so that the later anchor can lie nearly the watermark's delay ahead of it.
    now_ms = int(time.time() * 1000) - 6 * MINUTE_MS
    first = lasting(make_events(EVENTS - LAST_EVENTS - REPEATS, 1, now_ms))
    feeder.connect(kafka)
    feeder.feed(first[:1])
    feeder.wait()
    sent = time.monotonic()
    until(lambda: compare.count(lakehouse, Table.GOLD_KPIS) > 0, 60, "gold has a row", 0.02)
    _tell(began, f"first event to first row of gold: {time.monotonic() - sent:.2f} s")
    feeder.feed(first[1:])

    _wait_progress(lakehouse)
    lakehouse.kill_service("pipeline", lakehouse.driver_pid())
    _tell(began, f"driver JVM killed, back; {feeder.left():,} events to send")
    _wait_progress(lakehouse)
    lakehouse.kill_service("pipeline", lakehouse.service("pipeline")["pid"])
    _tell(began, f"pipeline killed, back; {feeder.left():,} events to send")
    _wait_progress(lakehouse)
    lakehouse.kill_service("broker", lakehouse.service("broker")["pid"])
    _tell(began, f"broker killed, back; {feeder.left():,} events to send")
    lakehouse.wait_state("pipeline", "READY")
    _wait_progress(lakehouse)
    assert feeder.left() > 1_000, "The events ran out before the supervisor was killed."
    lakehouse.kill_supervisor()
    _tell(began, f"supervisor killed, nobody left; {feeder.left():,} events to send")
    shutil.rmtree(lakehouse.paths.checkpoints)
    ready = lakehouse.start()
    _tell(began, f"ready again after {ready['seconds']} s, without the checkpoint folder")
    kafka = lakehouse.endpoints()["kafka"]
    feeder.rate = FAST
    flood, flooding = feeder.left(), time.monotonic()
    feeder.connect(kafka)
    feeder.wait()
    compare.wait_drained(lakehouse, kafka)
    seconds = time.monotonic() - flooding
    _tell(began, f"{flood:,} events worked off in {seconds:.1f} s: {flood / seconds:,.0f}/s")

    # From here the newest event time is 8 minutes on: most repeats are older than the watermark,
    # those of late events are too late.
    last = lasting(make_events(LAST_EVENTS, 2, now_ms + 8 * MINUTE_MS + MINUTE_MS // 2))
    feeder.feed(last[:1])
    feeder.wait()
    feeder.feed(_repeats(first))
    feeder.feed(last[1:])
    feeder.wait()
    sent = time.monotonic()
    compare.wait_drained(lakehouse, kafka)
    _tell(began, f"repeats and a second lot sent; caught up {time.monotonic() - sent:.1f} s later")

    records = read_all(kafka)
    _assert_none_lost_by_the_broker(feeder, records)
    assert lakehouse.cli("status", "--json").returncode == 0
    report = json.loads(lakehouse.cli("status", "--json").stdout)
    assert report["pipeline"]["kafka_lag"] == 0
    assert report["tables"]["bronze_events"]["rows"] == len(records)
    stopping = time.monotonic()
    assert lakehouse.stop() == 0
    _tell(began, f"orderly stop in {time.monotonic() - stopping:.1f} s")
    expected = compare.assert_equal_to_oracle(lakehouse, records)
    assert len(records) >= 100_000
    assert len(expected.duplicates) > REPEATS / 2
    reasons = {refused.reason.value for refused in expected.quarantine.values()}
    assert len(reasons) == 13, f"reasons not met: {reasons}"
    _tell(
        began,
        f"equal: {len(records):,} records, {len(expected.silver):,} in silver, "
        f"{len(expected.quarantine):,} in quarantine, {len(expected.duplicates):,} repeats, "
        f"{len(expected.kpis)} minutes, {len(expected.segments):,} segments",
    )


def _repeats(events: list[MadeEvent]) -> list[MadeEvent]:
    """Every so many of the events that were accepted: of before the restart, and late ones."""
    accepted = [event for event in events if event.expected in ("valid", "late")]
    return accepted[:: len(accepted) // REPEATS][:REPEATS]
