"""The program is started a second time."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from engine.host.commands import Commands
from engine.host.control import ControlServer
from engine.host.forward import bring_forward
from engine.paths import DataPaths
from engine.platform import current_platform
from engine.supervisor.instance import InstanceLock

pytestmark = pytest.mark.unit


@pytest.fixture
def paths(tmp_path) -> DataPaths:
    return DataPaths(tmp_path / "data").create()


@pytest.fixture
def serve(paths, monkeypatch):
    """A running instance as far as the control port goes; the lock counts as another process's."""
    nothing: Any = SimpleNamespace()
    monkeypatch.setattr(InstanceLock, "held_by_other", lambda _self: True)
    servers = []

    def serve(show):
        servers.append(ControlServer(paths, Commands(nothing, nothing, nothing, show)))

    yield serve
    for server in servers:
        server.close()


def test_that_the_open_window_is_shown(paths, serve):
    shown = threading.Event()
    serve(shown.set)
    assert bring_forward(paths)
    assert shown.wait(5)


def test_that_an_instance_without_a_window_is_no_window(paths, serve):
    serve(None)
    assert not bring_forward(paths)


def test_that_nothing_is_asked_where_nothing_runs(paths):
    assert not bring_forward(paths)
    paths.control_file.write_text('{"port": 1, "key": "00"}')
    assert not bring_forward(paths), "a file that a killed instance left behind"
    assert not InstanceLock(paths.lock_file, current_platform()).held_by_other()
