"""Sending, against librdkafka's own mock broker, which lives in this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.generator.errors import UnreadableFile
from engine.topic.browse import Oldest, read_one, read_page
from engine.topic.judge import judge
from engine.topic.send import FileTask, OneMessage, look_through, send_one
from engine.topic.source import KafkaSource
from engine.topic.templates import renewed, templates

pytestmark = pytest.mark.unit

NOW = 1_735_732_800_000


@pytest.fixture
def endpoint() -> Iterator[KafkaEndpoint]:
    host = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    broker = next(iter(host.list_topics(timeout=5).brokers.values()))
    yield KafkaEndpoint(
        bootstrap_servers=f"{broker.host}:{broker.port}",
        security_protocol="PLAINTEXT",
        topic="ecommerce_events",
    )
    host.flush(1)


@pytest.fixture
def source(endpoint: KafkaEndpoint) -> Iterator[KafkaSource]:
    made = KafkaSource(endpoint)
    yield made
    made.close()


def test_that_a_message_arrives_with_key_and_headers(
    endpoint: KafkaEndpoint, source: KafkaSource
) -> None:
    message = OneMessage("u-1", '{"a": 1}', (("trace", "x"),))
    placed = send_one(endpoint, message)
    found = read_one(source, placed.partition, placed.offset)
    assert found is not None
    assert (found.key, found.value, found.headers) == (b"u-1", b'{"a": 1}', (("trace", b"x"),))


def test_that_a_null_is_sent_as_a_null(endpoint: KafkaEndpoint, source: KafkaSource) -> None:
    placed = send_one(endpoint, OneMessage("", None))
    found = read_one(source, placed.partition, placed.offset)
    assert found is not None
    assert (found.key, found.value, found.size) == (None, None, None)


def lines(path: Path, pack: PackSpec) -> Path:
    good = templates(pack, NOW)[0].value
    flat = json.dumps(json.loads(good))
    rows = [flat, "", "no json", flat, '{"event_id": "x"}', "[1]", "  ", flat]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_that_a_file_is_counted_and_its_bad_lines_are_named(pack: PackSpec, tmp_path: Path) -> None:
    report = look_through(lines(tmp_path / "a.jsonl", pack), pack, clock_ms=lambda: NOW)
    assert (report.lines, report.empty, report.good, report.bad_lines) == (8, 2, 3, 3)
    assert [(bad.number, bad.reason) for bad in report.bad] == [
        (3, Reason.NOT_JSON),
        (5, Reason.MISSING_FIELD),
        (6, Reason.NOT_OBJECT),
    ]
    assert report.bad[1].detail == "event_type is missing"
    assert report.judged_all


def test_that_only_the_first_bad_lines_are_listed(pack: PackSpec, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("x\n" * 1000, encoding="utf-8")
    report = look_through(path, pack)
    assert (report.bad_lines, len(report.bad)) == (1000, 200)


def test_that_looking_can_be_ended(pack: PackSpec, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_text("x\n" * 5000, encoding="utf-8")
    stop, seen = threading.Event(), []

    def heard(count: int) -> None:
        seen.append(count)
        if count >= 1000:
            stop.set()

    report = look_through(path, pack, heard, stop)
    assert (report.judged_all, report.lines, seen) == (False, 1000, [0, 500, 1000])


def test_that_a_missing_file_is_an_error(pack: PackSpec, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        look_through(tmp_path / "gone.jsonl", pack)


@pytest.mark.parametrize(("bad_too", "sent", "left_out"), [(False, 3, 3), (True, 6, 0)])
def test_that_bad_lines_are_sent_only_when_asked_for(
    endpoint: KafkaEndpoint, source: KafkaSource, pack: PackSpec, tmp_path, bad_too, sent, left_out
) -> None:
    task = FileTask(lines(tmp_path / "a.jsonl", pack), pack)
    result = task.send(lambda: endpoint, bad_too=bad_too)
    assert (result.sent, result.acknowledged, result.left_out) == (sent, sent, left_out)
    assert (result.stopped, task.progress is not None) == (False, True)
    assert len(read_page(source, Oldest(), 100).rows) == sent


def test_that_a_cancelled_file_is_not_sent_to_its_end(
    endpoint: KafkaEndpoint, pack: PackSpec, tmp_path: Path
) -> None:
    task = FileTask(lines(tmp_path / "a.jsonl", pack), pack)
    task.cancel()
    result = task.send(lambda: endpoint, bad_too=True)
    assert (result.sent, result.stopped) == (0, True)


def test_that_there_is_a_valid_template_for_each_event_type(pack: PackSpec) -> None:
    made = templates(pack, NOW)
    assert tuple(one.event_type for one in made) == pack.event_types
    for one in made:
        assert judge(one.value.encode(), pack, NOW).accepted, one
        event = json.loads(one.value)
        assert (event["event_type"], event["user_id"]) == (one.event_type, one.key)


def test_that_sending_again_makes_it_a_new_event(pack: PackSpec) -> None:
    old = templates(pack, NOW)[0].value
    new = json.loads(renewed(old, pack, NOW + 1000))
    assert new["event_id"] != json.loads(old)["event_id"]
    assert new["ts"] == "2025-01-01T12:00:01.000Z"
    assert renewed("no json", pack, NOW) == "no json"
    assert renewed("[1]", pack, NOW) == "[1]"


def test_that_a_source_can_be_read_again_and_again(
    endpoint: KafkaEndpoint, source: KafkaSource
) -> None:
    placed = send_one(endpoint, OneMessage("u-1", "{}"))
    for _ in range(3):
        found = read_one(source, placed.partition, placed.offset)
        assert found is not None
        assert found.value == b"{}"
