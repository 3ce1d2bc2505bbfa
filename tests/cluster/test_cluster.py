"""The same job on a Spark cluster gives the same tables, and lost workers cost nothing."""

from __future__ import annotations

import time

import pytest

from engine.contracts.names import Table
from tests.cluster.conftest import MakeLakehouse
from tests.cluster.kafka import OtherKafka
from tests.cluster.standalone import Standalone
from tests.e2e import compare
from tests.e2e.lakehouse import until
from tests.e2e.topic import Feeder, lasting, read_all
from tests.oracle.make_events import make_events

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

EVENTS = 60_000


def test_that_workers_killed_in_mid_stream_cost_nothing(
    cluster: Standalone, kafka: OtherKafka, make_lakehouse: MakeLakehouse
) -> None:
    first, second = cluster.add_worker(), cluster.add_worker()
    house = make_lakehouse(
        {
            **kafka.settings(),
            "SPARK_MASTER": cluster.url,
            "SPARK_PROPERTIES_FILE": str(cluster.properties()),
        }
    )
    ready = house.start()
    print(f"ready on the cluster after {ready['seconds']} s", flush=True)
    assert house.service("pipeline")["provider"] == "cluster"
    events = lasting(make_events(EVENTS, 1, int(time.time() * 1000)))
    feeder = Feeder(rate=1_000.0)
    try:
        feeder.connect(kafka.client())
        feeder.feed(events[:1])
        feeder.wait()
        feeder.feed(events[1:])
        until(lambda: compare.count(house, Table.SILVER) > 2_000, 120, "silver grows")
        restarts = house.service("pipeline")["restarts"]
        first.kill()
        before = compare.count(house, Table.BRONZE)
        until(lambda: compare.count(house, Table.BRONZE) > before, 120, "it goes on with one")
        second.kill()
        house.wait_state("pipeline", "DEGRADED")
        assert "no executor" in house.service("pipeline")["detail"]
        cluster.add_worker()
        house.wait_state("pipeline", "READY")
        feeder.rate = 20_000.0
        feeder.wait()
    finally:
        feeder.close()
    compare.wait_drained(house, kafka.client())
    assert house.service("pipeline")["restarts"] == restarts, "the pipeline was started again"
    records = read_all(kafka.client())
    expected = compare.assert_equal_to_oracle(house, records)
    assert house.stop() == 0
    print(
        f"equal: {len(records):,} records on {len({r.partition for r in records})} partitions, "
        f"{len(expected.silver):,} in silver, {len(expected.quarantine):,} in quarantine"
    )
