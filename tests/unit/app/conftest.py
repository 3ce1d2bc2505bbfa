"""Widgets without a screen, a context whose engine is a stand-in folder, and no leftovers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partialmethod

import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.context import Context
from app.door import Door
from app.theme import Theme
from engine.host.desk import Desk
from engine.host.lanes import Lanes
from engine.paths import DataPaths

PATIENCE_MS = 30_000
"""In place of five seconds: these tests run beside others on every core."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test waits for may take its time; a limit of its own still counts."""
    for name in ("waitUntil", "waitSignal"):
        waiting = partialmethod(getattr(QtBot, name), timeout=PATIENCE_MS)
        monkeypatch.setattr(QtBot, name, waiting)


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes()
    yield made
    assert made.close(30.0), "A question to the engine is still being answered: wait for it."


@pytest.fixture
def toasts() -> list[tuple[str, str]]:
    """What was said to the person."""
    return []


@pytest.fixture
def context(
    qapp: QApplication, lanes: Lanes, toasts: list[tuple[str, str]], tmp_path_factory
) -> Iterator[Context]:
    """A desk that is not open, on an empty data folder; ``context.desk`` may be replaced."""
    # No event loop runs between tests: the last one's widgets would get this one's style as well.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk = Desk(DataPaths(tmp_path_factory.mktemp("data")))
    door = Door(lanes)
    theme = Theme(qapp, "dark")
    yield Context(door, desk, theme, lambda tone, text: toasts.append((tone, text)))
    lanes.close(30.0)
    door.deleteLater()
    theme.deleteLater()
