"""Window, rail, status line and palette, with pages that are made for the test."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from PySide6.QtCore import Qt

from app.page import Page, PageCommand
from app.palette import ranked
from app.registry import PAGES, Entry
from app.statusline import sentence
from app.theme import DARK, LIGHT, style_sheet
from app.window import MainWindow
from engine.contracts.names import State
from engine.contracts.protocol import Notice
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport
from tests.unit.app.desks import ScriptedDesk, report_of, service

pytestmark = pytest.mark.unit


class Paper(Page):
    """Notes what the window tells it."""

    key, title, icon = "live", "Live", "activity"

    def __init__(self, context, parent=None):
        super().__init__(context, parent)
        self.told: list[object] = []

    def prepared(self):
        self.told.append("prepared")

    def shown(self):
        self.told.append("shown")

    def hidden(self):
        self.told.append("hidden")

    def receive(self, argument):
        self.told.append(argument)

    def commands(self):
        return [PageCommand("Pause", lambda: self.told.append("paused"))]


@pytest.fixture
def desk(context) -> ScriptedDesk:
    made = ScriptedDesk(context.desk.paths)
    made.pack = SimpleNamespace(generator={})  # type: ignore[assignment]  # all that is asked of it
    context.desk = made
    return made


@pytest.fixture
def shell(context, desk, qtbot, monkeypatch) -> Any:
    monkeypatch.setattr(Entry, "make", lambda _self, given: Paper(given))
    made = MainWindow(context)
    made.may_close = True
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_no_page_is_shown_before_the_engine_is_open(shell):
    shell.show_page("live")
    assert shell.stack.currentWidget() is shell.placeholder
    assert not shell.rail.isEnabled()
    shell.open_pages("quality")
    assert shell.current.told == ["shown"]


def test_that_a_page_is_made_once_and_told_when_it_is_seen(shell):
    shell.open_pages("live")
    first = shell.current
    shell.show_page("sql", "SELECT 1")
    assert shell.current.told == ["shown", "SELECT 1"]
    assert first.told == ["shown", "hidden"]
    shell.show_page("live")
    assert shell.current is first


def test_that_keys_reach_every_page(shell, qtbot):
    shell.open_pages("live")
    seen = []
    for place in range(1, 10):
        qtbot.keyClick(shell, Qt.Key(ord("0") + place), Qt.KeyboardModifier.ControlModifier)
        seen.append(shell.current)
    assert len({id(page) for page in seen}) == 9


def test_that_a_narrow_window_keeps_the_icons_only(shell):
    shell.resize(1000, 700)
    assert shell.rail.width() == 56
    shell.resize(1400, 800)
    assert shell.rail.width() == 168


def test_that_closing_is_a_question_until_it_is_allowed(shell, qtbot):
    shell.may_close = False
    with qtbot.waitSignal(shell.close_requested):
        shell.close()
    assert shell.isVisible()
    shell.may_close = True
    shell.close()
    assert not shell.isVisible()


def test_that_the_palette_runs_what_was_found(shell, qtbot):
    shell.open_pages("live")
    page = shell.current
    qtbot.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.palette_box.isVisible()
    qtbot.keyClicks(shell.palette_box.field, "pause")
    qtbot.keyClick(shell.palette_box.field, Qt.Key.Key_Return)
    assert page.told[-1] == "paused"
    assert not shell.palette_box.isVisible()


def test_that_the_best_match_comes_first():
    commands = [PageCommand(t, lambda: None) for t in ("Go to SQL", "Save query", "Light theme")]
    assert [c.title for c in ranked(commands, "sq")] == ["Go to SQL", "Save query"]
    assert ranked(commands, "  ") == commands
    assert ranked(commands, "zebra") == []


def test_that_the_status_says_what_is_wrong():
    services = (
        ServiceSnapshot(name="broker", provider="kafka", why="", state=State.READY),
        ServiceSnapshot(
            name="pipeline", provider="local", why="", state=State.FAILED, detail="Out of memory."
        ),
    )
    report = StatusReport(state=State.FAILED, services=services, pipeline=PipelineStatus())
    assert sentence(report) == "Pipeline failed: Out of memory."


@pytest.mark.parametrize(
    ("stopped", "state", "said"),
    [
        ("generator", State.READY, "Demo events are paused"),
        ("pipeline", State.DEGRADED, "Pipeline is stopped"),
        ("llm", State.DEGRADED, "Language model is stopped"),
    ],
)
def test_that_a_stopped_service_is_named_and_paused_demo_events_are_no_fault(
    shell, stopped, state, said
):
    names = ("broker", "pipeline", "generator", "llm")
    report = report_of(*(service(n, State.STOPPED if n == stopped else State.READY) for n in names))
    shell.status.show_report(report)
    assert (report.state, shell.status.detail.text()) == (state, said)
    assert shell.status.detail.toolTip() == said


def test_that_demo_events_that_the_settings_keep_off_are_not_told_all_day():
    off = service("generator", State.STOPPED, detail="Off: Settings keeps them off.")
    assert sentence(report_of(service("broker"), off)) == ""


def test_that_every_colour_of_the_style_sheet_is_known():
    for colours in (DARK, LIGHT):
        assert "@" not in style_sheet(colours)


def test_that_every_page_has_its_own_key_and_shortcut():
    assert len({entry.key for entry in PAGES}) == len(PAGES) == 10
    assert len({entry.shortcut for entry in PAGES}) == 10


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["text", "muted", "accent", "good", "warning", "bad", "info"])
@pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
def test_that_text_can_be_read_on_every_surface(colours, name):
    for surface in (colours.window, colours.surface, colours.raised):
        pair = sorted((_luminance(getattr(colours, name)), _luminance(surface)))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, surface)


def test_that_a_page_in_the_tray_does_not_refresh(shell):
    shell.open_pages("live")
    shell.hide()
    assert shell.current.told == ["shown", "hidden"]
    shell.show_page("sql")
    assert shell.current.told == []
    shell.show()
    assert shell.current.told == ["shown"]
    shell.showMaximized()
    assert shell.current.told == ["shown"]


def test_that_a_page_is_prepared_though_another_was_being_made(shell, qtbot, monkeypatch):
    monkeypatch.setattr("app.window.PREPARE_AGAIN_MS", 0)

    def make(entry, given):
        page = Paper(given)
        if entry.key == "live":
            shell.prepare("alerts")  # its time comes in one of the loop's turns
        return page

    monkeypatch.setattr(Entry, "make", make)
    shell.open_pages("live")
    assert list(shell._pages) == ["live"]
    qtbot.waitUntil(lambda: "alerts" in shell._pages)
    assert shell._pages["alerts"].told == ["prepared"]


def test_that_a_page_that_cannot_be_made_does_not_keep_others_from_it(shell, monkeypatch):
    shell.open_pages("live")
    with monkeypatch.context() as broken:
        broken.setattr(Entry, "make", lambda _self, _given: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            shell.show_page("sql")
    shell.prepare("alerts")
    assert "alerts" in shell._pages


def test_that_a_notice_is_told_and_can_be_read_afterwards(shell, context, toasts, desk):
    notice = Notice(level="warning", message="12 records expired unread.")
    context.door.notified.emit("pipeline", notice)
    assert toasts == [("warning", "12 records expired unread.")]
    desk.report = report_of(service("broker")).model_copy(
        update={"notices": ("The pack was refused.", notice.message)}
    )
    shell._tick()
    assert shell.status.notices.text() == "2 notices"
    assert shell.status.notices.toolTip() == "12 records expired unread.\nThe pack was refused."
    desk.report = None
    shell._tick()
    assert not shell.status.notices.isVisible()


def test_that_a_count_is_seen_in_a_narrow_window_too(shell):
    shell.resize(1000, 700)
    button = shell.rail._buttons["alerts"]
    plain = button.icon().cacheKey()
    shell.rail.set_count("alerts", 2)
    assert button.icon().cacheKey() != plain
    assert button.toolTip().startswith("Alerts, 2 open")
    for count, told in ((1, "Services, 1 wants attention"), (2, "Services, 2 want attention")):
        shell.rail.set_count("services", count)
        assert shell.rail._buttons["services"].accessibleName() == told
    shell.rail.set_count("alerts", 0)
    assert button.icon().cacheKey() == plain
    assert button.toolTip().startswith("Alerts  ")


def test_that_commands_of_a_page_that_was_never_seen_are_found(shell, monkeypatch):
    def make(entry, given):
        page = Paper(given)
        page.key = entry.key
        run = PageCommand("Build a query", lambda: page.told.append("built"))
        monkeypatch.setattr(page, "commands", lambda: [run])
        return page

    monkeypatch.setattr(Entry, "make", make)
    assert not [c for c in shell.commands() if "Build a query" in c.title]
    shell.open_pages("live")
    (command,) = [c for c in shell.commands() if c.title == "SQL: Build a query"]
    command.run()
    assert shell.current.key == "sql"
    assert shell.current.told == ["shown", "built"]
    assert len([c for c in shell.commands() if c.title.endswith(": Build a query")]) == 2


def test_that_commands_of_services_are_found_before_and_after_their_page_is_seen(
    shell, context, desk
):
    context.go = shell.show_page
    desk.report = report_of(service("broker"))
    shell.open_pages("live")
    for visit in ("first", "second"):
        found = [c for c in shell.commands() if c.title == "Services: Log of Broker"]
        assert len(found) == 1, visit
        found[0].run()
        assert shell.current is shell._pages["services"]
        assert shell.current.told[-1] == "broker"
        shell.show_page("live")
    assert "Settings: Kafka settings" in [c.title for c in shell.commands()]


def test_that_the_palette_asks_for_its_commands_once(shell, qtbot):
    asked = Mock(return_value=[])
    shell.palette_box._commands = asked
    shell.palette_box.open()
    qtbot.keyClicks(shell.palette_box.field, "restart")
    asked.assert_called_once_with()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.key)
def test_that_what_the_palette_offers_is_what_the_page_has(entry):
    source = inspect.getsource(entry.load().commands)
    for title in entry.offers:
        assert f'tr("{title}")' in source
