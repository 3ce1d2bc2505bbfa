"""A record as it stands in Kafka."""

from __future__ import annotations

from typing import NamedTuple


class KafkaRecord(NamedTuple):
    """``kafka_ts`` is the broker's append time in epoch ms; ``value`` None is a tombstone."""

    partition: int
    offset: int
    kafka_ts: int
    key: bytes | None
    value: bytes | None

    @property
    def place(self) -> tuple[int, int]:
        """What identifies it: partition and offset."""
        return self.partition, self.offset

    @property
    def arrival(self) -> tuple[int, int, int]:
        """What orders it among all records."""
        return self.kafka_ts, self.partition, self.offset
