"""The log pane: follow, search, filter, older lines, another service."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractSlider

from app.models.log_model import LogModel
from app.pages.services.log_pane import LogPane
from app.pages.services.log_view import LogView
from engine.readings.log_lines import LogLevel, LogLine

pytestmark = pytest.mark.unit
STAMP = "2026-01-01T12:00:00.000+00:00"


def _write(context, service, lines, mode="a"):
    folder = context.desk.paths.create().logs
    with (folder / f"{service}.log").open(mode) as file:
        file.writelines(f"{STAMP} {line}\n" for line in lines)


@pytest.fixture
def pane(qtbot, context, monkeypatch):
    monkeypatch.setattr("app.pages.services.log_pane.EVERY_S", 0.05)
    _write(context, "broker", [f"INFO x: line {n}" for n in range(300)])
    _write(context, "pipeline", ["WARN y: slow", "ERROR y: broke", "\tat z", "INFO y: on"])
    pane = LogPane(context)
    qtbot.addWidget(pane)
    pane.resize(900, 400)
    pane.show()
    pane.start()
    qtbot.waitUntil(lambda: pane.model.total == 300)
    yield pane
    pane.stop()


def _last(pane):
    return pane.model.index(pane.model.rowCount() - 1).data()


def test_that_the_first_log_is_shown_at_its_end(qtbot, pane):
    assert (pane.chosen, pane.services.currentText()) == ("broker", "Broker")
    assert _last(pane).endswith("line 299")
    bar = pane.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    assert pane.total.text() == "300 lines"


def test_that_new_lines_appear_and_stay_in_sight(qtbot, context, pane):
    _write(context, "broker", ["INFO x: new"])
    qtbot.waitUntil(lambda: pane.model.total == 301)
    assert _last(pane).endswith("new")
    bar = pane.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    assert pane.follow.isChecked()


def test_that_scrolling_up_ends_following_and_the_end_begins_it_again(qtbot, pane):
    bar = pane.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepSub)
    assert not pane.follow.isChecked()
    pane.model.append([LogLine(None, LogLevel.INFO, "new")])
    qtbot.wait(20)
    assert bar.value() < bar.maximum()
    qtbot.keyClick(pane.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert pane.follow.isChecked()
    assert bar.value() == bar.maximum()


def test_that_another_service_has_its_own_lines(qtbot, pane):
    pane.choose("pipeline")
    qtbot.waitUntil(lambda: pane.model.total == 4)
    assert _last(pane).endswith("y: on")


def test_that_a_log_that_is_not_there_yet_can_be_waited_for(qtbot, context, pane):
    pane.choose("llm")
    qtbot.waitUntil(lambda: pane.empty.isVisible())
    assert pane.services.currentText() == "Language model"
    _write(context, "llm", ["INFO x: up"])
    qtbot.waitUntil(lambda: pane.model.total == 1)
    assert (pane.chosen, _last(pane)[-2:]) == ("llm", "up")


def test_that_a_level_hides_the_rest_and_says_how_many(qtbot, pane):
    pane.choose("pipeline")
    qtbot.waitUntil(lambda: pane.model.total == 4)
    pane.levels.setCurrentIndex(3)
    assert pane.model.rowCount() == 2
    assert pane.total.text() == "2 of 4 lines"


def test_that_no_line_of_a_level_is_told(qtbot, pane):
    pane.levels.setCurrentIndex(3)
    assert pane.empty.isVisible()
    assert "No line of this level" in pane.empty.accessibleName()


def test_that_a_search_counts_marks_and_steps_through_its_matches(qtbot, pane):
    qtbot.keyClicks(pane.search, "line 29")
    qtbot.waitUntil(lambda: pane.count.text() == "11 of 11")
    assert pane.view.painter_.wanted == "line 29"
    assert not pane.follow.isChecked()
    pane.next.click()
    assert pane.count.text() == "1 of 11"
    assert pane.view.currentIndex().data().endswith("line 29")
    pane.previous.click()
    assert pane.count.text() == "11 of 11"
    pane.view.grab()  # paints the marks


def test_that_a_search_without_a_match_says_so(qtbot, pane):
    qtbot.keyClicks(pane.search, "zebra")
    qtbot.waitUntil(lambda: pane.count.text() == "no match")
    assert not pane.next.isEnabled()


def test_that_copy_takes_the_selected_lines(qtbot, pane):
    pane.view.go_to(3)
    qtbot.keyClick(pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().endswith("line 3")


def test_that_the_folder_of_the_logs_can_be_copied(context, pane, toasts):
    pane.path.click()
    assert QGuiApplication.clipboard().text() == str(context.desk.paths.logs)
    assert toasts[-1][0] == "info"


def test_that_older_lines_are_loaded_when_asked_for(qtbot, context):
    _write(context, "broker", [f"INFO x: line {n}" for n in range(6_000)])
    pane = LogPane(context)
    qtbot.addWidget(pane)
    pane.start()
    qtbot.waitUntil(lambda: pane.model.total == 5_000)
    assert pane.older.isEnabled()
    pane.older.click()
    qtbot.waitUntil(lambda: pane.model.total == 6_000)
    assert pane.model.index(0).data().endswith("line 0")
    assert not pane.older.isEnabled()
    pane.stop()


def test_that_a_view_of_fifty_thousand_lines_takes_new_ones_without_a_stall(qtbot, context):
    model = LogModel()
    view = LogView(model, context.theme)
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    lines = [LogLine(None, LogLevel.INFO, f"line {n}") for n in range(49_000)]
    model.replace(lines)
    QGuiApplication.processEvents()
    worst = 0.0
    for _ in range(10):
        started = time.thread_time()  # by the clock, other tests would be counted too
        model.append(lines[:300])
        QGuiApplication.processEvents()
        worst = max(worst, time.thread_time() - started)
    assert worst < 0.1
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
