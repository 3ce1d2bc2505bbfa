"""The bundled model file, and every package here that can run it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from engine.llm.fits import context_for
from engine.llm.gguf import read_model_file
from engine.llm.models import LocalModel
from engine.llm.runtimes import runtimes
from engine.llm.server.config import Runtime
from engine.providers.llm_alone import server
from engine.providers.llm_local import client_of, server_config
from engine.provision.models import smollm


class Local:
    """A running local model: who asks it, and its processes."""

    def __init__(self, model: LocalModel, pid: int) -> None:
        self.model = model
        self.client = model.client
        self.pid = pid

    @property
    def workers(self) -> list[psutil.Process]:
        """Processes that have the model loaded: at most one."""
        return psutil.Process(self.pid).children(recursive=True)

    @property
    def rss(self) -> int:
        """Resident bytes of the front and its worker."""
        family = [psutil.Process(self.pid), *self.workers]
        return sum(process.memory_info().rss for process in family)


@pytest.fixture(scope="session")
def model_path() -> Path:
    """SmolLM2, as set-up puts it."""
    return smollm()


@contextmanager
def running(file: Path, folder: Path, runtime: Runtime, idle_s: float = 600.0) -> Iterator[Local]:
    """A front of that runtime, while in the context."""
    model = read_model_file(file)
    config = server_config(model, context_for(model, 2048), idle_s)
    config = config.model_copy(update={"runtime": runtime})
    with server(config, folder) as process:
        yield Local(client_of(config, model), process.pid)


@pytest.fixture(scope="module", params=runtimes())
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """Each package that is installed."""
    found: Runtime = request.param
    return found


@pytest.fixture(scope="module")
def local(
    runtime: Runtime, model_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Local]:
    """One for tests that do it no harm."""
    with running(model_path, tmp_path_factory.mktemp("llm"), runtime) as made:
        yield made


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """Whoever gives up ends the thread that reads for it."""
    yield
    for thread in threading.enumerate():
        if thread.name == "llm":
            thread.join(5)
            assert not thread.is_alive(), "a thread outlives who asked: see wire._Call.shut"
