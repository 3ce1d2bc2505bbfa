"""Who reads the topic, and how far behind: consumer groups, and the pipeline.

The pipeline keeps its position in its tables, not in a consumer group, so it is no group of the
broker's; its lag comes from its own messages (``engine.contracts.protocol.Lag``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException
from confluent_kafka.admin import AdminClient

from engine.contracts.kafka import KafkaEndpoint
from engine.topic.errors import TopicUnavailable
from engine.topic.source import Bounds

ANSWER_S: Final = 5.0
MOST_GROUPS: Final = 100
"""Each group costs two requests."""


@dataclass(frozen=True)
class PartitionInfo:
    """What a partition holds: offsets ``low`` … ``high`` (not included)."""

    partition: int
    low: int
    high: int

    @property
    def messages(self) -> int:
        """Offsets stored; messages that compaction took out count too."""
        return self.high - self.low


@dataclass(frozen=True)
class Reader:
    """A consumer group; ``committed`` and ``lag`` by partition, None where none is committed."""

    name: str
    state: str
    members: int
    committed: Mapping[int, int | None]
    lag: Mapping[int, int | None]

    @property
    def total_lag(self) -> int | None:
        """None where no partition has a committed offset."""
        known = [behind for behind in self.lag.values() if behind is not None]
        return sum(known) if known else None


@dataclass(frozen=True)
class Overview:
    """The topic's partitions and consumer groups; ``left_out`` groups were too many to ask.

    ``problem`` says why the groups are not known; empty where they are.
    """

    partitions: tuple[PartitionInfo, ...]
    groups: tuple[Reader, ...]
    left_out: int = 0
    problem: str = ""

    @property
    def messages(self) -> int:
        """In all partitions."""
        return sum(partition.messages for partition in self.partitions)


@dataclass(frozen=True)
class Group:
    """What the broker says of one group; offsets of our topic only."""

    name: str
    state: str
    members: int
    offsets: Mapping[int, int]


def overview(bounds: Mapping[int, Bounds], groups: Sequence[Group], left_out: int = 0) -> Overview:
    """Groups that have an offset in the topic or members now, the furthest behind first."""
    partitions = tuple(PartitionInfo(p, b.low, b.high) for p, b in sorted(bounds.items()))
    readers = [_reader(group, bounds) for group in groups if group.offsets]
    readers.sort(key=lambda reader: (-(reader.total_lag or 0), reader.name))
    return Overview(partitions, tuple(readers), left_out)


def _reader(group: Group, bounds: Mapping[int, Bounds]) -> Reader:
    committed = {p: group.offsets.get(p) for p in sorted(bounds)}
    lag = {p: None if at is None else max(0, bounds[p].high - at) for p, at in committed.items()}
    return Reader(group.name, group.state, group.members, committed, lag)


class GroupClient:
    """Asks the broker about its groups."""

    def __init__(self, endpoint: KafkaEndpoint) -> None:
        self._topic = endpoint.topic
        self._admin = AdminClient({**endpoint.librdkafka(), "log_level": 0})

    def groups(self) -> tuple[list[Group], int]:
        """Groups of the broker, by name, and how many more there are than MOST_GROUPS."""
        try:
            listed = self._admin.list_consumer_groups(request_timeout=ANSWER_S).result(ANSWER_S)
            names = sorted(group.group_id for group in listed.valid)
            asked = names[:MOST_GROUPS]
            if not asked:
                return [], 0
            described = self._admin.describe_consumer_groups(asked, request_timeout=ANSWER_S)
            offsets = {name: self._ask_offsets(name) for name in asked}
            found = [self._group(name, described[name], offsets[name]) for name in asked]
        except (KafkaException, TimeoutError) as error:
            reason = error.args[0].str() if isinstance(error, KafkaException) else "no answer"
            raise TopicUnavailable(
                f"The broker does not tell its consumer groups: {reason}.",
                "Browsing works without; check that this user may describe groups.",
            ) from None
        return found, len(names) - len(asked)

    def _ask_offsets(self, name: str) -> Future[Any]:
        """One request a group; the broker takes no more at once."""
        asked = [ConsumerGroupTopicPartitions(name)]
        found: dict[str, Future[Any]] = self._admin.list_consumer_group_offsets(
            asked, request_timeout=ANSWER_S
        )
        return found[name]

    def _group(self, name: str, described: Future[Any], offsets: Future[Any]) -> Group:
        about = described.result(ANSWER_S)
        places = offsets.result(ANSWER_S).topic_partitions or ()
        return Group(
            name,
            about.state.name.replace("_", " ").capitalize(),
            len(about.members),
            {p.partition: p.offset for p in places if p.topic == self._topic and p.offset >= 0},
        )
