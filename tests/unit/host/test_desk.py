"""What the window asks of the engine beside its pages."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import pytest

from engine.assistant.matching import verified
from engine.domain import load_pack
from engine.host.desk import Desk
from engine.paths import DataPaths, resources_dir

pytestmark = pytest.mark.unit


def test_that_warming_loads_what_the_first_question_would_wait_for(tmp_path, monkeypatch):
    done: list[str] = []
    desk = Desk(DataPaths(tmp_path))
    desk.assistant = SimpleNamespace(warm=lambda: done.append("worker"))  # type: ignore[assignment]
    desk.pack = load_pack(resources_dir() / "domains" / "ecommerce")
    monkeypatch.setattr(importlib, "import_module", done.append)
    desk.warm()
    assert done == ["worker", "pandas"]
    assert all("_rough" in vars(entry) for entry in verified._known(desk.pack))
