"""What the program does once the engine is open, besides showing it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from app import program as program_module
from app.program import WARM_LOOKS, Program
from engine.contracts.names import State
from engine.paths import DataPaths
from tests.unit.app.desks import ScriptedDesk, report_of, service

pytestmark = pytest.mark.unit


class Warmed(ScriptedDesk):
    """Tells on which thread it was made warm."""

    def warm(self) -> None:
        self.asked.append(("warm", threading.current_thread().name))


@pytest.fixture
def program(qapp, tmp_path, monkeypatch) -> Iterator[Program]:
    """With an engine that is open, but for pages and tray."""
    desk = Warmed(DataPaths(tmp_path))
    monkeypatch.setattr(program_module, "WARM_LOOK_MS", 0)
    monkeypatch.setattr(program_module, "PAGES", ())
    monkeypatch.setattr(Program, "_make_tray", lambda _self: None)
    made = Program(qapp, desk.paths, demo=False)
    monkeypatch.setattr(made.window, "open_pages", lambda _first: None)
    monkeypatch.setattr(made.window, "prepare", lambda _key: None)
    made._desk = desk
    yield made
    made._ending = True
    assert made.lanes.close(30.0)
    for each in (made.window, made.theme, made):
        each.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def desk(program) -> Warmed:
    assert isinstance(program._desk, Warmed)
    return program._desk


def test_that_missing_passwords_are_asked_for_once_the_engine_is_open(program, desk, monkeypatch):
    asked = []
    monkeypatch.setattr("app.session_secrets.ask_for_secrets", lambda *who: asked.append(who))
    program._opened(desk)
    assert asked == [(program.context, program.window)]


def test_that_the_assistant_is_made_warm_behind_the_start(program, desk, qtbot):
    desk.report = report_of(service("broker", State.STARTING))
    program._warm(WARM_LOOKS)
    assert desk.asked == []
    desk.report = report_of(service("broker"))
    qtbot.waitUntil(lambda: desk.asked == [("warm", "lane-imports")])


def test_that_it_is_made_warm_at_last_where_a_service_stays_away(program, desk, qtbot):
    desk.report = report_of(service("broker", State.BACKOFF))
    program._warm_later(3)
    qtbot.waitUntil(lambda: desk.asked == [("warm", "lane-imports")])


def test_that_what_was_imported_is_not_looked_at_by_each_collection(program, desk, qtbot):
    desk.report = report_of(service("broker"))
    gc.unfreeze()
    program._warm_later(WARM_LOOKS)
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0)
