"""The service vectors alone, supervised as in the program; no test may leave a process behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.contracts.names import State
from engine.contracts.pack import PackSpec
from engine.contracts.status import ServiceSnapshot
from engine.knowledge.desk import KnowledgeClient
from engine.paths import DataPaths
from engine.platform import current_platform
from engine.providers.choose import choose
from engine.providers.vectors import vectors_providers
from engine.settings import load_settings
from engine.supervisor import Policy, ServiceSpec, Supervisor
from tests.integration.supervisor.scripted import until
from tests.unit.knowledge.test_seed import PACK

QUICK = Policy(first_delay_s=0.1, max_delay_s=0.2, max_failures=1000)
START_S = 60.0


class Vectors:
    """A supervisor with the one service on a data folder."""

    def __init__(self, paths: DataPaths, env: dict[str, str], pack: PackSpec) -> None:
        self.paths = paths
        self.client = KnowledgeClient(paths)
        choice = choose(vectors_providers(paths, load_settings(env, paths.root), lambda: pack))
        self.supervisor = Supervisor([ServiceSpec("vectors", choice)], paths, policy=QUICK)

    @property
    def now(self) -> ServiceSnapshot:
        (snapshot,) = self.supervisor.snapshot()
        return snapshot

    def wait(self, state: State, restarts: int = 0) -> None:
        met = until(lambda: self.now.state is state and self.now.restarts >= restarts, START_S)
        assert met, f"{self.now}\n{self.log()}"

    def log(self) -> str:
        return "\n".join(f.read_text() for f in self.paths.logs.glob("vectors*"))


@pytest.fixture
def paths(tmp_path: Path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


Start = Callable[..., Vectors]


@pytest.fixture
def start(paths: DataPaths, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts the service; at the end of the test it is stopped and nothing of it is left."""
    monkeypatch.setenv("RTLAKEHOUSE_TEST_MARK", str(paths.root))
    running: list[Vectors] = []

    def begin(pack: PackSpec = PACK, ready: bool = True, **env: str) -> Vectors:
        made = Vectors(paths, env, pack)
        running.append(made)
        made.supervisor.run_in_thread()
        made.supervisor.start()
        if ready:
            made.wait(State.READY)
        return made

    yield begin
    for each in running:
        end(each)
    left = current_platform().tagged(f"RTLAKEHOUSE_TEST_MARK={paths.root}")
    assert not [pid for pid in left if pid != os.getpid()], f"left running: {left}"


def end(vectors: Vectors) -> None:
    """The orderly way; a second time does nothing."""
    vectors.supervisor.close()
    assert vectors.supervisor.join(20)
