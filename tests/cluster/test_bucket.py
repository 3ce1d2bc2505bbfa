"""The lake in a bucket: written by Spark and delta-rs, read by the program and by outsiders."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import pytest

from engine.contracts.names import Table
from engine.provision.jars import s3_jars
from tests.cluster.bucket import S3Server
from tests.cluster.conftest import MakeLakehouse
from tests.cluster.kafka import OtherKafka
from tests.cluster.standalone import Standalone
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.e2e.topic import Feeder, lasting, read_all
from tests.oracle.make_events import make_events

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

EVENTS = 20_000


@pytest.fixture(autouse=True)
def _jars() -> None:
    if not s3_jars():
        pytest.skip("Spark's jars for a bucket are not here: run `rt-lakehouse setup --s3`.")


def _in_bucket(make: MakeLakehouse, bucket: S3Server, settings: Mapping[str, str]) -> Lakehouse:
    house = make({**settings, **bucket.settings(), "DELTA_PATH": bucket.lake})
    house.lake, house.storage = bucket.lake, bucket.settings()
    return house


def test_that_a_cluster_fills_a_bucket_and_a_killed_driver_costs_nothing(
    cluster: Standalone, kafka: OtherKafka, bucket: S3Server, make_lakehouse: MakeLakehouse
) -> None:
    cluster.add_worker()
    settings = {
        **kafka.settings(),
        "SPARK_MASTER": cluster.url,
        "SPARK_PROPERTIES_FILE": str(cluster.properties()),
    }
    house = _in_bucket(make_lakehouse, bucket, settings)
    ready = house.start()
    print(f"ready with a lake in a bucket after {ready['seconds']} s", flush=True)
    events = lasting(make_events(EVENTS, 1, int(time.time() * 1000)))
    feeder = Feeder(rate=800.0)
    try:
        feeder.connect(kafka.client())
        feeder.feed(events[:1])
        feeder.wait()
        feeder.feed(events[1:])
        until(lambda: compare.count(house, Table.SILVER) > 1_000, 120, "silver grows")
        house.kill_service("pipeline", house.driver_pid())
        print("driver killed, back", flush=True)
        feeder.rate = 20_000.0
        feeder.wait()
    finally:
        feeder.close()
    compare.wait_drained(house, kafka.client())
    records = read_all(kafka.client())
    expected = compare.assert_equal_to_oracle(house, records)
    _assert_readable_here(house, len(expected.silver), len(records))
    assert house.stop() == 0
    print(f"equal: {len(records):,} records, {len(expected.silver):,} in silver", flush=True)


def _assert_readable_here(house: Lakehouse, silver: int, records: int) -> None:
    """Through the program's own commands, which read copies of the bucket's files."""
    done = house.cli("sql", "SELECT count(*) AS n FROM silver_events", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == [[silver]]
    report = json.loads(house.cli("status", "--json").stdout)
    assert report["tables"][Table.BRONZE.value]["rows"] == records
    assert house.endpoints()["lake"]["path"] == house.lake
    history = house.cli("history", Table.GOLD_KPIS.value)
    assert "MERGE" in history.stdout, history.stdout + history.stderr
