"""The dialog for passwords that no keyring hands out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app import session_secrets
from app.session_secrets import SecretsDialog, ask_for_secrets
from engine.paths import DataPaths
from engine.readings.session_secrets import WantedSecret

pytestmark = pytest.mark.unit
WANTED = (
    WantedSecret("kafka.sasl_password", "Kafka password", "ann at kafka.example:9093"),
    WantedSecret("assistant.openai_api_key", "API key of the model service", "OpenAI"),
)


@pytest.fixture
def window(qtbot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def used(monkeypatch) -> list[dict[str, str]]:
    """What the engine was given."""
    given: list[dict[str, str]] = []
    monkeypatch.setattr(session_secrets, "use_for_session", lambda _desk, s: given.append(s))
    return given


def _opened(context, window, qtbot) -> SecretsDialog:
    ask_for_secrets(context, window)
    qtbot.waitUntil(lambda: window.findChildren(SecretsDialog) != [])
    dialogs: list[SecretsDialog] = window.findChildren(SecretsDialog)
    (dialog,) = dialogs
    return dialog


def test_that_nothing_opens_where_nothing_is_missing(context, window, lanes, monkeypatch, qtbot):
    looked: list[DataPaths] = []

    def nothing(paths: DataPaths) -> tuple[()]:
        looked.append(paths)
        return ()

    monkeypatch.setattr(session_secrets, "wanted_secrets", nothing)
    ask_for_secrets(context, window)
    after: list[None] = []
    context.door.ask(lambda: None, after.append, owner=window, lane=session_secrets.LANE)
    qtbot.waitUntil(lambda: after != [])
    assert looked == [context.desk.paths]
    assert window.findChildren(SecretsDialog) == []


def test_that_what_is_entered_is_used_and_what_is_left_out_is_not(
    context, window, used, monkeypatch, qtbot
):
    monkeypatch.setattr(session_secrets, "wanted_secrets", lambda _paths: WANTED)
    dialog = _opened(context, window, qtbot)
    assert not dialog.use.isEnabled()
    line = dialog.lines["kafka.sasl_password"]
    assert line.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(line, "s3cret")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: used == [{"kafka.sasl_password": "s3cret"}])


def test_that_not_now_changes_nothing(context, window, used, monkeypatch, qtbot):
    monkeypatch.setattr(session_secrets, "wanted_secrets", lambda _paths: WANTED)
    dialog = _opened(context, window, qtbot)
    dialog.lines["kafka.sasl_password"].setText("s3cret")
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChildren(SecretsDialog) == [])
    assert used == []


def test_that_no_password_stays_in_the_dialog(context, window, used, monkeypatch, qtbot):
    monkeypatch.setattr(session_secrets, "wanted_secrets", lambda _paths: WANTED)
    dialog = _opened(context, window, qtbot)
    dialog.lines["kafka.sasl_password"].setText("s3cret")
    dialog.use.click()
    qtbot.waitUntil(lambda: window.findChildren(SecretsDialog) == [])
    assert used == [{"kafka.sasl_password": "s3cret"}]
