"""``produce`` against librdkafka's own mock broker, which lives in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from engine.contracts.job import GeneratorConfig
from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import Produced
from engine.generator.errors import UnreadableFile
from engine.generator.produce import ProduceResult, produce_demo, produce_file
from engine.generator.sender import MAX_MESSAGE_BYTES

pytestmark = pytest.mark.unit

TOPIC = "ecommerce_events"


@pytest.fixture
def endpoint() -> Iterator[KafkaEndpoint]:
    host = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    broker = next(iter(host.list_topics(timeout=5).brokers.values()))
    yield KafkaEndpoint(
        bootstrap_servers=f"{broker.host}:{broker.port}",
        security_protocol="PLAINTEXT",
        topic=TOPIC,
    )
    host.flush(1)


def _read(endpoint: KafkaEndpoint, count: int) -> list[tuple[bytes | None, bytes | None]]:
    """``count`` records of the topic as (key, value), by partition and offset."""
    consumer = Consumer({**endpoint.librdkafka(), "group.id": "test"})
    partitions = consumer.list_topics(TOPIC, timeout=5).topics[TOPIC].partitions
    consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in partitions])
    messages = consumer.consume(count, timeout=5)
    consumer.close()
    return [(message.key(), message.value()) for message in messages]


def test_that_a_file_s_lines_are_sent_as_they_are(
    endpoint: KafkaEndpoint, pack: PackSpec, tmp_path: Path
) -> None:
    lines = [
        b'{"user_id": "ann",  "x":1}',
        b'{"user_id":7}',
        b"no json",
        b'["a"]',
        b'{"user_id":{}}',
    ]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join([lines[0], b"", lines[1] + b"\r", *lines[2:], b"  "]))
    result = produce_file(endpoint, pack, path, lambda _totals: None)
    assert result == ProduceResult(sent=5, acknowledged=5, failed=0, empty_lines=2)
    keys = {value: key for key, value in _read(endpoint, 5)}
    assert keys == dict(zip(lines, (b"ann", b"7", None, None, None), strict=True))


def test_that_a_line_longer_than_any_record_is_counted(
    endpoint: KafkaEndpoint, pack: PackSpec, tmp_path: Path
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"x" * (MAX_MESSAGE_BYTES + 5) + b'\n{"user_id":"ann"}\n')
    result = produce_file(endpoint, pack, path, lambda _totals: None)
    assert (result.sent, result.acknowledged, result.refused_lines) == (1, 1, 1)


def test_that_an_unreadable_file_is_named(pack: PackSpec, tmp_path: Path) -> None:
    endpoint = KafkaEndpoint(bootstrap_servers="127.0.0.1:1", topic=TOPIC)
    with pytest.raises(UnreadableFile, match=r"gone\.jsonl"):
        produce_file(endpoint, pack, tmp_path / "gone.jsonl", lambda _totals: None)
    with pytest.raises(UnreadableFile):
        produce_file(endpoint, pack, tmp_path, lambda _totals: None)


def test_that_demo_events_are_sent_and_acknowledged(
    endpoint: KafkaEndpoint, pack: PackSpec
) -> None:
    config = GeneratorConfig(kafka=endpoint, pack=pack, rate=5000, count=300, seed=1)
    seen: list[Produced] = []
    result = produce_demo(config, seen.append)
    assert result == ProduceResult(sent=300, acknowledged=300, failed=0)
    assert seen[-1].acknowledged == 300
    assert len(_read(endpoint, 300)) == 300
