"""One person's look at the topic: connects at the first question, lets go when nobody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final, Protocol

from engine.contracts.kafka import KafkaEndpoint
from engine.topic.browse import Page, Position, read_one, read_page, tail
from engine.topic.errors import NoSuchMessage, TopicUnavailable
from engine.topic.filter import Filter
from engine.topic.groups import Group, GroupClient, Overview, overview
from engine.topic.merge import Cursor
from engine.topic.source import KafkaSource, Record, Source

IDLE_S: Final = 60.0


class Groups(Protocol):
    """What the session needs of a GroupClient."""

    def groups(self) -> tuple[list[Group], int]:
        """See GroupClient."""
        ...


class TopicSession:
    """Every method blocks and may raise a LakehouseError; used from one thread at a time.

    ``label`` is the field shown beside each message. ``endpoint`` is asked at each question, so
    that a broker that came back elsewhere is found.
    """

    def __init__(
        self,
        endpoint: Callable[[], KafkaEndpoint],
        label: str = "",
        connect: Callable[[KafkaEndpoint], Source] = KafkaSource,
        admin: Callable[[KafkaEndpoint], Groups] = GroupClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._label = label
        self._connect = connect
        self._make_admin = admin
        self._clock = clock
        self._made_for: KafkaEndpoint | None = None
        self._source: Source | None = None
        self._admin: Groups | None = None
        self._used_at = 0.0

    def page(
        self, start: Position | Cursor, count: int, partitions: Collection[int] | None, only: Filter
    ) -> Page:
        """A page of messages; see ``read_page``."""
        return read_page(
            self._open(), start, count, partitions=partitions, passes=only, label=self._label
        )

    def tail(self, cursor: Cursor, count: int, only: Filter) -> tuple[Page, int]:
        """What came since; see ``browse.tail``."""
        return tail(self._open(), cursor, count, passes=only, label=self._label)

    def message(self, partition: int, offset: int) -> Record:
        """One message, whole; NoSuchMessage when it expired meanwhile."""
        found = read_one(self._open(), partition, offset)
        if found is None:
            raise NoSuchMessage(
                f"Nothing is stored at partition {partition}, offset {offset} any more.",
                "It has expired. Read the list again.",
            )
        return found

    def overview(self) -> Overview:
        """Partitions and consumer groups; the partitions alone where groups may not be asked."""
        source = self._open()
        assert self._admin is not None
        bounds = source.bounds()
        try:
            groups, left_out = self._admin.groups()
        except TopicUnavailable as error:
            return replace(overview(bounds, ()), problem=str(error))
        return overview(bounds, groups, left_out)

    def close_if_idle(self) -> None:
        """Lets the connection go when IDLE_S have passed since the last question."""
        if self._clock() - self._used_at >= IDLE_S:
            self.close()

    def close(self) -> None:
        """Lets the connection go; the next question makes another."""
        source, self._source, self._admin, self._made_for = self._source, None, None, None
        if source is not None:
            source.close()

    @property
    def connected(self) -> bool:
        """Whether a connection is held."""
        return self._source is not None

    def _open(self) -> Source:
        endpoint = self._endpoint()
        self._used_at = self._clock()
        if self._source is None or self._made_for != endpoint:
            self.close()
            self._source, self._admin = self._connect(endpoint), self._make_admin(endpoint)
            self._made_for = endpoint
        return self._source
