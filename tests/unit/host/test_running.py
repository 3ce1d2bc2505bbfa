"""An instance that cannot be opened leaves nothing behind: no service, no lock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.host import running
from engine.host.desk import Desk
from engine.host.running import Running
from engine.paths import DataPaths
from engine.settings import load_settings
from engine.supervisor.supervisor import Supervisor

pytestmark = pytest.mark.unit


@pytest.fixture
def made(tmp_path, monkeypatch) -> list[Any]:
    """The instances that were composed: none has a service."""
    instances: list[Any] = []

    def compose(paths: DataPaths, _env: object, _demo: bool) -> Any:
        settings = load_settings({}, paths.root)
        supervisor = Supervisor([], paths)
        instances.append(SimpleNamespace(paths=paths, settings=settings, supervisor=supervisor))
        return instances[-1]

    part = SimpleNamespace(start=lambda: None, close=lambda: None)
    monkeypatch.setattr(running, "compose", compose)
    monkeypatch.setattr(running, "alert_watch", lambda _instance, _monitor: part)
    monkeypatch.setattr(running, "assistant_of", lambda _instance: part)
    return instances


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_that_services_end_where_the_instance_cannot_be_reached(tmp_path, made, monkeypatch):
    paths = DataPaths(tmp_path / "data")
    with monkeypatch.context() as broken:
        broken.setattr(running, "ControlServer", _full)
        with pytest.raises(OSError, match="No space"):
            Running(paths).__enter__()
    assert made[0].supervisor.join(0), "its thread still runs, and nobody can end it"
    with Running(paths):
        pass


@pytest.mark.parametrize("part", ["alert_watch", "assistant_of"])
def test_that_the_folder_is_free_again_where_a_part_cannot_be_made(
    tmp_path, made, monkeypatch, part
):
    paths = DataPaths(tmp_path / "data")
    with monkeypatch.context() as broken:
        broken.setattr(running, part, _full)
        with pytest.raises(OSError, match="No space"):
            Running(paths)
    with Running(paths):
        pass


def test_that_the_folder_is_free_again_where_the_desk_cannot_be_made(tmp_path, monkeypatch):
    closed, released = list[str](), list[str]()
    instance = SimpleNamespace(
        settings=None, pack=SimpleNamespace(spec=None), lake=None, knowledge=None
    )
    made = Running.__new__(Running)
    made.instance = instance  # type: ignore[assignment]
    made.assistant = SimpleNamespace(close=lambda: closed.append("assistant"))  # type: ignore[assignment]
    made._lake_lock = None
    made._lock = SimpleNamespace(release=lambda: released.append("lock"))  # type: ignore[assignment]
    monkeypatch.setattr("engine.host.desk.Running", lambda *_, **__: made)
    monkeypatch.setattr("engine.host.desk.assistant_of", _full)
    desk = Desk(DataPaths(tmp_path / "data"))
    with pytest.raises(OSError, match="No space"):
        desk.open(True, lambda _service, _what: None)
    assert (closed, released) == (["assistant"], ["lock"])
    assert desk.running is None
