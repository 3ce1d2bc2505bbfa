"""Browsing and sending against the real embedded broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import State
from engine.contracts.pack import PackSpec
from engine.domain import load_pack
from engine.paths import DataPaths, resources_dir
from engine.providers.broker_kafka import KafkaBroker
from engine.providers.choose import Choice
from engine.providers.kafka_client import TopicPlan
from engine.provision.jars import broker_jars
from engine.provision.java import find_java
from engine.supervisor import ServiceSpec, Supervisor
from engine.topic.browse import FromOffset, FromTime, Newest, Oldest
from engine.topic.errors import TopicUnavailable
from engine.topic.filter import parse_filter
from engine.topic.send import FileTask, OneMessage, send_one
from engine.topic.session import TopicSession
from engine.topic.templates import templates
from tests.integration.supervisor.scripted import reaches

pytestmark = pytest.mark.integration

ALL = parse_filter("")
COUNT = 3000


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(resources_dir() / "domains" / "ecommerce")


@pytest.fixture(scope="module")
def broker(tmp_path_factory, pack: PackSpec) -> Iterator[KafkaBroker]:
    paths = DataPaths(tmp_path_factory.mktemp("topic") / "data").create()
    plan = TopicPlan(pack.topic, 3)
    made = KafkaBroker(paths, plan, java=lambda: find_java().java, jars=broker_jars)
    supervisor = Supervisor([ServiceSpec("broker", Choice(made))], paths)
    supervisor.run_in_thread()
    supervisor.start()
    try:
        assert reaches(supervisor, "broker", State.READY, 60)
        yield made
    finally:
        supervisor.close()
        assert supervisor.join(30)


@pytest.fixture(scope="module")
def filled(broker: KafkaBroker, pack: PackSpec, tmp_path_factory) -> KafkaEndpoint:
    """COUNT numbered messages, a null, bytes that are no text, and a large one."""
    path: Path = tmp_path_factory.mktemp("lines") / "events.jsonl"
    rows = (json.dumps({"n": n, "user_id": f"u-{n % 50}"}) for n in range(COUNT))
    path.write_text("\n".join(rows), encoding="utf-8")
    result = FileTask(path, pack).send(broker.endpoint, bad_too=True)
    assert result.acknowledged == COUNT
    return broker.endpoint()


@pytest.fixture
def session(filled: KafkaEndpoint) -> Iterator[TopicSession]:
    made = TopicSession(lambda: filled, "n")
    yield made
    made.close()


def test_that_paging_back_shows_every_message_once(session: TopicSession) -> None:
    page = session.page(Newest(), 400, None, ALL)
    seen = [(row.partition, row.offset) for row in page.rows]
    times = [row.time_ms or 0 for row in page.rows]
    while page.older is not None:
        page = session.page(page.older, 400, None, ALL)
        seen += [(row.partition, row.offset) for row in page.rows]
        times += [row.time_ms or 0 for row in page.rows]
    assert len(seen) == len(set(seen)) >= COUNT
    assert times == sorted(times, reverse=True)


def test_that_a_filter_finds_one_in_all(session: TopicSession) -> None:
    page = session.page(Oldest(), 10, None, parse_filter("n = 1234"))
    assert [row.label for row in page.rows] == ["1234"]
    assert page.scanned >= COUNT


def test_that_reading_begins_at_an_offset_and_at_a_time(session: TopicSession) -> None:
    bounds = {p.partition: p for p in session.overview().partitions}
    middle = bounds[1].high // 2
    page = session.page(FromOffset(middle), 3, (1,), ALL)
    assert [row.offset for row in page.rows] == [middle, middle + 1, middle + 2]
    at = page.rows[0].time_ms or 0
    first = session.page(FromTime(at), 1, (1,), ALL).rows[0]
    assert (first.time_ms or 0) >= at
    assert first.offset <= middle
    assert session.page(FromTime(at + 10**9), 5, None, ALL).rows == ()


def test_that_the_tail_brings_what_is_sent_meanwhile(
    session: TopicSession, filled: KafkaEndpoint, pack: PackSpec
) -> None:
    newer = session.page(Newest(), 5, None, ALL).newer
    assert session.tail(newer, 10, ALL)[0].rows == ()
    event = templates(pack, 0)[0]
    placed = send_one(filled, OneMessage(event.key, event.value, (("trace", "ä"),)))
    page, skipped = session.tail(newer, 10, ALL)
    assert [(row.partition, row.offset) for row in page.rows] == [(placed.partition, placed.offset)]
    assert skipped == 0
    record = session.message(placed.partition, placed.offset)
    assert (record.value, record.headers) == (event.value.encode(), (("trace", "ä".encode()),))
    assert record.appended


def test_that_nulls_and_large_messages_are_read(
    session: TopicSession, filled: KafkaEndpoint
) -> None:
    null = send_one(filled, OneMessage("k", None))
    large = send_one(filled, OneMessage("k", "x" * 5_000_000))
    rows = {(r.partition, r.offset): r for r in session.page(Newest(), 5, None, ALL).rows}
    assert rows[(null.partition, null.offset)].tombstone
    assert rows[(large.partition, large.offset)].size == 5_000_000
    whole = session.message(large.partition, large.offset).value
    assert len(whole or b"") == 5_000_000


def test_that_browsing_is_no_consumer_group_and_others_show_their_lag(
    session: TopicSession, filled: KafkaEndpoint
) -> None:
    consumer = Consumer({**filled.librdkafka(), "group.id": "a-reader", "log_level": 0})
    place = TopicPartition(filled.topic, 0, 7)
    consumer.commit(offsets=[place], asynchronous=False)
    consumer.close()
    session.page(Newest(), 5, None, ALL)
    seen = session.overview()
    assert [group.name for group in seen.groups] == ["a-reader"]
    high = next(p.high for p in seen.partitions if p.partition == 0)
    assert dict(seen.groups[0].lag) == {0: high - 7, 1: None, 2: None}


def test_that_wrong_credentials_are_named(filled: KafkaEndpoint) -> None:
    wrong = filled.model_copy(update={"password": "wrong"})
    session = TopicSession(lambda: wrong)
    with pytest.raises(TopicUnavailable, match="cannot be read"):
        session.page(Newest(), 5, None, ALL)
    session.close()
