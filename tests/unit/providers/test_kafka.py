"""The embedded Kafka's files and command line, without starting it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.errors import LakehouseError, ProviderError
from engine.paths import DataPaths
from engine.providers import ports
from engine.providers.base import ToolResult
from engine.providers.broker_kafka import KafkaBroker
from engine.providers.credentials import load_or_create
from engine.providers.kafka_client import TopicPlan
from engine.providers.kafka_config import KafkaPorts, server_properties

pytestmark = pytest.mark.unit


class _Tool:
    """Plays the JVM's tools: remembers argv and what the argument file held."""

    def __init__(self, cluster: str | None = None, status: int = 0) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.arguments = ""
        self.status = status
        self.cluster = cluster

    async def __call__(self, argv: Sequence[str], cwd: Path) -> ToolResult:
        self.calls.append(tuple(argv))
        if argv[1].startswith("@"):
            file = Path(argv[1][1:])
            assert file.stat().st_mode & 0o777 == 0o600
            self.arguments = file.read_text()
            self._format(cwd, file.with_name("kafka-format.properties"))
        else:
            flag = next(a for a in argv if a.startswith("-XX:SharedArchiveFile="))
            Path(flag.partition("=")[2]).touch()
        return ToolResult(self.status, "records=[SCRAM storedKey=…]")

    def _format(self, cwd: Path, properties: Path) -> None:
        lines = dict(line.split("=", 1) for line in properties.read_text().splitlines())
        folder = cwd / lines["log.dirs"]
        folder.mkdir()
        words = self.arguments.replace('"', "").split("\n")
        cluster = words[words.index("-t") + 1]
        if self.status == 0:
            _meta(folder, self.cluster or cluster)


def _meta(folder: Path, cluster: str) -> None:
    text = f"#\ncluster.id={cluster}\ndirectory.id=x\nnode.id=1\nversion=1\n"
    (folder / "meta.properties").write_text(text)


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


@pytest.fixture
def broker(paths, tmp_path) -> KafkaBroker:
    java = tmp_path / "java"
    java.touch()
    (tmp_path / "kafka.jar").touch()
    topic = TopicPlan("ecommerce_events", 3)
    return KafkaBroker(paths, topic, java=lambda: java, jars=lambda: (tmp_path / "kafka.jar",))


def _prepare(broker: KafkaBroker, tool: _Tool) -> _Tool:
    asyncio.run(broker.prepare(tool))
    return tool


def test_that_the_password_is_in_no_argv(broker):
    tool = _prepare(broker, _Tool())
    password = broker.endpoint().password
    assert password is not None
    assert password in tool.arguments
    shown = [*(" ".join(call) for call in tool.calls), " ".join(broker.command().argv)]
    assert not any(password in text for text in shown)


def test_that_what_held_the_password_for_the_tool_is_gone(broker, paths):
    _prepare(broker, _Tool())
    assert not list(paths.run.glob("kafka-format*"))


def test_that_files_with_passwords_are_private(broker, paths):
    _prepare(broker, _Tool())
    password = broker.endpoint().password
    holding = [
        file
        for file in paths.root.rglob("*")
        if file.is_file() and password in file.read_text(errors="replace")
    ]
    assert {file.name for file in holding} == {"identity.json", "kafka.properties"}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in holding)


def test_that_both_passwords_are_known_to_the_logs(broker):
    _prepare(broker, _Tool())
    assert broker.endpoint().password in broker.secrets()
    assert len(broker.secrets()) == 2


def test_that_the_port_is_kept_over_restarts(broker):
    _prepare(broker, _Tool())
    first = broker.endpoint()
    _prepare(broker, _Tool())
    assert broker.endpoint() == first


def test_that_another_port_is_taken_when_a_stranger_has_it(broker):
    _prepare(broker, _Tool())
    first = broker.port
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first))
        stranger.listen()
        _prepare(broker, _Tool())
    assert broker.port != first


def test_that_the_password_stays_the_same_for_an_installation(broker, paths):
    first = load_or_create(paths.broker / "identity.json")
    _prepare(broker, _Tool())
    assert broker.endpoint().password == first.password


def test_that_storage_is_formatted_once(broker):
    assert any("@" in call[1] for call in _prepare(broker, _Tool()).calls)
    assert _prepare(broker, _Tool()).calls == [] or not _prepare(broker, _Tool()).arguments


def test_that_a_format_that_failed_leaves_nothing_and_shows_no_credentials(broker, paths):
    with pytest.raises(LakehouseError) as caught:
        _prepare(broker, _Tool(status=1))
    assert "storedKey" not in str(caught.value)
    assert not (paths.broker / "kafka").exists()
    _prepare(broker, _Tool())  # and the next one works over its remains


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: _meta(f, "another"), "another broker"),
        (lambda f: (f / "meta.properties").write_bytes(b"\xff\x00"), "no readable"),
        (lambda f: (f / "meta.properties").unlink(), "no readable"),
        (lambda f: (f / "meta.properties").write_text(""), "no readable"),
        (
            lambda f: (f / "meta.properties").write_text(
                (f / "meta.properties").read_text().replace("node.id=1", "node.id=2")
            ),
            "damaged",
        ),
    ],
    ids=["foreign", "binary", "missing", "empty", "node"],
)
def test_that_foreign_or_damaged_data_is_refused_and_kept(broker, paths, spoil, said):
    _prepare(broker, _Tool())
    folder = paths.broker / "kafka"
    (folder / "events-0").mkdir()
    spoil(folder)
    with pytest.raises(ProviderError, match=said) as caught:
        _prepare(broker, _Tool())
    assert "Move the folder" in caught.value.remedy
    assert (folder / "events-0").is_dir()


def test_that_unreadable_credentials_are_refused_without_showing_them(broker, paths):
    (paths.broker / "identity.json").write_text('{"password": "hunter2", ')
    with pytest.raises(ProviderError, match="identity") as caught:
        _prepare(broker, _Tool())
    assert "hunter2" not in str(caught.value)


def test_that_a_start_that_never_answered_drops_the_class_archives(broker):
    _prepare(broker, _Tool())
    assert any("SharedArchiveFile" in a for a in broker.command().argv)
    dumped = [call for call in _prepare(broker, _Tool()).calls if "-Xshare:dump" in call]
    assert len(dumped) == 1


def test_that_nothing_listens_beyond_loopback_or_without_authentication(tmp_path):
    identity = load_or_create(tmp_path / "identity.json")
    text = server_properties(identity, KafkaPorts(1111, 2222), "kafka")
    values = dict(line.split("=", 1) for line in text.splitlines())
    assert values["listeners"] == "CLIENT://127.0.0.1:1111,CONTROLLER://127.0.0.1:2222"
    protocols = values["listener.security.protocol.map"].split(",")
    assert [p.partition(":")[2] for p in protocols] == ["SASL_PLAINTEXT", "SASL_PLAINTEXT"]
    assert values["auto.create.topics.enable"] == "false"
    assert int(values["message.max.bytes"]) > 1 << 20


def test_that_the_environment_s_java_options_do_not_reach_it(broker, monkeypatch):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx99g")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "x")
    _prepare(broker, _Tool())
    env = broker.command().env
    assert "JAVA_TOOL_OPTIONS" not in env
    assert "KAFKA_SASL_PASSWORD" not in env


def test_that_ports_are_free_and_different():
    found = ports.free_ports(3)
    assert len(set(found)) == 3
    assert all(map(ports.is_free, found))


def test_that_identity_is_random_and_stored(tmp_path):
    one, two = load_or_create(tmp_path / "a"), load_or_create(tmp_path / "b")
    assert one.password != two.password != one.controller_password
    assert json.loads((tmp_path / "a").read_text())["password"] == one.password
