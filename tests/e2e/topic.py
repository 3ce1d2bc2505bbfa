"""A producer that outlives every restart of the broker, and a reader of the whole topic."""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from tests.e2e.lakehouse import until
from tests.oracle import KafkaRecord
from tests.oracle.make_events import MadeEvent

IN_FLIGHT = 5_000
BIGGEST = 4 * 1024 * 1024
"""The tests' largest records are a little above 1 MiB."""


def lasting(events: Iterable[MadeEvent]) -> list[MadeEvent]:
    """Without those that are in the future for minutes only: a slow machine would catch up."""
    this_year = f'"ts":"{time.gmtime().tm_year}-'.encode()
    return [e for e in events if not (e.expected == "in_future" and this_year in e.value)]


def client(kafka: dict[str, Any]) -> dict[str, Any]:
    """librdkafka's settings from ``endpoints --json``."""
    conf: dict[str, Any] = {
        "bootstrap.servers": kafka["bootstrap_servers"],
        "security.protocol": kafka["security_protocol"],
        "log_level": 2,
        "reconnect.backoff.max.ms": 500,
    }
    if kafka["sasl_mechanism"]:
        conf["sasl.mechanism"] = kafka["sasl_mechanism"]
        conf["sasl.username"] = kafka["username"]
        conf["sasl.password"] = kafka["password"]
    return conf


class Feeder:
    """Sends events in the background, in order, at a rate; each until it is acknowledged.

    ``acknowledged`` holds (partition, offset, value) of each record that the broker confirmed.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        """Events a second; may be changed at any time."""
        self._waiting: deque[MadeEvent] = deque()
        self._flying: dict[int, MadeEvent] = {}
        self._numbers = 0
        self._kafka: dict[str, Any] | None = None
        self._fresh = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged: list[tuple[int, int, bytes]] = []
        self.failures: list[str] = []

    def connect(self, kafka: dict[str, Any]) -> None:
        """To this broker from now on; what the last one did not confirm is sent again."""
        self._kafka = kafka
        self._fresh.set()
        if not self._thread.is_alive():
            self._thread.start()

    def feed(self, events: Iterable[MadeEvent]) -> None:
        """Queues events."""
        self._waiting.extend(events)

    def left(self) -> int:
        """Events that are not acknowledged yet."""
        return len(self._waiting) + len(self._flying)

    def wait(self, seconds: float = 300.0) -> None:
        """Until everything is acknowledged."""
        until(lambda: not self.left() or self.failures, seconds, "all events are acknowledged")
        assert not self.failures, self.failures

    def close(self) -> None:
        """Ends the thread."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        producer: Producer | None = None
        due, last = 0.0, time.monotonic()
        while not self._ending.is_set():
            if self._fresh.is_set():
                self._fresh.clear()
                producer = self._reconnect(producer)
            assert producer is not None
            now = time.monotonic()
            due = min(due + (now - last) * self.rate, 2_000.0)
            last = now
            while due >= 1 and self._waiting and len(self._flying) < IN_FLIGHT:
                self._send(producer, self._waiting.popleft())
                due -= 1
            producer.poll(0.005)
        if producer is not None:
            producer.purge()

    def _reconnect(self, old: Producer | None) -> Producer:
        if old is not None:
            old.purge()
            old.flush(5)
        assert self._kafka is not None
        conf = {
            **client(self._kafka),
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 20,
            "message.max.bytes": BIGGEST,
            "delivery.timeout.ms": 600_000,
            "error_cb": self._heard,
        }
        return Producer(conf)

    def _heard(self, error: KafkaError) -> None:
        if error.fatal():
            self.failures.append(error.str())

    def _send(self, producer: Producer, event: MadeEvent) -> None:
        number = self._numbers = self._numbers + 1
        self._flying[number] = event

        def told(error: KafkaError | None, message: Message) -> None:
            made = self._flying.pop(number)
            if error is not None:
                self._waiting.append(made)
            else:
                place = int(message.partition() or 0), int(message.offset() or 0)
                self.acknowledged.append((*place, made.value))

        topic = (self._kafka or {})["topic"]
        producer.produce(topic, value=event.value, key=event.key, on_delivery=told)


def bounds(kafka: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """First offset and end offset by partition."""
    consumer = _consumer(kafka)
    try:
        return _bounds(consumer, kafka["topic"])
    finally:
        consumer.close()


def read_all(kafka: dict[str, Any]) -> list[KafkaRecord]:
    """Every record of the topic as it stands there."""
    consumer = _consumer(kafka)
    try:
        topic = kafka["topic"]
        ends = {p: high for p, (low, high) in _bounds(consumer, topic).items() if high > low}
        consumer.assign([TopicPartition(topic, p, 0) for p in ends])
        records: list[KafkaRecord] = []
        silent = time.monotonic() + 60
        while ends:
            assert time.monotonic() < silent, f"The broker gave nothing more; wanted: {ends}"
            for message in consumer.consume(5_000, timeout=0.5):
                silent = time.monotonic() + 60
                assert message.error() is None, message.error()
                record = _record(message)
                records.append(record)
                if record.offset + 1 >= ends.get(record.partition, 1 << 62):
                    del ends[record.partition]
        return records
    finally:
        consumer.close()


def _record(message: Message) -> KafkaRecord:
    partition, offset = message.partition(), message.offset()
    assert partition is not None
    assert offset is not None
    return KafkaRecord(partition, offset, message.timestamp()[1], message.key(), message.value())


def _consumer(kafka: dict[str, Any]) -> Consumer:
    conf = {
        **client(kafka),
        "group.id": f"oracle-{uuid.uuid4().hex}",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.message.max.bytes": BIGGEST,
    }
    return Consumer(conf)


def _bounds(consumer: Consumer, topic: str) -> dict[int, tuple[int, int]]:
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    return {
        p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30) for p in partitions
    }
