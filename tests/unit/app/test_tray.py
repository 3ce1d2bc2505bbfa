"""Tray, closing, and the way to the end."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox, QSystemTrayIcon, QWidget

from app.stopping import StoppingOverlay
from app.tray import CloseBehaviour, Tray, shown_state, tooltip
from engine.contracts.alerts import AlertCleared, AlertRaised, AlertRow
from engine.contracts.names import State
from engine.contracts.status import StateChange
from engine.settings.save import save_settings
from tests.unit.app.desks import ScriptedDesk, report_of, service

pytestmark = pytest.mark.unit


ROW = AlertRow(
    alert_id="a-1",
    raised_at_ms=1,
    rule="conversion_low",
    severity="warning",
    metric="conversion_rate",
    message="Conversion is 0.01, below 0.02.",
)
ALERT = AlertRaised(title="Conversion is low", row=ROW)


@pytest.fixture
def desk(context):
    context.desk = ScriptedDesk(context.desk.paths)
    return context.desk


@pytest.fixture
def tray(context, desk):
    tray = Tray(context)
    yield tray
    tray.hide()


@pytest.fixture
def with_tray(monkeypatch):
    """A desktop that has a tray; the offscreen one has none."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "isVisible", lambda _self: True)


@pytest.fixture
def told(monkeypatch):
    """Desktop notifications."""
    found = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _s, title, text, *_: found.append((title, text))
    )
    return found


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def _changed(name, old, new, detail=""):
    return StateChange(service=name, old=old, new=new, detail=detail)


def test_that_the_tooltip_tells_state_and_lag():
    report = report_of(service("broker"), service("pipeline"), lag=1234)
    assert tooltip(report) == "RT-Lakehouse: Ready\nLag 1,234 events"
    assert tooltip(None) == "RT-Lakehouse: Stopped"


def test_that_paused_demo_events_are_no_fault():
    report = report_of(service("broker"), service("generator", State.STOPPED))
    assert shown_state(report) is State.READY
    assert "paused" in tooltip(report)
    broken = report_of(service("broker", State.FAILED), service("generator", State.STOPPED))
    assert shown_state(broken) is State.FAILED


def test_that_the_icon_changes_with_the_state(desk, tray):
    before = tray.icon.icon().cacheKey()
    tray.refresh()
    assert tray.icon.icon().cacheKey() == before
    desk.report = report_of(service("broker", State.FAILED))
    tray.refresh()
    assert tray.icon.icon().cacheKey() != before


def test_that_demo_events_are_paused_and_resumed(qtbot, desk, tray):
    desk.report = report_of(service("broker"), service("generator"))
    tray.refresh()
    assert tray.pause_action.text() == "Pause demo events"
    tray.pause_action.trigger()
    qtbot.waitUntil(lambda: desk.asked == [("stop", "generator")])
    desk.report = report_of(service("broker"), service("generator", State.STOPPED))
    tray.refresh()
    assert tray.pause_action.text() == "Resume demo events"
    tray.pause_action.trigger()
    qtbot.waitUntil(lambda: desk.asked[1:] == [("start", "generator")])


def test_that_without_demo_events_there_is_nothing_to_pause(desk, tray):
    desk.report = report_of(service("broker"))
    tray.refresh()
    assert not tray.pause_action.isVisible()
    # Kept off by the settings: one click must not fill the topic of somebody's Kafka.
    off = service("generator", State.STOPPED, detail="Off: the broker is your own.")
    desk.report = report_of(service("broker"), off)
    tray.refresh()
    assert not tray.pause_action.isVisible()
    assert "paused" not in tray.icon.toolTip()


def test_that_a_failure_and_an_alert_are_told(context, tray, with_tray, told):
    context.door.notified.emit(
        "broker", _changed("broker", State.READY, State.FAILED, "It was ended by SIGKILL.")
    )
    context.door.notified.emit("alerts", ALERT)
    context.door.notified.emit("broker", _changed("broker", State.FAILED, State.STARTING))
    assert told == [
        ("Broker has failed", "It was ended by SIGKILL."),
        ("Conversion is low", ROW.message),
    ]


def test_that_notifications_can_be_turned_off(context, desk, tray, with_tray, told):
    save_settings(desk.paths, {"window.notifications": False})
    desk.reload_settings()
    context.door.notified.emit("alerts", ALERT)
    assert told == []


def test_that_cleared_and_snoozed_alerts_are_not_told(context, tray, with_tray, told):
    context.door.notified.emit("alerts", AlertCleared(title="Conversion is low", row=ROW))
    context.door.notified.emit("alerts", ALERT.model_copy(update={"quiet": True}))
    assert told == []


def test_that_without_a_tray_the_window_tells_and_closing_quits(
    qtbot, context, tray, window, told, toasts
):
    tray.show()
    context.door.notified.emit("alerts", ALERT)
    assert told == []
    assert toasts == [("warning", f"Conversion is low: {ROW.message}")]
    behaviour = CloseBehaviour(context, window, tray)
    with qtbot.waitSignal(behaviour.quit_requested):
        behaviour.close()
    assert window.isVisible()


def _press(window, text):
    box = window.findChild(QMessageBox, "closeQuestion")
    next(button for button in box.buttons() if button.text().replace("&", "") == text).click()


def test_that_closing_asks_once_and_remembers(qtbot, context, tray, window, with_tray):
    behaviour = CloseBehaviour(context, window, tray)
    behaviour.close()
    assert window.isVisible()
    _press(window, "Keep running")
    assert not window.isVisible()
    qtbot.waitUntil(lambda: context.desk.settings.window.keep_in_tray == "yes")
    behaviour.bring_back()
    assert window.isVisible()
    behaviour.close()
    assert not window.isVisible()


def test_that_quit_is_remembered_too(qtbot, context, tray, window, with_tray):
    behaviour = CloseBehaviour(context, window, tray)
    behaviour.close()
    with qtbot.waitSignal(behaviour.quit_requested):
        _press(window, "Quit")
    qtbot.waitUntil(lambda: context.desk.settings.window.keep_in_tray == "no")


def test_that_cancel_changes_nothing_and_asks_again(context, tray, window, with_tray):
    behaviour = CloseBehaviour(context, window, tray)
    behaviour.close()
    _press(window, "Cancel")
    assert window.isVisible()
    assert context.desk.settings.window.keep_in_tray == "ask"


def test_that_the_menu_opens_and_quits(qtbot, context, tray, window):
    behaviour = CloseBehaviour(context, window, tray)
    window.hide()
    tray.open_action.trigger()
    assert window.isVisible()
    with qtbot.waitSignal(behaviour.quit_requested):
        tray.quit_action.trigger()


def test_that_the_way_to_the_end_names_what_is_being_stopped(context, desk, window):
    desk.report = report_of(service("broker"), service("pipeline"))
    overlay = StoppingOverlay(context, window)
    overlay.begin()
    desk.report = None
    assert overlay.text.text() == "Next: Broker, Pipeline."
    say = context.door.notified.emit
    say("pipeline", _changed("pipeline", State.READY, State.STOPPING))
    assert overlay.text.text() == "Now: Pipeline. It finishes what it has in hand."
    say("pipeline", _changed("pipeline", State.STOPPING, State.STOPPED))
    assert overlay.bar.value() == 1
    say("broker", _changed("broker", State.READY, State.STOPPED))
    assert overlay.text.text() == "Everything has stopped."
    assert overlay.size() == window.size()


def test_that_the_overlay_stands_by_itself_over_a_hidden_window(qtbot, context, desk, window):
    window.hide()
    overlay = StoppingOverlay(context, window)
    qtbot.addWidget(overlay)
    overlay.begin()
    assert overlay.isWindow()
    assert overlay.isVisible()
