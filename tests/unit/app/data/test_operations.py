"""A restore and a compaction: what is asked before, sent, and told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.context import Context
from app.pages.data import DataPage
from app.pages.data import page as page_module
from engine.contracts.names import State, Table
from engine.contracts.protocol import Maintain, RestoreTable, Step
from engine.host.follow import Refused
from engine.readings.restore import preview_restore
from tests.unit.app.data.conftest import FakeDesk, bring_up

pytestmark = pytest.mark.unit


STEPS = [
    Step(operation="restore alerts", done=0, total=1),
    Step(operation="restore", done=1, total=1, detail="complete"),
]


def _ask_restore(page: DataPage, qtbot, monkeypatch, answer: bool) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def confirm(_parent: Any, title: str, text: str, _action: str, *, danger: bool) -> bool:
        assert danger
        asked.append((title, text))
        return answer

    monkeypatch.setattr(page_module, "confirm", confirm)
    page.ask_restore(1)
    qtbot.waitUntil(lambda: bool(asked))
    return asked


def test_that_a_restore_says_what_changes_and_is_sent_after_a_yes(
    page: DataPage, desk: FakeDesk, qtbot, monkeypatch
) -> None:
    desk.answers = STEPS
    ((title, text),) = _ask_restore(page, qtbot, monkeypatch, True)
    assert title == "Restore alerts to version 1?"
    assert "3 rows now, 1 row then (−2). 2 newer commits undone" in text
    qtbot.waitUntil(lambda: "is restored to version 1" in page.operation.label.text())
    assert desk.sent == [RestoreTable(table=Table.ALERTS, version=1)]
    assert not page.operation.running
    page.operation.close_button.click()
    assert not page.operation.isVisible()


def test_that_a_preview_is_seen_and_asked_for_once(
    page: DataPage, desk: FakeDesk, qtbot, monkeypatch
) -> None:
    release = threading.Event()
    read: list[Any] = []
    asked: list[Any] = []

    def slow(*what: Any) -> Any:
        read.append(what)
        release.wait(10)
        return preview_restore(*what)

    def no(*what: Any, **_: Any) -> bool:
        asked.append(what)
        return False

    monkeypatch.setattr(page_module, "preview_restore", slow)
    monkeypatch.setattr(page_module, "confirm", no)
    page.ask_restore(1)
    assert "Looking at what a restore of alerts" in page.operation.label.text()
    assert page.operation.isVisible()
    page.ask_restore(1)
    release.set()
    qtbot.waitUntil(lambda: bool(asked))
    qtbot.waitUntil(lambda: not page.operation.isVisible())
    assert len(read) == len(asked) == 1


def test_that_a_no_sends_nothing(page: DataPage, desk: FakeDesk, qtbot, monkeypatch) -> None:
    _ask_restore(page, qtbot, monkeypatch, False)
    assert desk.sent == []
    assert not page.operation.isVisible()


def test_that_a_refused_restore_shows_its_sentence(
    page: DataPage, desk: FakeDesk, qtbot, monkeypatch
) -> None:
    desk.answers = [Refused("The broker no longer has 4 of the records.", "")]
    _ask_restore(page, qtbot, monkeypatch, True)
    qtbot.waitUntil(lambda: "no longer has 4" in page.operation.label.text())
    assert page.operation.label.property("tone") == "bad"
    assert page.compact_button.isEnabled()


def test_that_a_version_that_is_gone_is_told_before_any_question(
    page: DataPage, toasts, context: Context, qtbot
) -> None:
    page.ask_restore(9)
    qtbot.waitUntil(lambda: bool(toasts))
    assert "no version 9" in toasts[0][1]


def test_that_a_compaction_shows_progress_and_what_it_did(
    page: DataPage, desk: FakeDesk, context: Context, qtbot
) -> None:
    lines = [f"{name}: 3 files into 1, 0.1 MB freed" for name in ("alerts", "Together")]
    told = [Step(operation="maintain", done=n, total=2, detail=d) for n, d in enumerate(lines, 1)]

    def follow(command: Any) -> Iterator[Step]:
        desk.sent.append(command)
        for step in told:
            context.door.hear("pipeline", step)
            yield step

    desk.follow = follow  # type: ignore[method-assign]  # one that also tells the door
    page.compact_button.click()
    assert not page.compact_button.isEnabled()
    qtbot.waitUntil(lambda: not page.operation.running)
    assert page.operation.label.text() == ("Compaction is done: 3 files into 1, 0.1 MB freed.")
    assert page.operation.label.toolTip().splitlines() == lines
    assert desk.sent == [Maintain()]
    assert page.compact_button.isEnabled()


def test_that_without_a_pipeline_nothing_can_be_changed(
    page: DataPage, desk: FakeDesk, qtbot
) -> None:
    bring_up(page, page.history, qtbot)
    page.history.select(1)
    desk.state = State.BACKOFF
    page.refresher.now()
    qtbot.waitUntil(lambda: not page.compact_button.isEnabled())
    assert "must be running" in page.compact_button.toolTip()
    assert not page.history.restore.isEnabled()
    assert page.history.look.isEnabled()
