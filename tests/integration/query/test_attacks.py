"""Attacks on a real worker: refused, or ended in time and within its memory; nothing is harmed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.contracts.query import Limits
from engine.errors import LakehouseError
from engine.lake import LakeReader
from engine.query.errors import StatementFailed, WorkerEnded
from engine.query.pool import WorkerPool
from engine.query.session import QuerySession
from tests.integration.query.lakes import fingerprint, make_lake
from tests.unit.query.analyst import STATEMENTS
from tests.unit.query.attacks import BOMBS, REFUSED

pytestmark = pytest.mark.integration

MEMORY_MB = 512
DEADLINE_S = 2.0


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root: Path = tmp_path_factory.mktemp("lake")
    make_lake(root)
    return root


@pytest.fixture(scope="module")
def steady(root) -> Iterator[QuerySession]:
    """A session whose worker nothing here may end."""
    session = QuerySession(LakeReader(root), Limits(memory_mb=MEMORY_MB), deadline_s=60)
    session.run("SELECT 1")
    yield session
    session.close()


@pytest.fixture(scope="module")
def short(root) -> Iterator[QuerySession]:
    """A session with a short deadline, and a spare for the worker that an attack costs."""
    pool = WorkerPool()
    limits = Limits(memory_mb=MEMORY_MB)
    session = QuerySession(LakeReader(root), limits, DEADLINE_S, pool=pool)
    yield session
    session.close()


class Watch:
    """The most memory that a process ever had, read until it is gone."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._status = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._read()  # a worker may be ended before the thread has looked once
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            self._read()

    def _read(self) -> None:
        try:
            text = self._status.read_text(encoding="ascii")
        except OSError:
            return
        for line in text.splitlines():
            if line.startswith("VmHWM:"):
                self.peak_mb = max(self.peak_mb, int(line.split()[1]) / 1024)

    def close(self) -> None:
        self._read()
        self._over.set()
        self._thread.join()


def pid_of(session: QuerySession) -> int:
    worker = session._worker
    assert worker is not None
    assert worker.pid is not None
    return worker.pid


def test_that_attacks_are_refused_and_cost_nothing(steady, root):
    """All of them by one worker, which serves the next question as if nothing had been."""
    before, pid = fingerprint(root), pid_of(steady)
    for sql in REFUSED:
        with pytest.raises(StatementFailed) as caught:
            steady.run(sql.replace("{lake}", str(root)))
        assert caught.value.message, sql
        assert caught.value.remedy, sql
    assert pid_of(steady) == pid
    assert steady.run("SELECT count(*) FROM gold_kpis").first.columns == (("200",),)
    assert fingerprint(root) == before


@pytest.mark.parametrize("name", BOMBS)
def test_that_greed_is_ended_in_time_and_within_its_memory(short, root, name):
    before = fingerprint(root)
    short.run("SELECT 1")  # the deadline is not about a worker that starts
    watch = Watch(pid_of(short))
    begun = time.monotonic()
    told = "Nothing: it ran, and it was cheaper than it looks."
    try:
        short.run(BOMBS[name])
    except LakehouseError as error:
        told = f"{error.message} {error.remedy}"
    took = time.monotonic() - begun
    watch.close()
    assert len(told) > 20
    assert took <= DEADLINE_S + 1
    assert 0 < watch.peak_mb <= MEMORY_MB * 1.1
    assert short.run("SELECT 2").first.columns == (("2",),)
    assert fingerprint(root) == before


@pytest.mark.parametrize("name", STATEMENTS)
def test_that_an_analysts_statement_runs(steady, name):
    assert steady.run(STATEMENTS[name]).columns


def test_that_a_worker_that_an_attack_cost_is_replaced_by_one_that_waits(short):
    pool = short._pool
    short.run("SELECT 1")
    spare = pool._spare[Limits(memory_mb=MEMORY_MB)]
    os.kill(pid_of(short), 9)
    with pytest.raises(WorkerEnded):
        short.stats(0)
    assert short.run("SELECT 3").rows == 1
    assert short._worker is spare
