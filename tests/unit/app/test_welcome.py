"""The first start's questions, and what the answers change."""

from __future__ import annotations

import pytest

from app import welcome
from app.welcome import Welcome
from engine.errors import LakehouseError
from engine.host.checks import Finding
from engine.host.window_state import load_window
from engine.settings import load_settings

pytestmark = pytest.mark.unit
FINDINGS = (
    Finding("disk", "ok", "80 GB free."),
    Finding("memory", "warning", "Only 1 GB.", "Close other programs."),
)


@pytest.fixture
def dialog(qtbot, context, monkeypatch):
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.setattr(welcome, "machine", lambda _paths: FINDINGS)
    dialog = Welcome(context)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.again.isEnabled)
    return dialog


def _start(qtbot, dialog):
    with qtbot.waitSignal(dialog.chosen):
        dialog.begin.click()


def test_that_the_computer_is_checked_and_told(dialog):
    rows = [
        dialog._findings.itemAt(n).widget().accessibleName()
        for n in range(dialog._findings.count())
    ]
    assert rows == ["disk: 80 GB free.", "memory: Only 1 GB."]


def test_that_demo_events_are_one_click(qtbot, context, dialog):
    _start(qtbot, dialog)
    assert load_window(context.desk.paths).welcomed
    assert not context.desk.paths.settings_file.exists()


def test_that_ones_own_kafka_takes_effect(qtbot, context, dialog):
    dialog.kafka.setChecked(True)
    dialog.servers.setText("localhost:9092")
    _start(qtbot, dialog)
    paths = context.desk.paths
    assert load_settings({}, paths.root).kafka.bootstrap_servers == "localhost:9092"


def test_that_the_form_appears_only_for_ones_own_kafka_and_says_what_is_missing(dialog):
    assert not dialog.form.isVisible()
    dialog.kafka.setChecked(True)
    assert dialog.form.isVisible()
    assert not dialog.begin.isEnabled()
    assert not dialog.note.isVisible()
    dialog.servers.setText("localhost")
    assert "host:port" in dialog.note.text()
    dialog.servers.setText("localhost:9092")
    assert dialog.begin.isEnabled()
    assert not dialog.user.isEnabled()
    dialog.protocol.setCurrentText("SASL_SSL")
    assert dialog.user.isEnabled()
    assert "user name" in dialog.note.text()


def test_that_a_password_is_not_readable_on_screen(dialog):
    dialog.password.setText("planted")
    assert "planted" not in dialog.password.displayText()


def test_that_the_connection_can_be_tried(qtbot, dialog, monkeypatch):
    monkeypatch.setattr(welcome, "try_kafka", lambda own: f"{own.servers} answers.")
    dialog.kafka.setChecked(True)
    dialog.servers.setText("a:1")
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.note.text() == "a:1 answers.")
    assert dialog.note.property("tone") == "good"


def test_that_a_silent_broker_is_told(qtbot, dialog, monkeypatch):
    def silent(_own):
        raise LakehouseError("It does not answer.", "Check its address.")

    monkeypatch.setattr(welcome, "try_kafka", silent)
    dialog.kafka.setChecked(True)
    dialog.servers.setText("a:1")
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.note.text() == "It does not answer. Check its address.")
    assert dialog.test.isEnabled()


def test_that_an_answer_that_cannot_be_kept_is_told_and_can_be_tried_again(
    qtbot, dialog, monkeypatch
):
    def refuse(_paths, _own):
        raise LakehouseError("The disk is full.", "Free space.")

    monkeypatch.setattr(welcome, "apply_choice", refuse)
    dialog.begin.click()
    qtbot.waitUntil(lambda: dialog.note.text() == "The disk is full. Free space.")
    assert dialog.begin.isEnabled()
    assert dialog.isVisible()


def test_that_a_variable_that_decides_otherwise_is_told(qtbot, context, monkeypatch):
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "c:3")
    monkeypatch.setattr(welcome, "machine", lambda _paths: ())
    dialog = Welcome(context)
    qtbot.addWidget(dialog)
    assert "c:3 is used" in dialog.note.text()
    qtbot.waitUntil(dialog.again.isEnabled)
