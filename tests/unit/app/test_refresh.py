"""Reading again and again, and saying how fresh it is."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtWidgets import QWidget

from app.formats import local_time
from app.pages.data import DataPage
from app.pages.live import LivePage
from app.pages.pipeline import PipelinePage
from app.refresh import Refresher
from engine.errors import LakehouseError
from engine.settings import Settings
from tests.unit.app.pages.standin import StandInDesk

pytestmark = pytest.mark.unit


@pytest.fixture
def owner(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def test_that_it_reads_again_and_again_until_stopped(context, owner, qtbot):
    shown = list[int]()
    counter = iter(range(1000))
    refresher = Refresher(context, owner, lambda: lambda: next(counter), shown.append, 0.01)
    refresher.start()
    qtbot.waitUntil(lambda: len(shown) >= 3)
    refresher.stop()
    assert shown[:3] == [0, 1, 2]
    assert "Paused" in refresher.status.text()


def test_that_paused_figures_never_claim_to_be_fresh(context, owner, qtbot, monkeypatch):
    refresher = Refresher(context, owner, lambda: lambda: 1, lambda _: None, 60.0)
    refresher.start()
    qtbot.waitUntil(lambda: refresher.status.text().startswith("Updated"))
    shown = refresher._shown_on
    refresher.stop()
    assert refresher.status.text() == f"Paused: as of {local_time(shown)}"
    later = time.monotonic() + 3600
    monkeypatch.setattr("app.refresh.time.monotonic", lambda: later)
    refresher.describe()
    assert refresher.status.text() == f"Paused: as of {local_time(shown)}"


def test_that_a_long_failure_gives_way_instead_of_widening_the_window(context, owner):
    refresher = Refresher(context, owner, lambda: lambda: 1, lambda _: None, 60.0)
    long = "The lake folder cannot be read. " * 20
    refresher.status.tell(long, "bad", "Start it.")
    assert refresher.status.minimumSizeHint().width() < 100
    assert refresher.status.sizeHint().width() > 1000
    assert refresher.status.toolTip().endswith("Start it.")


def test_that_a_slow_read_is_not_asked_for_twice(context, owner, qtbot):
    gate, asked = threading.Event(), list[int]()

    def read():
        asked.append(1)
        return lambda: gate.wait(60)

    refresher = Refresher(context, owner, read, lambda _: None, 0.0)
    refresher.start()
    assert refresher.status.text() == "Loading…"
    refresher._ask()
    assert asked == [1]
    refresher.stop()
    gate.set()


def test_that_a_new_choice_drops_the_answer_to_the_old_one(context, owner, qtbot):
    gate, shown, choice = threading.Event(), list[str](), ["old"]

    def read():
        wanted = choice[0]
        return lambda: (gate.wait(60), wanted)[1]

    refresher = Refresher(context, owner, read, shown.append, 60.0)
    refresher.start()
    choice[0] = "new"
    refresher.now()
    gate.set()
    qtbot.waitUntil(lambda: shown == ["new"])
    refresher.stop()


def test_that_an_error_is_shown_with_its_remedy_and_then_forgotten(context, owner, qtbot):
    broken = [True]

    def work() -> int:
        if broken[0]:
            raise LakehouseError("The lake is gone.", "Start it.")
        return 1

    refresher = Refresher(context, owner, lambda: work, lambda _: None, 0.01)
    refresher.start()
    qtbot.waitUntil(lambda: refresher.status.text() == "The lake is gone.")
    assert refresher.status.toolTip() == "The lake is gone. Start it."
    assert refresher.status.accessibleDescription() == "The lake is gone. Start it."
    assert refresher.status.property("tone") == "bad"
    broken[0] = False
    qtbot.waitUntil(lambda: refresher.status.text().startswith("Updated"))
    refresher.stop()


def test_that_old_news_are_called_stale(context, owner, qtbot, monkeypatch):
    refresher = Refresher(context, owner, lambda: lambda: 1, lambda _: None, 1.0)
    refresher.start()
    qtbot.waitUntil(lambda: refresher.status.text().startswith("Updated"))
    now = time.monotonic()
    monkeypatch.setattr("app.refresh.time.monotonic", lambda: now + 40)
    refresher.describe()
    assert refresher.status.text() == "Stale: last updated 40 s ago"
    refresher.stop()


def test_that_a_changed_setting_counts_from_the_next_read_on(context, owner, qtbot):
    shown, every_s = list[int](), [0.0]
    counter = iter(range(1000))
    refresher = Refresher(
        context, owner, lambda: lambda: next(counter), shown.append, lambda: every_s[0]
    )
    refresher.start()
    qtbot.waitUntil(lambda: len(shown) >= 3)
    every_s[0] = 3600.0
    qtbot.waitUntil(lambda: refresher._next.isActive() and refresher._next.interval() == 3_600_000)
    refresher.stop()


@pytest.mark.parametrize("page", [LivePage, PipelinePage, DataPage])
def test_that_pages_refresh_as_often_as_the_settings_say_now(context, qtbot, tmp_path, page):
    context.desk = desk = StandInDesk(tmp_path)
    made = page(context)
    qtbot.addWidget(made)
    for seconds in (7.0, 11.0):
        desk.settings = Settings(auto_refresh_interval=seconds)
        made.shown()
        qtbot.waitUntil(made.refresher._next.isActive)
        assert made.refresher._next.interval() == seconds * 1000
        made.hidden()


def test_that_a_fault_in_a_picture_does_not_end_the_refresh(context, owner, qtbot):
    shown = list[int]()
    counter = iter(range(1000))

    def show(value: int) -> None:
        shown.append(value)
        if value == 0:
            raise ValueError("a picture of nothing")

    refresher = Refresher(context, owner, lambda: lambda: next(counter), show, 0.01)
    with qtbot.captureExceptions() as caught:
        refresher.start()
        qtbot.waitUntil(lambda: len(shown) >= 2)
        refresher.stop()
    assert [kind for kind, *_ in caught] == [ValueError]


def test_that_a_page_hears_of_an_error_only_while_nothing_was_shown(context, owner, qtbot):
    broken, heard = [True], list[str]()

    def work() -> int:
        if broken[0]:
            raise LakehouseError("The lake is gone.", "Start it.")
        return 1

    refresher = Refresher(
        context, owner, lambda: work, lambda _: None, 60.0, failed=lambda e: heard.append(e.message)
    )
    refresher.start()
    qtbot.waitUntil(lambda: heard == ["The lake is gone."])
    broken[0] = False
    refresher.now()
    qtbot.waitUntil(lambda: refresher.status.text().startswith("Updated"))
    broken[0] = True
    refresher.now()
    qtbot.waitUntil(lambda: refresher.status.text() == "The lake is gone.")
    refresher.stop()
    assert len(heard) == 1
