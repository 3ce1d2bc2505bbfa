"""Window, rail, status line and palette, with pages that are made for the test."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.page import Page, PageCommand
from app.palette import ranked
from app.registry import PAGES, Entry
from app.statusline import sentence
from app.theme import DARK, LIGHT, style_sheet
from app.window import MainWindow
from engine.contracts.names import State
from engine.contracts.status import PipelineStatus, ServiceSnapshot, StatusReport

pytestmark = pytest.mark.unit


class Paper(Page):
    """Notes what the window tells it."""

    key, title, icon = "live", "Live", "activity"

    def __init__(self, context, parent=None):
        super().__init__(context, parent)
        self.told: list[object] = []

    def shown(self):
        self.told.append("shown")

    def hidden(self):
        self.told.append("hidden")

    def receive(self, argument):
        self.told.append(argument)

    def commands(self):
        return [PageCommand("Pause", lambda: self.told.append("paused"))]


@pytest.fixture
def shell(context, qtbot, monkeypatch) -> Any:
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
    assert sentence(report) == "pipeline failed: Out of memory."


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
