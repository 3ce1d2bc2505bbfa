"""Twenty kills at random moments under load; run by ``make chaos``."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.e2e.topic import Feeder, lasting, read_all
from tests.oracle.make_events import MadeEvent, make_events

pytestmark = [pytest.mark.e2e, pytest.mark.chaos, pytest.mark.timeout(3_600)]

KILLS = 20
RATE = 500.0
LOT = 10_000
VICTIMS = ("driver", "pipeline", "broker", "supervisor")


def _seed() -> int:
    return int(os.environ.get("RTLAKEHOUSE_CHAOS_SEED", time.time_ns() % 1_000_000))


def _kill(lakehouse: Lakehouse, victim: str) -> None:
    """SIGKILL; only the supervisor's death is waited for."""
    if victim == "supervisor":
        lakehouse.kill_supervisor()
        return
    pid = None if victim == "driver" else lakehouse.service(victim)["pid"]
    if victim == "driver" and (lakehouse.paths.run / "driver.pid").exists():
        pid = lakehouse.driver_pid()
    if pid:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            print(f"{victim} was not there", flush=True)


def _lots(seed: int, now_ms: int) -> Iterator[list[MadeEvent]]:
    """Lots of events, each with some repeats of the one before."""
    before: list[MadeEvent] = []
    for number in itertools.count():
        lot = lasting(make_events(LOT, seed * 1_000 + number, now_ms))
        yield lot + before[::20]
        before = [event for event in lot if event.expected in ("valid", "late")]


def _all_ready(lakehouse: Lakehouse) -> bool:
    return bool(lakehouse.status()["state"] == "READY")


def test_that_twenty_random_kills_lose_and_double_nothing(lakehouse: Lakehouse) -> None:
    seed = _seed()
    print(f"RTLAKEHOUSE_CHAOS_SEED={seed}", flush=True)
    rng = random.Random(seed)
    feeder = Feeder(RATE)
    lakehouse.start()
    lots = _lots(seed, int(time.time() * 1000))
    anchor, *rest = next(lots)
    feeder.connect(lakehouse.endpoints()["kafka"])
    feeder.feed([anchor])
    feeder.wait()
    feeder.feed(rest)
    for number in range(KILLS):
        time.sleep(rng.uniform(0.2, 8.0))
        victim = rng.choice(VICTIMS)
        if feeder.left() < LOT:
            feeder.feed(next(lots))
        _kill(lakehouse, victim)
        print(f"kill {number + 1}: {victim}, {feeder.left():,} events to send", flush=True)
        if victim == "supervisor":
            lakehouse.start()
            feeder.connect(lakehouse.endpoints()["kafka"])
        elif rng.random() < 0.6:  # else the next kill may hit it while it starts
            until(lambda: _all_ready(lakehouse), 300, "everything is READY again")
    until(lambda: _all_ready(lakehouse), 300, "everything is READY again")
    feeder.rate = 5_000
    feeder.wait()
    kafka = lakehouse.endpoints()["kafka"]
    compare.wait_drained(lakehouse, kafka)
    records = read_all(kafka)
    stands = {record.place: record.value for record in records}
    lost = [(p, o) for p, o, value in feeder.acknowledged if stands.get((p, o)) != value]
    assert not lost, f"{len(lost)} acknowledged records are not in the topic: {lost[:5]}"
    feeder.close()
    assert lakehouse.stop() == 0
    compare.assert_equal_to_oracle(lakehouse, records)
    print(f"equal: {len(records):,} records after {KILLS} kills", flush=True)
