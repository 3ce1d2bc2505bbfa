"""Jars are checked, fetched, mended, and never left half right. No network, no JVM."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.provision import marks as marks_module
from engine.provision.errors import JarMismatch, JarsNotFetched
from engine.provision.ivy import FetchProgress, Report, not_fetched
from engine.provision.jarlock import LockedJar
from engine.provision.store import JarStore

pytestmark = pytest.mark.unit

CONTENT = {"spark/a-1.jar": b"jar a", "spark/b-1.jar": b"jar b", "broker/c-1.jar": b"jar c"}


def locked(relative: str) -> LockedJar:
    jar_set, name = relative.split("/")
    sha = hashlib.sha256(CONTENT[relative]).hexdigest()
    return LockedJar(sha, "spark" if jar_set == "spark" else "broker", name)


class Server:
    """Stands in for Ivy: serves CONTENT, or what ``served`` says instead."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.served = dict(CONTENT)
        self.mends_after_drop = False
        self.drops = 0

    def fetch(self, jars: Sequence[LockedJar], target: Path, report: Report) -> None:
        self.asked.append([jar.relative for jar in jars])
        for jar in jars:
            path = target / jar.relative
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self.served[jar.relative])
        report(FetchProgress(len(jars), len(jars), 0))

    def drop_cache(self) -> None:
        self.drops += 1
        if self.mends_after_drop:
            self.served = dict(CONTENT)

    def ensure(self, store: JarStore) -> None:
        store.ensure(self.fetch, self.drop_cache, lambda _: None)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def store(tmp_path: Path) -> JarStore:
    folder = tmp_path / "jars"
    folder.mkdir()
    return JarStore(folder, tuple(locked(name) for name in CONTENT))


@pytest.fixture
def filled(store: JarStore, server: Server) -> JarStore:
    server.ensure(store)
    server.asked.clear()
    return store


def kinds(store: JarStore, quick: bool = False) -> dict[str, str]:
    return {problem.jar.relative: problem.kind for problem in store.verify(quick)}


def test_that_an_empty_folder_lacks_every_jar(store: JarStore) -> None:
    assert kinds(store) == dict.fromkeys(CONTENT, "missing")


def test_that_all_jars_are_fetched_and_then_right(store: JarStore, server: Server) -> None:
    server.ensure(store)
    assert server.asked == [list(CONTENT)]
    assert kinds(store) == {}
    assert [path.name for path in store.paths("spark")] == ["a-1.jar", "b-1.jar"]


def test_that_nothing_is_fetched_where_all_is_right(filled: JarStore, server: Server) -> None:
    server.ensure(filled)
    assert server.asked == []


def test_that_only_a_corrupt_jar_is_fetched_again(filled: JarStore, server: Server) -> None:
    (filled.folder / "broker/c-1.jar").write_bytes(b"half a j")
    assert kinds(filled, quick=True) == {"broker/c-1.jar": "corrupt"}
    server.ensure(filled)
    assert server.asked == [["broker/c-1.jar"]]
    assert kinds(filled) == {}


def test_that_only_a_missing_jar_is_fetched_again(filled: JarStore, server: Server) -> None:
    (filled.folder / "spark/a-1.jar").unlink()
    server.ensure(filled)
    assert server.asked == [["spark/a-1.jar"]]


def test_that_the_full_check_sees_what_size_and_time_hide(filled: JarStore) -> None:
    path = filled.folder / "spark/a-1.jar"
    stat = path.stat()
    path.write_bytes(b"jar X")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert kinds(filled, quick=True) == {}
    assert kinds(filled, quick=False) == {"spark/a-1.jar": "corrupt"}
    # and what it saw is remembered
    assert kinds(filled, quick=True) == {"spark/a-1.jar": "corrupt"}


def test_that_the_quick_check_reads_no_jar_twice(
    filled: JarStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def hash_and_note(path: Path) -> str:
        read.append(path.name)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr(marks_module, "sha256_of", hash_and_note)
    assert kinds(filled, quick=True) == {}
    assert read == []
    os.utime(filled.folder / "spark/b-1.jar", ns=(1, 1))
    assert kinds(filled, quick=True) == {}
    assert read == ["b-1.jar"]


@pytest.mark.parametrize("note", ["", "[]", '{"spark/a-1.jar": 3}', "{", "null"])
def test_that_a_damaged_note_costs_a_hashing_and_nothing_more(filled: JarStore, note: str) -> None:
    (filled.folder / "verified.json").write_text(note)
    assert kinds(filled, quick=True) == {}


def test_that_a_changed_lock_is_noticed_by_the_quick_check(filled: JarStore) -> None:
    newer = JarStore(filled.folder, (LockedJar("0" * 64, "spark", "a-1.jar"), *filled.locked[1:]))
    assert kinds(newer, quick=True) == {"spark/a-1.jar": "corrupt"}


def test_that_a_corrupt_download_is_fetched_anew_without_the_cache(
    store: JarStore, server: Server
) -> None:
    server.served["spark/b-1.jar"] = b"truncated"
    server.mends_after_drop = True
    server.ensure(store)
    assert server.asked == [list(CONTENT), ["spark/b-1.jar"]]
    assert kinds(store) == {}


def test_that_a_jar_wrong_twice_is_named_with_both_hashes(store: JarStore, server: Server) -> None:
    server.served["spark/b-1.jar"] = b"evil"
    with pytest.raises(JarMismatch) as caught:
        server.ensure(store)
    said = str(caught.value)
    assert "spark/b-1.jar" in said
    assert f"expected {locked('spark/b-1.jar').sha256}" in said
    assert f"got {hashlib.sha256(b'evil').hexdigest()}" in said
    assert "Remedy:" in said


def test_that_a_failed_fetch_leaves_good_jars_and_no_half_ones(filled: JarStore) -> None:
    (filled.folder / "spark/a-1.jar").unlink()

    def offline(jars: Sequence[LockedJar], target: Path, _report: Report) -> None:
        (target / "spark").mkdir()
        (target / jars[0].relative).write_bytes(b"ha")
        raise not_fetched(["java.net.UnknownHostException"], jars)

    with pytest.raises(JarsNotFetched, match="offline"):
        filled.ensure(offline, lambda: None, lambda _: None)
    assert kinds(filled) == {"spark/a-1.jar": "missing"}
    assert not (filled.folder / ".staging").exists()


def test_that_jars_of_an_earlier_version_are_deleted(filled: JarStore, server: Server) -> None:
    stranger = filled.folder / "spark" / "a-0.9.jar"
    stranger.write_bytes(b"old")
    server.ensure(filled)
    assert not stranger.exists()
