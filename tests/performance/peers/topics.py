"""Topics of the bench on the product's own broker: made, filled, read back."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from engine.contracts.job import GeneratorConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.domain.find import find_pack
from engine.paths import resources_dir
from tests.e2e.lakehouse import CHECKOUT, Lakehouse
from tests.e2e.topic import bounds, client
from tests.performance.peers.programs.job import parse

SEED = 20_240_229
"""The same shop and visits for everybody; times and ids are those of the moment they are sent."""
PARTITIONS = 3
SILENCE_S = 60.0

Times = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Topic:
    """A topic with what is needed to write to it and to read it."""

    kafka: dict[str, Any]
    """As ``endpoints --json`` tells it, with this topic's name."""
    pack: PackSpec

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.kafka["topic"])

    @property
    def endpoint(self) -> KafkaEndpoint:
        """For the generator, and for librdkafka's settings."""
        return KafkaEndpoint.model_validate(self.kafka)

    def ends(self) -> dict[int, int]:
        """First offset that is not there yet, by partition."""
        return {p: high for p, (_, high) in bounds(self.kafka).items()}

    @contextmanager
    def sending(
        self,
        rate: float,
        *,
        seconds: float | None = None,
        count: int | None = None,
        duplicates: float = 0.0,
        late: float = 0.0,
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process that sends; at the end it is waited for, and all it sent was acknowledged."""
        config = GeneratorConfig(
            kafka=self.endpoint,
            pack=self.pack,
            rate=rate,
            seed=SEED,
            bad=0.0,
            duplicates=duplicates,
            late=late,
            seconds=seconds,
            count=count,
        )
        with private_file(config.model_dump_json()) as file:
            command = [sys.executable, "-m", "tests.performance.peers.send", str(file)]
            process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL)
            try:
                yield process
                assert process.wait(1800) == 0, "Not every event was acknowledged."
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def send(self, rate: float, **options: Any) -> None:
        """Sends and waits until it is done."""
        with self.sending(rate, **options):
            pass

    def records(self, since: dict[int, int]) -> Iterator[Message]:
        """Everything from these offsets to the present end."""
        left = {p: end for p, end in self.ends().items() if end > since.get(p, 0)}
        conf = {**client(self.kafka), "group.id": "bench-reader", "enable.auto.commit": False}
        consumer = Consumer(conf)
        try:
            consumer.assign([TopicPartition(self.name, p, since.get(p, 0)) for p in left])
            silent = time.monotonic() + SILENCE_S
            while left:
                messages = consumer.consume(10_000, 0.5)
                if messages:
                    silent = time.monotonic() + SILENCE_S
                assert time.monotonic() < silent, f"The broker gave no more of {self.name}: {left}."
                for message in messages:
                    assert message.error() is None, message.error()
                    yield message
                    partition = message.partition()
                    if (message.offset() or 0) + 1 >= left.get(partition or 0, 1 << 62):
                        del left[partition or 0]
        finally:
            consumer.close()

    def arrivals(self, since: dict[int, int]) -> Times:
        """Broker time of each record, in order, seconds since 1970."""
        stamps = [message.timestamp()[1] / 1000 for message in self.records(since)]
        return np.sort(np.array(stamps, dtype=np.float64))

    def events(self, since: dict[int, int]) -> dict[str, datetime]:
        """Event time by event id: what a perfect gold counts."""
        found: dict[str, datetime] = {}
        for message in self.records(since):
            event = parse(message.value() or b"")
            assert event is not None, "The bench sends no faulty events."
            found.setdefault(event["event_id"], event["ts"])
        return found


@contextmanager
def private_file(text: str) -> Iterator[Path]:
    """A file that only we can read, for as long as the block lasts."""
    handle, name = tempfile.mkstemp(prefix="rt-bench-", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        yield Path(name)
    finally:
        Path(name).unlink()


def own_topic(house: Lakehouse) -> Topic:
    """The product's."""
    kafka = house.endpoints()["kafka"]
    return Topic(kafka, find_pack("ecommerce", house.root, resources_dir()).spec)


def new_topic(house: Lakehouse, name: str) -> Topic:
    """One more on the same broker, with as many partitions."""
    mine = own_topic(house)
    admin = AdminClient(client(mine.kafka))
    made = admin.create_topics([NewTopic(name, PARTITIONS, 1)], request_timeout=30)
    made[name].result(30)
    return Topic({**mine.kafka, "topic": name}, mine.pack)
