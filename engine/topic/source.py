"""The few things that browsing needs of a Kafka client, and the client that gives them.

``Source`` is the thin interface: the paging logic is tested over one in memory. ``KafkaSource``
reads with ``assign`` alone; the group id that librdkafka insists on is never used with the broker.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from confluent_kafka import (
    TIMESTAMP_LOG_APPEND_TIME,
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from engine.contracts.kafka import KafkaEndpoint
from engine.topic.errors import SlowBroker, TopicUnavailable

METADATA_S = 5.0
READ_S = 15.0
"""How long one read may take before the broker counts as too slow."""

Ranges = Mapping[int, tuple[int, int]]
"""Partition → offsets from … up to, the end not included."""


class Record(NamedTuple):
    """A message as it stands in the topic. ``time_ms`` is None where the broker keeps no times."""

    partition: int
    offset: int
    time_ms: int | None
    appended: bool
    """Whether the time is the broker's (arrival) or the producer's own."""
    key: bytes | None
    value: bytes | None
    """Its first bytes only, where the reader asked for no more."""
    size: int | None
    """Bytes of the whole value; None for a null."""
    headers: tuple[tuple[str, bytes | None], ...] = ()


class Bounds(NamedTuple):
    """First offset that is still stored, and the one that comes next."""

    low: int
    high: int


class Source(Protocol):
    """Reads one topic; used from one thread at a time. All methods may raise a LakehouseError."""

    def bounds(self) -> dict[int, Bounds]:
        """Each partition's watermarks."""
        ...

    def offsets_at(self, time_ms: int) -> dict[int, int]:
        """First offset at or after the time, for each partition; its high watermark if none."""
        ...

    def read(self, ranges: Ranges, keep: int | None = None) -> dict[int, list[Record]]:
        """All records of the ranges, by offset; fewer where offsets have no record.

        ``keep`` is how many bytes of each value are wanted; None is all.
        """
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class KafkaSource:
    """A Source over confluent-kafka; connects at its first question."""

    def __init__(self, endpoint: KafkaEndpoint, extra: Mapping[str, Any] | None = None) -> None:
        self._endpoint = endpoint
        self._topic = endpoint.topic
        self._last_error = ""
        self._keep: int | None = None
        self._consumer = Consumer(
            {
                **endpoint.librdkafka(),
                "group.id": "rt-lakehouse-browser",  # demanded, never sent: no subscribe, no commit
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",  # what expired meanwhile is simply not there
                "isolation.level": "read_uncommitted",  # as the stream sees the topic
                "queued.max.messages.kbytes": 16 << 10,
                "fetch.wait.max.ms": 50,
                "reconnect.backoff.ms": 50,
                "reconnect.backoff.max.ms": 500,
                "log_level": 0,
                "error_cb": self._remember,
                **(extra or {}),
            }
        )

    def bounds(self) -> dict[int, Bounds]:
        """See Source."""
        return {p: self._watermarks(p) for p in self._partitions()}

    def offsets_at(self, time_ms: int) -> dict[int, int]:
        """See Source."""
        asked = [TopicPartition(self._topic, p, time_ms) for p in self._partitions()]
        try:
            found = self._consumer.offsets_for_times(asked, timeout=METADATA_S)
        except KafkaException as error:
            raise self._unavailable(error) from None
        return {
            place.partition: place.offset
            if place.offset >= 0
            else self._watermarks(place.partition).high
            for place in found
        }

    def read(self, ranges: Ranges, keep: int | None = None) -> dict[int, list[Record]]:
        """See Source; SlowBroker when a range is not there within READ_S."""
        found: dict[int, list[Record]] = {partition: [] for partition in ranges}
        waiting = {p: stop for p, (start, stop) in ranges.items() if start < stop}
        if not waiting:
            return found
        self._keep = keep
        starts = [TopicPartition(self._topic, p, ranges[p][0]) for p in waiting]
        try:
            self._consumer.assign(starts)
            self._collect(waiting, found)
        except KafkaException as error:
            raise self._unavailable(error) from None
        finally:
            # A paused partition would still be paused in the next read.
            self._consumer.resume(starts)
            self._consumer.unassign()
        return found

    def close(self) -> None:
        """See Source."""
        self._consumer.close()

    def _collect(self, waiting: dict[int, int], found: dict[int, list[Record]]) -> None:
        """Consumes until each partition has reached its stop."""
        deadline = time.monotonic() + READ_S
        while waiting:
            if time.monotonic() > deadline:
                raise SlowBroker(
                    f"The broker did not deliver the messages within {READ_S:g} s.",
                    "Try again, or look at one partition or fewer messages.",
                )
            for message in self._consumer.consume(500, timeout=0.1):
                self._take(message, waiting, found)

    def _take(
        self, message: Message, waiting: dict[int, int], found: dict[int, list[Record]]
    ) -> None:
        error = message.error()
        partition, offset = _whole(message.partition()), _whole(message.offset())
        if error is not None:
            if error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
            waiting.pop(partition, None)
            return
        stop = waiting.get(partition)
        if stop is None:
            return
        if offset < stop:
            found[partition].append(_record(message, partition, offset, self._keep))
        if offset >= stop - 1:
            del waiting[partition]
            self._consumer.pause([TopicPartition(self._topic, partition)])

    def _partitions(self) -> list[int]:
        try:
            topic = self._consumer.list_topics(self._topic, timeout=METADATA_S).topics[self._topic]
        except KafkaException as error:
            self._consumer.poll(0)
            raise self._unavailable(error) from None
        if topic.error is not None:
            raise TopicUnavailable(
                f"The topic {self._topic} cannot be read: {topic.error.str()}.",
                "See on the Services page whether the broker is ready.",
            )
        return sorted(topic.partitions)

    def _watermarks(self, partition: int) -> Bounds:
        place = TopicPartition(self._topic, partition)
        try:
            found = self._consumer.get_watermark_offsets(place, timeout=METADATA_S)
        except KafkaException as error:
            raise self._unavailable(error) from None
        if found is None:
            raise SlowBroker(
                f"The broker did not tell the offsets of partition {partition} in time.",
                "Try again in a moment.",
            )
        return Bounds(*found)

    def _remember(self, error: KafkaError) -> None:
        self._last_error = error.str()

    def _unavailable(self, error: KafkaException) -> TopicUnavailable:
        reason = self._last_error or error.args[0].str()
        return TopicUnavailable(
            f"The topic {self._topic} at {self._endpoint.bootstrap_servers} cannot be read:"
            f" {reason}.",
            "See on the Services page whether the broker is ready.",
        )


def _record(message: Message, partition: int, offset: int, keep: int | None) -> Record:
    kind, time_ms = message.timestamp()
    value = message.value()
    known = kind != TIMESTAMP_NOT_AVAILABLE
    # Typed as a mapping too, which is what a producer may give and a consumer never gets.
    pairs: Any = message.headers() or ()
    headers = tuple((str(name), value) for name, value in pairs)
    return Record(
        partition,
        offset,
        time_ms if known else None,
        kind == TIMESTAMP_LOG_APPEND_TIME,
        message.key(),
        value if keep is None or value is None else value[:keep],
        None if value is None else len(value),
        headers,
    )


def _whole(number: int | None) -> int:
    return -1 if number is None else number
