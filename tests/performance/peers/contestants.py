"""One interface to the product's pipeline and to each peer: start, kill, stop, what it wrote."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psutil

from engine.host.control import ask
from engine.platform import write_private
from engine.provision.jars import spark_jars
from engine.provision.java import find_java
from tests.e2e.lakehouse import CHECKOUT, Lakehouse
from tests.performance.peers.catalogue import OURS, PROGRAMS, Peer
from tests.performance.peers.outside import tree
from tests.performance.peers.programs.job import Job
from tests.performance.peers.topics import Topic, new_topic, own_topic
from tests.performance.peers.venvs import python_for


class Contestant(Protocol):
    """What is measured; ``lake`` is where its tables are."""

    peer: Peer
    topic: Topic
    lake: Path

    def start(self) -> None:
        """Returns at once."""

    def pids(self) -> list[int]:
        """Roots of its processes."""

    def kill(self) -> None:
        """SIGKILL to all of it."""

    def revive(self) -> None:
        """After ``kill``: what its operator does."""

    def stop(self) -> None:
        """In whichever way; nothing of it is left."""

    def alive(self) -> bool:
        """False when it ended by itself."""


class Ours:
    """The pipeline service of the running lakehouse: what the peers would replace.

    Broker, vectors and model belong to neither side and are up for both.
    """

    def __init__(self, house: Lakehouse, peer: Peer) -> None:
        self.peer = peer
        self.topic = own_topic(house)
        self.lake = house.paths.lake
        self._house = house

    def start(self) -> None:
        list(ask(self._house.paths, {"op": "start", "service": "pipeline"}))

    def pids(self) -> list[int]:
        pid = self._house.service("pipeline")["pid"]
        return [] if pid is None else [int(pid)]

    def kill(self) -> None:
        _kill_all(tree(self.pids()))

    def revive(self) -> None:
        """Nothing: the supervisor starts it again."""

    def stop(self) -> None:
        if self._house.service("pipeline")["state"] != "STOPPED":
            list(ask(self._house.paths, {"op": "stop", "service": "pipeline"}))
            self._house.wait_state("pipeline", "STOPPED")

    def alive(self) -> bool:
        return bool(self._house.service("pipeline")["state"] != "FAILED")


class PeerProcess:
    """A peer's program with a lake, a state folder and a topic of its own."""

    def __init__(self, house: Lakehouse, peer: Peer, folder: Path, topic: str) -> None:
        self.peer = peer
        self._python = python_for(peer)
        self.topic = new_topic(house, topic)
        self.lake = folder / "lake"
        self._folder = folder
        self._rates = self.topic.pack.currencies
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "state").mkdir(parents=True)
        self.lake.mkdir()

    @property
    def log(self) -> Path:
        """What it said."""
        return self._folder / "log.txt"

    def start(self) -> None:
        job = Job(
            client=self.topic.endpoint.librdkafka(),
            topic=self.topic.name,
            lake=str(self.lake),
            state=str(self._folder / "state"),
            rates=dict(self._rates),
            gold_mode=self.peer.gold_mode,
            java=str(find_java().java),
            jars=tuple(str(jar) for jar in spark_jars()),
        )
        file = self._folder / "job.json"
        write_private(file, json.dumps(dataclasses.asdict(job)))
        module = f"{PROGRAMS.relative_to(CHECKOUT).as_posix().replace('/', '.')}."
        command = [str(self._python), "-m", module + self.peer.sources[0].removesuffix(".py")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, str(file)],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def pids(self) -> list[int]:
        return [self._process.pid] if self._process is not None else []

    def kill(self) -> None:
        _kill_all(tree(self.pids()))
        assert self._process is not None
        self._process.wait(10)

    def revive(self) -> None:
        self.start()

    def stop(self) -> None:
        if self._process is None:
            return
        everybody = tree(self.pids())
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
        _kill_all(everybody)
        self._process.wait(10)

    def alive(self) -> bool:
        return self._process is None or self._process.poll() is None


def _kill_all(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    _gone, left = psutil.wait_procs(processes, timeout=10)
    assert not left, f"Still there after SIGKILL: {left}"


@contextmanager
def contestant(house: Lakehouse, peer: Peer, folder: Path) -> Iterator[Contestant]:
    """The one to be measured, not started; alone, and gone at the end.

    CannotInstall where the peer's packages cannot be had.
    """
    mine = Ours(house, peer) if peer.name == OURS else None
    Ours(house, peer).stop()
    it: Contestant = mine or PeerProcess(
        house, peer, folder, f"bench_{peer.name}_{os.urandom(3).hex()}"
    )
    try:
        yield it
    finally:
        it.stop()
