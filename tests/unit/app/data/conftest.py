"""The Data page on a small real lake, without a pipeline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.context import Context
from app.pages.data import DataPage
from engine.contracts.names import State, Table
from engine.contracts.pack import PackSpec
from engine.contracts.protocol import Step
from engine.domain import load_pack
from engine.lake import LakeReader
from pipelines.tables import Lake, ensure_tables
from tests.unit.lake.conftest import SHIPPED
from tests.unit.pipelines.lakes import commit


class FakeDesk:
    """A lake without a pipeline; long commands answer with ``answers``."""

    def __init__(self, lake: Lake, pack: Any = None) -> None:
        self.lake = LakeReader(lake.root)
        self.pack = pack
        self.settings = SimpleNamespace(auto_refresh_interval=2.0)
        self.state = State.READY
        self.sent: list[Any] = []
        self.answers: list[Any] = []

    def snapshot(self) -> Any:
        return SimpleNamespace(services=[SimpleNamespace(name="pipeline", state=self.state)])

    def follow(self, command: Any) -> Iterator[Step]:
        self.sent.append(command)
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer


@pytest.fixture(scope="module")
def pack() -> PackSpec:
    return load_pack(SHIPPED)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory, pack: PackSpec) -> Lake:
    made = Lake(tmp_path_factory.mktemp("made") / "lake")
    ensure_tables(made, pack)
    for _ in range(3):
        commit(made, Table.ALERTS)
    return made


@pytest.fixture
def lake(tmp_path, made_once: Lake) -> Lake:
    """Three rows of ``alerts``, in three versions after the first."""
    return Lake(Path(shutil.copytree(made_once.root, tmp_path / "lake")))


@pytest.fixture
def desk(lake: Lake, context: Context, pack: PackSpec) -> FakeDesk:
    made = FakeDesk(lake, pack)
    context.desk = made  # type: ignore[assignment]  # what the page uses of it
    return made


@pytest.fixture
def page(desk: FakeDesk, context: Context, qtbot) -> Iterator[DataPage]:
    made = DataPage(context)
    qtbot.addWidget(made)
    made.resize(1100, 690)
    made.show()
    made.shown()
    made.receive("alerts")
    qtbot.waitUntil(lambda: made.name.text() == "alerts")
    yield made
    made.hidden()


def bring_up(page: DataPage, pane: Any, qtbot) -> None:
    page.tabs.setCurrentWidget(pane)
    qtbot.waitUntil(lambda: not pane.reading and pane.content.currentIndex() == 1)
