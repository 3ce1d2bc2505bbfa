"""The connection comes with the first question, follows the broker, and goes when idle."""

from __future__ import annotations

import pytest

from engine.contracts.kafka import KafkaEndpoint
from engine.topic.browse import Newest
from engine.topic.errors import NoSuchMessage, TopicUnavailable
from engine.topic.filter import parse_filter
from engine.topic.groups import Group, overview
from engine.topic.session import IDLE_S, TopicSession
from engine.topic.source import Bounds
from tests.unit.topic.memory import MemorySource, event

pytestmark = pytest.mark.unit

ALL = parse_filter("")


class Fixture:
    """A session whose clock, broker address and connections are in the test's hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.forbidden = False
        self.address = "127.0.0.1:9092"
        self.made: list[MemorySource] = []
        self.session = TopicSession(
            self.endpoint, "n", self.connect, lambda _e: self, lambda: self.now
        )

    def endpoint(self) -> KafkaEndpoint:
        return KafkaEndpoint(bootstrap_servers=self.address, topic="t")

    def connect(self, _endpoint: KafkaEndpoint) -> MemorySource:
        self.made.append(MemorySource([event(0, n, n, n=n) for n in range(5)]))
        return self.made[-1]

    def groups(self) -> tuple[list[Group], int]:
        if self.forbidden:
            raise TopicUnavailable("Groups may not be asked.", "Ask for the right.")
        return [Group("spark", "Stable", 1, {0: 2}), Group("other", "Empty", 0, {})], 3


def test_that_one_connection_serves_many_questions() -> None:
    it = Fixture()
    assert not it.session.connected
    assert len(it.session.page(Newest(), 3, None, ALL).rows) == 3
    assert [row.label for row in it.session.page(Newest(), 3, None, ALL).rows] == ["4", "3", "2"]
    assert it.session.message(0, 4).offset == 4
    assert len(it.made) == 1


def test_that_it_lets_go_after_a_while_and_comes_back() -> None:
    it = Fixture()
    page = it.session.page(Newest(), 3, None, ALL)
    it.now = IDLE_S - 1
    it.session.close_if_idle()
    assert it.session.connected
    it.now = IDLE_S
    it.session.close_if_idle()
    assert not it.session.connected
    assert it.made[0].closed == 1
    it.session.tail(page.newer, 3, ALL)
    assert len(it.made) == 2


def test_that_a_broker_elsewhere_is_followed() -> None:
    it = Fixture()
    it.session.page(Newest(), 3, None, ALL)
    it.address = "127.0.0.1:9999"
    it.session.page(Newest(), 3, None, ALL)
    assert [source.closed for source in it.made] == [1, 0]


def test_that_an_expired_message_is_an_error_with_a_remedy() -> None:
    with pytest.raises(NoSuchMessage, match="offset 99 any more"):
        Fixture().session.message(0, 99)


def test_that_the_overview_counts_messages_and_lag() -> None:
    seen = Fixture().session.overview()
    assert [p.messages for p in seen.partitions] == [5, 0, 0]
    assert (seen.messages, seen.left_out) == (5, 3)
    (group,) = seen.groups
    assert (group.name, group.total_lag) == ("spark", 3)
    assert dict(group.lag) == {0: 3, 1: None, 2: None}


def test_that_the_group_furthest_behind_comes_first() -> None:
    groups = [Group("a", "Stable", 1, {0: 90}), Group("b", "Stable", 1, {0: 10})]
    seen = overview({0: Bounds(0, 100)}, groups)
    assert [(g.name, g.total_lag) for g in seen.groups] == [("b", 90), ("a", 10)]


def test_that_a_commit_beyond_the_end_is_no_negative_lag() -> None:
    seen = overview({0: Bounds(0, 5)}, [Group("a", "Empty", 0, {0: 9})])
    assert seen.groups[0].total_lag == 0


def test_that_partitions_are_shown_where_groups_may_not_be_asked() -> None:
    it = Fixture()
    it.forbidden = True
    seen = it.session.overview()
    assert (seen.messages, seen.groups) == (5, ())
    assert seen.problem == "Groups may not be asked. Ask for the right."
