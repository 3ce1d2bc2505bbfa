"""Reads the topic from given offsets on; joins no group and commits nothing."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from engine.contracts.kafka import KafkaEndpoint
from engine.tally.chunk import Taken
from engine.tally.errors import RecordsGone
from engine.topic.errors import TopicUnavailable
from engine.topic.read import Reader

MOST_AT_ONCE = 5_000
HANDSHAKE_S = 10.0
_GONE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE)


class Feed:
    """One consumer; ``positions`` are the next offsets, by partition."""

    def __init__(self, endpoint: KafkaEndpoint, reader: Reader) -> None:
        self._topic = endpoint.topic
        self._reader = reader
        self._last_error = ""
        self.positions: dict[int, int] = {}
        self._consumer = Consumer(
            {
                **endpoint.librdkafka(),
                "group.id": "rt-lakehouse-tally",  # demanded, never sent: no subscribe, no commit
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "isolation.level": "read_uncommitted",  # as the stream sees the topic
                # The broker answers when there is something worth a reply: ten times a second at
                # most, which costs a tenth of asking for every record.
                "fetch.min.bytes": 65_536,
                "fetch.wait.max.ms": 100,
                "queued.max.messages.kbytes": 16 << 10,
                "log_level": 0,
                "error_cb": self._remember,
            }
        )

    def handshake(self) -> int:
        """Number of the topic's partitions. Raises TopicUnavailable."""
        try:
            topic = self._consumer.list_topics(self._topic, timeout=HANDSHAKE_S).topics[self._topic]
        except KafkaException as error:
            raise self._unavailable(error.args[0].str()) from None
        if topic.error is not None:
            raise self._unavailable(topic.error.str())
        return len(topic.partitions)

    def go_to(self, offsets: Mapping[int, int]) -> None:
        """Reads from these offsets on."""
        self.positions = dict(offsets)
        places = [TopicPartition(self._topic, p, offset) for p, offset in offsets.items()]
        self._consumer.assign(places)

    def read(self, wait_s: float) -> list[Taken]:
        """What came, waiting at most so long for the first. Raises RecordsGone."""
        first = self._consumer.poll(wait_s)
        if first is None:
            return []
        messages = [first, *self._consumer.consume(MOST_AT_ONCE, timeout=0)]
        return [taken for message in messages if (taken := self._take(message)) is not None]

    def reached(self, offsets: Mapping[int, int]) -> bool:
        """Whether every record before these offsets was read."""
        return all(self.positions.get(p, 0) >= offset for p, offset in offsets.items())

    def close(self) -> None:
        """Ends the connection."""
        self._consumer.close()

    def _take(self, message: Message) -> Taken | None:
        error = message.error()
        partition, offset = message.partition(), message.offset()
        if error is not None:
            if error.code() == KafkaError._PARTITION_EOF:
                assert partition is not None
                assert offset is not None
                self.positions[partition] = max(self.positions.get(partition, 0), offset)
                return None
            if error.code() in _GONE:
                raise RecordsGone(
                    "The broker no longer has the records to go on with.",
                    "The count begins anew with the next micro-batch.",
                )
            self._last_error = error.str()
            return None
        assert partition is not None
        assert offset is not None
        self.positions[partition] = offset + 1
        arrived = message.timestamp()[1]
        return Taken(partition, offset, arrived, self._reader.read(message.value(), arrived))

    def _remember(self, error: KafkaError) -> None:
        self._last_error = error.str()

    def _unavailable(self, reason: str) -> TopicUnavailable:
        return TopicUnavailable(
            f"The topic {self._topic} cannot be read: {self._last_error or reason}.",
            "See on the Services page whether the broker is ready.",
        )
