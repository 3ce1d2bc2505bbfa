"""The topic: where it begins and ends, and what of it we have not read."""

from __future__ import annotations

from confluent_kafka import Consumer, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from engine.contracts.kafka import KafkaEndpoint
from pipelines.batch import Offsets
from pipelines.errors import SourceError

_TIMEOUT_S = 10.0


class Topic:
    """A small client beside Spark's own, for offsets only; it never joins a group."""

    def __init__(self, endpoint: KafkaEndpoint) -> None:
        self._name = endpoint.topic
        self._conf: dict[str, str | int | float | bool] = {**endpoint.librdkafka()}
        group = {"group.id": "rt-lakehouse-offsets", "enable.auto.commit": False}
        self._consumer = Consumer({**self._conf, **group})

    def describe(self) -> tuple[str, list[int]]:
        """Id of the topic and its partitions.

        Raises:
            SourceError: no answer, no access, or no such topic.
        """
        try:
            admin = AdminClient(self._conf)
            names = TopicCollection([self._name])
            found = admin.describe_topics(names, request_timeout=_TIMEOUT_S)[self._name].result()
        except KafkaException as error:
            raise SourceError(
                f"The topic {self._name} cannot be read: {error.args[0].str()}. Check that the "
                "broker runs and that user and password are right."
            ) from error
        return str(found.topic_id), sorted(p.id for p in found.partitions)

    def bounds(self, partitions: list[int]) -> tuple[Offsets, Offsets]:
        """First offset still there and first offset not yet written, by partition."""
        low, high = {}, {}
        try:
            for p in partitions:
                at = TopicPartition(self._name, p)
                low[p], high[p] = self._consumer.get_watermark_offsets(at, timeout=_TIMEOUT_S)
        except KafkaException as error:
            raise SourceError(
                f"The broker did not tell the offsets of {self._name}: {error.args[0].str()}."
            ) from error
        return low, high

    def close(self) -> None:
        """Ends the client's threads."""
        self._consumer.close()
