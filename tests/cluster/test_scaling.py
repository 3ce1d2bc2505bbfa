"""How much faster two workers drain a backlog than one; printed, with a low bar for breakage.

All of it shares one computer, broker and driver included: on two cores the second worker gets what
those leave, and the figure is a floor for real clusters and no promise.
"""

from __future__ import annotations

import os
import time

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from confluent_kafka import Producer

from engine.contracts.names import Table
from tests.cluster.conftest import PARTITIONS, MakeLakehouse
from tests.cluster.kafka import TOPIC, OtherKafka
from tests.cluster.standalone import Standalone
from tests.e2e import compare
from tests.e2e.lakehouse import Lakehouse, until
from tests.e2e.topic import BIGGEST, client
from tests.oracle.make_events import make_events

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1500)]

EVENTS = 300_000
BATCH = 50_000
FLOOR = 0.35
"""Two workers must not be much slower than one (that would be 0.5), even on a busy computer."""


def test_that_a_second_worker_drains_a_backlog_faster(
    cluster: Standalone, kafka: OtherKafka, make_lakehouse: MakeLakehouse
) -> None:
    _fill(kafka)
    settings = {
        **kafka.settings(),
        "SPARK_MASTER": cluster.url,
        "SPARK_PROPERTIES_FILE": str(cluster.properties()),
        "SPARK_MAX_BATCH": str(BATCH),
    }
    rates = []
    for workers in (1, 2):
        cluster.add_worker()
        house = make_lakehouse(settings)
        house.start()
        rates.append(_drain(house))
        sizes = {t.value: f"{_bytes_a_row(house, t):.0f}" for t in (Table.BRONZE, Table.SILVER)}
        assert house.stop() == 0
        print(f"{workers} worker(s): {rates[-1]:,.0f} events/s, bytes a row {sizes}", flush=True)
    efficiency = rates[1] / (2 * rates[0])
    load = os.getloadavg()[0]
    print(
        f"scaling efficiency from 1 to 2 workers: {efficiency:.2f}, on {os.cpu_count()} cores that "
        f"driver and broker share (load {load:.1f})",
        flush=True,
    )
    assert efficiency > FLOOR


def _fill(kafka: OtherKafka) -> None:
    more = {"linger.ms": 50, "acks": "all", "message.max.bytes": BIGGEST}
    producer = Producer({**client(kafka.client()), **more})
    for event in make_events(EVENTS, 1, int(time.time() * 1000)):
        while True:
            try:
                producer.produce(TOPIC, value=event.value, key=event.key)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    assert producer.flush(120) == 0
    assert PARTITIONS >= 6


def _drain(house: Lakehouse) -> float:
    """Events a second over the batches after the first, which still loads classes."""
    until(lambda: compare.count(house, Table.BRONZE) >= EVENTS, 600, "the backlog is drained")
    until(lambda: house.status()["pipeline"]["kafka_lag"] == 0, 60, "the lag is 0")
    columns = "epoch_us(started_at)::BIGINT AS us, duration_ms, input_rows, batch_id"
    rows = sorted(compare.read(house, Table.METRICS, columns), key=lambda row: row["batch_id"])[1:]
    began = rows[0]["us"] / 1e6
    ended = rows[-1]["us"] / 1e6 + rows[-1]["duration_ms"] / 1e3
    return float(sum(row["input_rows"] for row in rows) / (ended - began))


def _bytes_a_row(house: Lakehouse, table: Table) -> float:
    actions = pa.table(compare.open_table(house, table).get_add_actions(flatten=True))
    size, rows = (pc.sum(actions.column(name)).as_py() for name in ("size_bytes", "num_records"))
    return float(size / rows)
