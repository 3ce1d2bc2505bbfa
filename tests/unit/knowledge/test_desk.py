"""A store asked over loopback: the same as asked directly."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from engine.contracts.knowledge import Knowledge
from engine.errors import LakehouseError
from engine.knowledge.desk import KnowledgeClient, KnowledgeDesk, address_file
from engine.knowledge.editing import new_item
from engine.knowledge.errors import KnowledgeUnavailable
from engine.paths import DataPaths
from engine.platform import loopback
from engine.platform.loopback import LoopbackServer, ask_loopback
from tests.helpers.words import item

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


@pytest.fixture
def remote(paths, store) -> Iterator[Knowledge]:
    """A client of a served store."""
    with closing(LoopbackServer(address_file(paths), KnowledgeDesk(store), 4_000_000)):
        yield KnowledgeClient(paths)


def test_that_a_client_sees_what_the_store_has(remote, store, model):
    store.follow("shop 1", [item(f"m{n}", f"metric {n}") for n in range(120)], model)
    assert remote.items() == store.items()
    assert remote.search("metric 7", ("metric",), 3) == store.search("metric 7", ("metric",), 3)
    assert remote.status() == store.status()
    assert remote.embed(["a", "b c"]) == store.embed(["a", "b c"])


def test_that_a_client_adds_and_removes(remote, store):
    own = [new_item("page", f"Page {n}", "words " * 1000) for n in range(60)]
    remote.put(own)
    assert len(store.items()) == 60
    remote.delete([each.id for each in own[1:]])
    assert store.items() == (own[0],)


def test_that_a_refusal_comes_with_its_remedy(remote):
    with pytest.raises(LakehouseError, match="is not the id") as caught:
        remote.delete(["seven"])
    assert "knowledge list" in caught.value.remedy


@pytest.mark.parametrize(
    "request_", [{"op": "fly"}, {"op": "search", "text": "a", "kinds": ["odd"], "limit": 1}]
)
def test_that_a_request_that_makes_no_sense_is_refused(remote, paths, request_):
    absent = KnowledgeUnavailable("none", "")
    with pytest.raises(LakehouseError, match=r"no sense|does not know"):
        list(ask_loopback(address_file(paths), request_, absent))


def test_that_nobody_without_the_key_is_answered(remote, paths):
    file = address_file(paths)
    assert file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "key": "00" * 32}))
    with pytest.raises(KnowledgeUnavailable):
        remote.status()


def test_that_who_says_nothing_shuts_nobody_out(remote, paths, store):
    where = ("127.0.0.1", json.loads(address_file(paths).read_text())["port"])
    with ExitStack() as open_ones:
        for _ in range(12):
            open_ones.enter_context(socket.create_connection(where))
        assert remote.status() == store.status()


def test_that_who_does_not_prove_the_key_in_time_is_hung_up_on(remote, paths, monkeypatch):
    monkeypatch.setattr(loopback, "HANDSHAKE_S", 0.05)
    where = ("127.0.0.1", json.loads(address_file(paths).read_text())["port"])
    with socket.create_connection(where, timeout=30) as silent, silent.makefile("rb") as said:
        assert b"CHALLENGE" in said.read()  # to its end


def test_that_a_client_of_nothing_says_what_to_look_at(paths):
    client = KnowledgeClient(paths)
    for act in (client.status, client.items, lambda: client.search("a")):
        with pytest.raises(KnowledgeUnavailable, match="service vectors"):
            act()


def test_that_a_server_that_ended_is_no_server(paths, store):
    server = LoopbackServer(address_file(paths), KnowledgeDesk(store))
    told = address_file(paths).read_text()
    server.close()
    assert not address_file(paths).exists()
    address_file(paths).write_text(told)
    with pytest.raises(KnowledgeUnavailable):
        KnowledgeClient(paths).status()
