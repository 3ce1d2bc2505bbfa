"""What an assistant is made of."""

from __future__ import annotations

from typing import Any

import pytest

from engine.assistant import compose
from engine.assistant.compose import open_assistant
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from engine.query.pool import WorkerPool

pytestmark = pytest.mark.unit


def test_that_its_workers_are_the_programs(
    pack: PackSpec, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    class Worker:
        alive = True

        def __init__(self, limits: object) -> None:
            started.append(limits)

        def kill(self) -> None:
            self.alive = False

    monkeypatch.setattr(compose, "POOL", WorkerPool(Worker))  # type: ignore[arg-type]  # a stand-in
    assistant = open_assistant(pack, LakeReader(tmp_path))
    assistant.warm()
    assert len(started) == 1
    assistant.close()
