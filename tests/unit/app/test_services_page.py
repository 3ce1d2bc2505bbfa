"""The Services page: cards, buttons, diagnostics, support bundle."""

from __future__ import annotations

import zipfile

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton

from app.pages.services import ServicesPage, diagnostics
from app.pages.services.service_card import ServiceCard
from engine.contracts.names import State
from engine.errors import LakehouseError
from engine.host.checks import Finding
from engine.host.fixes import Fix
from engine.readings.services import Diagnosis
from tests.unit.app.desks import ScriptedDesk, report_of, service

pytestmark = pytest.mark.unit
GOOD = Diagnosis(Finding("memory", "ok", "Enough."))


@pytest.fixture
def findings(monkeypatch):
    """What doctor finds; a test may change it."""
    found = [GOOD]
    monkeypatch.setattr(diagnostics, "diagnose", lambda _paths, _report: tuple(found))
    return found


@pytest.fixture
def page(qtbot, context, findings):
    context.desk = ScriptedDesk(context.desk.paths.create())
    page = ServicesPage(context)
    qtbot.addWidget(page)
    page.resize(1100, 690)
    page.show()
    yield page
    page.hidden()


def _card(qtbot, **more):
    card = ServiceCard("broker")
    qtbot.addWidget(card)
    card.show_snapshot(service("broker", **more))
    return card


def _value(card, key):
    return card._values[key].text()


def test_that_a_card_shows_every_figure_with_its_unit(qtbot):
    card = _card(
        qtbot,
        pid=42,
        port=9092,
        rss_bytes=1_500_000_000,
        cpu_percent=103.4,
        uptime_s=3725,
        restarts=2,
    )
    assert card.badge.text() == "Ready"
    assert _value(card, "provider") == "kafka"
    assert (_value(card, "pid"), _value(card, "port")) == ("42", "9092")
    assert (_value(card, "memory"), _value(card, "cpu")) == ("1.5 GB", "103 %")
    assert (_value(card, "uptime"), _value(card, "restarts")) == ("1 h 2 min", "2")


def test_that_what_is_not_known_is_a_dash(qtbot):
    card = _card(qtbot, state=State.STOPPED)
    assert {_value(card, key) for key in ("pid", "port", "memory", "cpu", "uptime")} == {"–"}
    assert card.copy_port.isHidden()


def test_that_the_port_is_copied_as_an_address(qtbot):
    card = _card(qtbot, port=9092)
    with qtbot.waitSignal(card.copied):
        card.copy_port.click()
    assert QGuiApplication.clipboard().text() == "127.0.0.1:9092"


def test_that_the_providers_before_it_are_told(qtbot):
    card = _card(qtbot, why="external: KAFKA_BOOTSTRAP_SERVERS is not set.")
    assert "Why kafka: external" in card.why.text()
    assert _card(qtbot).why.isHidden()


def test_that_a_service_that_gave_up_shows_its_last_lines_and_what_to_do(qtbot):
    lines = ("2026-01-01T12:00:00.000+00:00 ERROR x: java.lang.OutOfMemoryError: heap",)
    card = _card(qtbot, state=State.FAILED, detail="It ended with exit status 1.", last_lines=lines)
    assert "OutOfMemoryError" in card.lines.toPlainText()
    assert "memory" in card.advice.text()
    assert card.start.text() == "Try again"
    assert card.start.isEnabled()
    assert not card.stop.isEnabled()
    card.show_snapshot(service("broker"))
    assert card.lines.isHidden()
    assert card.advice.isHidden()


def test_that_nothing_running_is_told(page):
    page.shown()
    assert "Nothing runs" in page.empty.accessibleName()


def test_that_buttons_ask_the_engine(qtbot, context, page):
    context.desk.report = report_of(service("broker"), service("generator", State.STOPPED))
    page.shown()
    page.cards["broker"].stop.click()
    page.cards["broker"].restart.click()
    page.cards["generator"].start.click()
    wanted = [("stop", "broker"), ("restart", "broker"), ("start", "generator")]
    qtbot.waitUntil(lambda: context.desk.asked == wanted)


def test_that_the_page_follows_the_services(qtbot, context, page):
    context.desk.report = report_of(service("broker", State.STARTING))
    page.shown()
    assert page.cards["broker"].badge.text() == "Starting"
    context.desk.report = report_of(service("broker"))
    page._timer.timeout.emit()
    assert page.cards["broker"].badge.text() == "Ready"
    assert page.overall.text() == "Ready"


def test_that_a_refused_button_is_told(qtbot, context, page, toasts):
    said: list[str] = []
    context.door.failed.connect(said.append)

    def refuse(_name):
        raise LakehouseError("The lakehouse is not running.", "Wait.")

    context.desk.stop_service = refuse
    context.desk.report = report_of(service("broker"))
    page.shown()
    page.cards["broker"].stop.click()
    qtbot.waitUntil(lambda: said == ["The lakehouse is not running. Wait."])


def test_that_a_card_opens_its_log(qtbot, context, page):
    for name in ("broker", "pipeline"):
        (context.desk.paths.logs / f"{name}.log").write_text("x\n")
    context.desk.report = report_of(service("broker"), service("pipeline"))
    page.shown()
    qtbot.waitUntil(lambda: page.logs.services.count() == 2)
    page.tabs.setCurrentWidget(page.diagnostics)
    page.cards["pipeline"].log.click()
    assert page.tabs.currentWidget() is page.logs
    assert page.logs.services.currentText() == "Pipeline"
    assert page.logs.chosen == "pipeline"


def test_that_the_palette_s_log_is_shown_though_nothing_was_read_yet(qtbot, context, page):
    for name in ("broker", "pipeline"):
        (context.desk.paths.logs / f"{name}.log").write_text(f"of {name}\n")
    page.shown()
    page.receive("pipeline")
    qtbot.waitUntil(lambda: page.logs.services.count() == 2)
    assert page.logs.chosen == "pipeline"
    qtbot.waitUntil(lambda: page.logs.model.total == 1)
    assert page.logs.model.index(0).data().endswith("of pipeline")


def test_that_the_header_says_why_it_is_degraded(context, page):
    context.desk.report = report_of(service("broker"), service("vectors", State.STOPPED))
    page.shown()
    assert (page.overall.text(), page.reason.text()) == ("Degraded", "Knowledge is stopped")
    context.desk.report = report_of(service("broker"), service("generator", State.STOPPED))
    page.refresh()
    assert (page.overall.text(), page.reason.text()) == ("Ready", "Demo events are paused")


def test_that_findings_are_counted_for_the_rail(qtbot, page, findings):
    findings[:] = [Diagnosis(Finding("disk", "warning", "Only 1 GB free.", "Free space.")), GOOD]
    with qtbot.waitSignal(page.badge_changed) as heard:
        page.shown()
    assert heard.args == [1]
    assert page.tabs.tabText(1) == "Diagnostics (1)"
    assert page.diagnostics.summary.text() == "1 of 2 checks want attention."


def test_that_findings_are_counted_before_anybody_looks(qtbot, page, findings):
    findings[:] = [Diagnosis(Finding("disk", "warning", "Only 1 GB free.", "Free space."))]
    with qtbot.waitSignal(page.badge_changed) as heard:
        page.prepared()
    assert heard.args == [1]


def test_that_a_fix_says_what_it_will_do_and_then_looks_again(
    qtbot, page, findings, monkeypatch, toasts
):
    asked: list[str] = []
    done: list[str] = []

    def mend():
        done.append("mended")
        findings[:] = [GOOD]
        return "It is mended."

    fix = Fix("Move aside", "Renames the file; nothing is lost.", mend)
    findings[:] = [Diagnosis(Finding("settings", "error", "Not valid.", "Correct it."), fix)]

    def confirm(_parent, _title, text, _action):
        asked.append(text)
        return len(asked) > 1

    monkeypatch.setattr(diagnostics, "confirm", confirm)
    with qtbot.waitSignal(page.badge_changed):
        page.shown()
    button = page.diagnostics.findChild(QPushButton, "fix-settings")
    button.click()
    assert asked == [fix.explains]
    assert done == []  # the person said no
    with qtbot.waitSignal(page.badge_changed) as heard:
        button.click()
    assert heard.args == [0]
    assert done == ["mended"]
    assert ("good", "It is mended.") in toasts
    assert page.diagnostics.summary.text() == "All 1 checks are good."


def test_that_a_fix_that_fails_is_told(qtbot, page, findings, monkeypatch, toasts):
    def fail():
        raise LakehouseError("No network.", "Connect.")

    findings[:] = [Diagnosis(Finding("jars", "error", "Missing."), Fix("Fetch", "x", fail))]
    monkeypatch.setattr(diagnostics, "confirm", lambda *_: True)
    with qtbot.waitSignal(page.badge_changed):
        page.shown()
    page.diagnostics.findChild(QPushButton, "fix-jars").click()
    qtbot.waitUntil(lambda: ("error", "No network. Connect.") in toasts)
    assert page.diagnostics.again.isEnabled()


def test_that_the_support_bundle_is_written_where_the_person_says(qtbot, page, tmp_path, toasts):
    target = tmp_path / "b.zip"
    page.save_bundle()
    dialog = page.findChild(QFileDialog)
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    assert not page.bundle.isEnabled()
    qtbot.waitUntil(page.bundle.isEnabled, timeout=30_000)  # it looks at the whole computer
    assert zipfile.is_zipfile(target)
    assert toasts[-1][0] == "good"
    assert str(target) in toasts[-1][1]


def test_that_no_bundle_is_written_when_the_person_thinks_again(page, toasts):
    page.save_bundle()
    page.findChild(QFileDialog).reject()
    assert page.bundle.isEnabled()
    assert toasts == []


def test_that_the_palette_has_its_commands(context, page):
    context.desk.report = report_of(service("broker"))
    page.refresh()
    titles = [command.title for command in page.commands()]
    assert {"Check this computer", "Save support bundle"} == set(titles)
