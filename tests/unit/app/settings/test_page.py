"""The page as a whole: saving, errors, restarts, search, secrets, tests of connections."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.offers import settings_commands
from app.page import PageCommand
from app.pages.settings import SettingsPage
from engine.contracts.names import State
from engine.contracts.protocol import Incident, Produced, SetRate
from engine.contracts.status import StateChange
from engine.providers.kafka_client import BrokerSilent
from engine.providers.tryout import BrokerAnswer
from engine.readings import settings as engine
from engine.readings.models import ModelsAnswer
from engine.settings import load_settings

pytestmark = pytest.mark.unit
GRACE, PASSWORD = "spark.late_grace", "kafka.sasl_password"


def _type(qtbot, page, path: str, text: str) -> None:
    line = page.row(path).editor.line
    line.setText(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def offered(context, title: str) -> PageCommand:
    """What the palette has of that title."""
    return next(command for command in settings_commands(context) if command.title == title)


@pytest.fixture
def going(page, context) -> None:
    """Who goes to the Settings page reaches this one."""
    context.go = lambda _page, argument: page.receive(argument)


def _totals(incident: str | None) -> Produced:
    return Produced(sent=9, acknowledged=12_345, failed=0, rate=301.4, incident=incident)


def test_that_every_setting_stands_in_one_group(page):
    paths = [path for card in page.cards.values() for path in card.rows]
    assert len(paths) == len(set(paths)) >= 38
    assert [page.groups.item(i).text() for i in range(page.groups.count())] == list(page.cards)


def test_that_a_change_is_saved_and_waits_for_its_restart(page, desk, qtbot):
    _type(qtbot, page, GRACE, "20 minutes")
    qtbot.waitUntil(lambda: page.row(GRACE).info.value == 1200)
    assert load_settings({}, desk.paths.root).spark.late_grace == 1200
    assert page.restart_bar.text.text() == "1 change needs a restart of the pipeline."
    page.restart_bar.button.click()
    qtbot.waitUntil(lambda: desk.restarted == ["pipeline"])
    change = StateChange(service="pipeline", old=State.STOPPED, new=State.STARTING)
    page.context.door.notified.emit("pipeline", change)
    assert page.restart_bar.isHidden()


def test_that_a_reset_brings_the_default_back(page, desk, qtbot):
    _type(qtbot, page, GRACE, "20 minutes")
    qtbot.waitUntil(lambda: page.row(GRACE).info.source == "file")
    page.row(GRACE).reset.click()
    qtbot.waitUntil(lambda: page.row(GRACE).info.source == "default")
    assert page.row(GRACE).editor.line.text() == "15 minutes"
    assert page.restart_bar.isHidden()


def test_that_a_refused_value_is_said_at_its_field(page, desk, qtbot):
    _type(qtbot, page, GRACE, "soon")
    qtbot.waitUntil(lambda: "soon" in page.row(GRACE).note.text())
    assert "Correct it" in page.row(GRACE).note.text()
    assert not desk.paths.settings_file.exists()


def test_that_the_theme_changes_at_once(page, qtbot):
    combo = page.row("window.theme").editor.combo
    combo.setCurrentIndex(combo.findData("light"))
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: page.context.theme.choice == "light")


def test_that_a_new_rate_reaches_the_running_demo_events(page, desk, qtbot):
    editor = page.row("generator.rate").editor
    editor.spin.setValue(40)
    editor.commit()
    qtbot.waitUntil(lambda: desk.sent == [("generator", SetRate(rate=40.0))])


def test_that_an_incident_is_played_and_its_end_is_counted_down(page, desk, qtbot):
    page.groups.setCurrentRow(list(page.cards).index("Demo data"))
    button = page.demo.buttons["traffic_spike"]
    assert button.text() == "Inject traffic spike, 2 minutes"
    button.click()
    qtbot.waitUntil(lambda: "Traffic spike" in page.demo.playing.text())
    assert desk.sent == [("generator", Incident(name="traffic_spike", seconds=120))]
    notify = page.context.door.notified.emit
    notify("generator", _totals("traffic_spike"))
    assert page.demo.playing.text().endswith("left.")
    assert page.demo.flow.text() == "301 events/s now · 12,345 acknowledged since the start"


def test_that_an_incident_that_somebody_else_plays_is_shown(page):
    notify = page.context.door.notified.emit
    notify("generator", _totals("bad_deploy"))
    assert page.demo.playing.text() == "Playing now: Bad deploy."
    notify("generator", _totals(None))
    assert page.demo.playing.text() == ""


def test_that_nothing_can_be_injected_while_the_demo_events_are_down(page):
    change = StateChange(service="generator", old=State.READY, new=State.STOPPED)
    page.context.door.notified.emit("generator", change)
    assert not any(button.isEnabled() for button in page.demo.buttons.values())
    assert "Services page" in page.demo.flow.text()
    off = change.model_copy(update={"detail": "Off: they would go into your own Kafka."})
    page.context.door.notified.emit("generator", off)
    assert page.demo.flow.text() == "Off: they would go into your own Kafka."


def test_that_demo_events_can_be_switched_on_and_off(page, desk, qtbot, monkeypatch):
    switched: list[str | None] = []
    monkeypatch.setattr(
        desk, "switch_demo", lambda: switched.append(desk.settings.generator.enabled)
    )
    row = page.row("generator.enabled")
    combo = row.editor.combo
    assert [combo.itemText(i) for i in range(combo.count())] == ["Automatic", "On", "Off"]
    combo.setCurrentIndex(combo.findData("off"))
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: switched == ["off"])
    qtbot.waitUntil(lambda: row.info.value == "off")
    row.reset.click()
    qtbot.waitUntil(lambda: switched == ["off", None])
    assert page.restart_bar.isHidden()


def test_that_a_change_of_demo_events_that_are_off_does_not_ask_to_start_them(page, desk, qtbot):
    change = StateChange(service="generator", old=State.READY, new=State.STOPPED)
    desk.up = False
    page.context.door.notified.emit("generator", change)
    _type(qtbot, page, "generator.countries", "DE")
    qtbot.waitUntil(lambda: page.row("generator.countries").info.value == ("DE",))
    assert page.restart_bar.isHidden()


def test_that_demo_events_that_were_left_out_say_so(page, desk, monkeypatch):
    report = desk.snapshot()
    left = report.model_copy(update={"services": report.services[:2]})
    monkeypatch.setattr(desk, "snapshot", lambda: left)
    page.demo.refresh()
    assert "--no-demo" in page.demo.flow.text()


def test_that_a_search_shows_matching_settings_of_all_groups(page, qtbot):
    page.search.setText("heap")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    shown = [
        p
        for c in page.cards.values()
        if not c.isHidden()
        for p, r in c.rows.items()
        if not r.isHidden()
    ]
    assert shown == ["kafka.heap_mb", "spark.driver_heap_mb"]
    page.search.setText("no such thing")
    qtbot.keyClick(page.search, Qt.Key.Key_Return)
    assert not page.nothing.isHidden()
    page.groups.setCurrentRow(3)
    assert page.search.text() == ""
    assert page.nothing.isHidden()


def test_that_advanced_settings_wait_until_they_are_asked_for(page):
    page.receive("Spark")
    row = page.row("spark.driver_heap_mb")
    assert row.isHidden()
    page.advanced.setChecked(True)
    assert row.isVisible()


def test_that_a_password_goes_to_the_keyring(page, desk, keyring, qtbot):
    editor = page.row(PASSWORD).editor
    editor.line.setText("s3cret")
    editor.button.click()
    qtbot.waitUntil(lambda: page.row(PASSWORD).info.source == "keyring")
    assert list(keyring.entries.values()) == ["s3cret"]
    assert "s3cret" not in desk.paths.settings_file.read_text()


def test_that_a_secret_in_the_file_is_moved_when_asked(context, desk, keyring, qtbot):
    desk.paths.settings_file.write_text('[kafka]\nsasl_password = "s3cret"\n')
    page = SettingsPage(context)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: page.ready)
    assert "Kafka: Password" in page.secrets_bar.text.text()
    page.secrets_bar.button.click()
    qtbot.waitUntil(page.secrets_bar.isHidden)
    assert list(keyring.entries.values()) == ["s3cret"]


def test_that_a_broken_file_is_said_with_its_remedy_and_read_again(context, desk, qtbot):
    desk.paths.settings_file.write_text("[spark")
    page = SettingsPage(context)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: "not valid TOML" in page.placeholder.heading.text())
    desk.paths.settings_file.unlink()
    page.placeholder.button.click()
    qtbot.waitUntil(lambda: page.ready)


def test_that_a_connection_can_be_tested_once_there_is_an_address(page, monkeypatch, qtbot):
    assert not page.kafka_test.button.isEnabled()
    assert "Enter the address" in page.kafka_test.result.text()
    answer = BrokerAnswer(3, 12, "events", has_topic=False, elapsed_ms=120)
    monkeypatch.setattr(engine, "try_external_kafka", lambda _desk: answer)
    _type(qtbot, page, "kafka.bootstrap_servers", "kafka.example:9093")
    qtbot.waitUntil(page.kafka_test.button.isEnabled)
    page.kafka_test.button.click()
    qtbot.waitUntil(lambda: "3 brokers, 12 topics" in page.kafka_test.result.text())
    assert "not there yet" in page.kafka_test.result.text()


def test_that_a_tested_service_s_models_are_suggested(page, monkeypatch, qtbot):
    answer = ModelsAnswer("http://x/v1/models", ("big", "small"), 80)
    monkeypatch.setattr(engine, "try_model_service", lambda _desk: answer)
    page.model_test.button.click()
    qtbot.waitUntil(lambda: "2 models" in page.model_test.result.text())
    assert page.row("assistant.model_name").editor.line.completer() is not None


def test_that_a_failed_test_says_why(page, monkeypatch, qtbot):
    def fail(_desk):
        raise BrokerSilent("Nobody answers.", "Check the address.")

    monkeypatch.setattr(engine, "try_model_service", fail)
    page.model_test.button.click()
    qtbot.waitUntil(lambda: page.model_test.result.text() == "Nobody answers. Check the address.")
    assert page.model_test.result.property("tone") == "bad"


def test_that_the_palette_shows_a_group(page, context, going):
    offered(context, "Disk settings").run()
    assert page.groups.currentItem().text() == "Disk"


def test_that_the_palette_plays_an_incident_in_sight(page, context, desk, going, qtbot):
    offered(context, "Inject bad deploy, 2 minutes").run()
    assert page.groups.currentItem().text() == "Demo data"
    qtbot.waitUntil(lambda: "Bad deploy" in page.demo.playing.text())
    assert desk.sent == [("generator", Incident(name="bad_deploy", seconds=120))]


def test_that_an_incident_is_played_once_the_page_is_made(context, desk, qtbot):
    made = SettingsPage(context)
    qtbot.addWidget(made)
    context.go = lambda _page, argument: made.receive(argument)
    made.shown()
    offered(context, "Inject bad deploy, 2 minutes").run()
    assert not made.ready
    qtbot.waitUntil(lambda: desk.sent != [])
    assert made.groups.currentItem().text() == "Demo data"
    made.receive("Kafka")
    made.shown()
    qtbot.waitUntil(lambda: made.groups.currentItem().text() == "Kafka")
    assert len(desk.sent) == 1
