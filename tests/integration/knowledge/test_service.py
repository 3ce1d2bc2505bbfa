"""The process that holds the knowledge, real in all its parts: killed, restarted, cut off."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from engine.contracts.names import State
from engine.knowledge.editing import new_item
from engine.knowledge.errors import KnowledgeUnavailable
from tests.helpers import fake_qdrant
from tests.helpers.fake_qdrant import FakeQdrant
from tests.integration.knowledge.conftest import end
from tests.integration.supervisor.scripted import until
from tests.unit.knowledge.test_seed import PACK, QUESTION

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

CHECKOUT = Path(fake_qdrant.__file__).resolve().parents[2]
OWN = new_item("question", "How many llamas?", sql="SELECT 1")


@pytest.fixture
def elsewhere():
    """A Qdrant that is not ours."""
    server = FakeQdrant("s3cret").in_thread()
    yield server
    server.close()


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    """What stands in for Qdrant's program."""
    file = tmp_path / "qdrant"
    module = "tests.helpers.fake_qdrant"
    file.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m {module} "$@"\n'
    )
    file.chmod(0o755)
    return file


def test_that_it_is_ready_with_the_packs_items_and_finds_them_by_meaning(start):
    vectors = start()
    assert vectors.now.detail == "7 items of tiny 1"
    assert vectors.now.provider == "embedded"
    assert vectors.now.port
    (hit, *_) = vectors.client.search("earnings", ("metric",))
    assert hit.item.title == "Revenue"
    (hit, *_) = vectors.client.search("which articles are bought most", ("question",))
    assert hit.item.payload["sql"] == QUESTION.sql


def test_that_it_listens_on_loopback_and_nothing_else_of_it_can_be_reached(start):
    vectors = start()
    process = psutil.Process(vectors.now.pid)
    inet = [c for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert [(c.laddr.ip, c.laddr.port) for c in inet] == [("127.0.0.1", vectors.now.port)]
    sockets = [str(c.laddr) for c in process.net_connections("unix")]
    assert not [path for path in sockets if path and Path(path).exists()]


def test_that_killed_it_comes_back_with_all_it_had(start):
    vectors = start()
    vectors.client.put([OWN])
    os.kill(vectors.now.pid, signal.SIGKILL)
    vectors.wait(State.READY, restarts=1)
    assert OWN in vectors.client.items()
    assert len(vectors.client.items()) == 8


def test_that_a_new_pack_replaces_the_old_one_and_spares_what_a_person_added(start):
    first = start()
    first.client.put([OWN])
    end(first)
    newer = PACK.model_copy(update={"version": "2", "knowledge": (), "questions": ()})
    second = start(newer)
    assert second.client.status().pack == "tiny 2"
    assert {item.title for item in second.client.items()} == {
        *("Revenue", "Country", "gold_kpis"),
        OWN.title,
    }


def test_that_nobody_is_answered_once_it_has_stopped(start):
    vectors = start()
    end(vectors)
    with pytest.raises(KnowledgeUnavailable, match="service vectors"):
        vectors.client.search("anything")


def test_that_files_are_for_this_user_only(start, paths):
    start()
    made = [file for file in paths.knowledge.rglob("*") if file.stat().st_mode & 0o077]
    assert made == []


def test_that_a_damaged_store_is_moved_aside_and_made_anew(start, paths):
    end(start())
    (paths.knowledge / "embedded" / "meta.json").write_text("{")
    vectors = start()
    assert len(vectors.client.items()) == 7
    (aside,) = paths.knowledge.glob("embedded.broken-*")
    assert (aside / "collection").is_dir()
    assert "was damaged" in vectors.log()


def test_that_an_external_store_is_filled_and_asked(start, elsewhere):
    vectors = start(QDRANT_URL=elsewhere.url, QDRANT_API_KEY=elsewhere.key)
    assert vectors.now.provider == "external"
    vectors.client.put([OWN])
    assert vectors.client.search("how many llamas", ("question",))[0].item == OWN
    vectors.client.delete([OWN.id])
    assert len(vectors.client.items()) == 7
    assert elsewhere.kept.count("tiny").count == 7
    assert elsewhere.key not in vectors.log()


def test_that_an_external_store_that_stops_answering_degrades_it_until_it_is_back(start, elsewhere):
    vectors = start(QDRANT_URL=elsewhere.url, QDRANT_API_KEY=elsewhere.key)
    elsewhere.failing = True
    with pytest.raises(Exception, match="answered with an error"):
        vectors.client.search("revenue")
    vectors.wait(State.DEGRADED)
    assert "answered with an error" in vectors.now.detail
    assert len(vectors.client.embed(["words"])) == 1
    elsewhere.failing = False
    vectors.wait(State.READY)
    assert vectors.client.search("revenue")


def test_that_a_refused_key_is_told_and_tried_again(start, elsewhere):
    vectors = start(ready=False, QDRANT_URL=elsewhere.url, QDRANT_API_KEY="wrong")
    assert until(lambda: "QDRANT_API_KEY" in vectors.now.detail, 60)
    assert vectors.now.state in (State.BACKOFF, State.STARTING)
    elsewhere.key = "wrong"
    vectors.wait(State.READY)


def test_that_a_program_that_was_found_runs_as_its_child_and_dies_with_it(start, binary, paths):
    vectors = start(RTLAKEHOUSE_QDRANT_BINARY=str(binary))
    assert vectors.now.provider == "server"
    (child,) = psutil.Process(vectors.now.pid).children()
    assert "tests.helpers.fake_qdrant" in child.cmdline()
    assert vectors.client.search("earnings", ("metric",))[0].item.title == "Revenue"
    assert (paths.run / "qdrant.json").stat().st_mode & 0o777 == 0o600
    os.kill(vectors.now.pid, signal.SIGKILL)
    assert until(lambda: not child.is_running(), 10), "Qdrant outlived the process that started it"
    vectors.wait(State.READY, restarts=1)


def test_that_a_program_that_dies_is_noticed(start, binary):
    vectors = start(RTLAKEHOUSE_QDRANT_BINARY=str(binary))
    (child,) = psutil.Process(vectors.now.pid).children()
    child.kill()
    vectors.wait(State.READY, restarts=1)
    assert len(vectors.client.items()) == 7
