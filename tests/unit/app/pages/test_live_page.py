"""The Live page over small real lakes: figures, choices, pause, empty and stale states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QFileDialog

from app.context import Context
from app.pages.live import LivePage
from app.pages.live.tiles import LiveTile
from app.pages.live.words import figure, readable, short_change
from engine.contracts.names import State
from engine.contracts.protocol import Tallied
from engine.contracts.status import StateChange
from engine.contracts.tally import OpenFigures, OpenMinute
from engine.errors import LakehouseError
from engine.readings.live_kpis import HourReading, KpiReading, KpiSpec
from tests.unit.app.pages.standin import PACK, StandInDesk
from tests.unit.readings.live_lake import MINUTE, SECOND, LiveLake, event, purchase

pytestmark = pytest.mark.unit


def start() -> dt.datetime:
    """A whole minute, three minutes ago."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    return now - 3 * MINUTE


@pytest.fixture
def lake(tmp_path: Path) -> LiveLake:
    return LiveLake(tmp_path, PACK)


@pytest.fixture
def desk(context: Context, lake: LiveLake) -> StandInDesk:
    desk = StandInDesk(lake.lake.root, {"broker": State.READY, "pipeline": State.STARTING})
    context.desk = desk  # type: ignore[assignment]
    return desk


@pytest.fixture
def page(qtbot: Any, context: Context, desk: StandInDesk) -> Iterator[LivePage]:
    made = LivePage(context)
    qtbot.addWidget(made)
    made.resize(1100, 690)
    made.show()
    yield made
    made.hidden()
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def filled(page: LivePage, lake: LiveLake, qtbot: Any) -> LivePage:
    """A page that shows two orders in its last minute."""
    at = start()
    lake.add(
        [
            event(at, "ann", country="DE"),
            purchase(at + 2 * SECOND, "ann", 30.0, country="DE"),
            purchase(at + 3 * SECOND, "bob", 10.0, country="US"),
            event(at + MINUTE, "ann"),
        ]
    )
    page.shown()
    qtbot.waitUntil(lambda: bool(page.charts.funnel.bars()) and page._reading is not None)
    return page


def test_that_before_the_first_event_the_page_says_what_it_waits_for(page, qtbot, context):
    went: list[str] = []
    context.go = lambda key, _argument: went.append(key)
    page.shown()
    qtbot.waitUntil(lambda: page.placeholder.heading.text() == "Waiting for the first events")
    assert "Broker: ready · Pipeline: starting" in page.placeholder.text.text()
    assert page.stack.currentIndex() == 0
    page.placeholder.button.click()
    assert went == ["services"]


def test_that_figures_appear_with_the_first_events(page, lake, qtbot):
    page.shown()
    qtbot.waitUntil(lambda: page.placeholder.heading.text() == "Waiting for the first events")
    lake.add([event(start(), "ann"), event(start() + MINUTE, "ann")])
    page.refresher.now()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1)


def test_that_old_figures_of_the_hour_alone_are_told(filled, qtbot, monkeypatch):
    def fail(_window_s):
        raise LakehouseError("The hours cannot be read.", "Look at the Services page.")

    assert filled.hours_trouble.isHidden()
    with monkeypatch.context() as broken:
        broken.setattr(filled._slow, "read", fail)
        filled.hours_refresher.now()
        qtbot.waitUntil(filled.hours_trouble.isVisible)
    assert filled.hours_trouble.text() == "Figures of the hour: The hours cannot be read."
    assert filled.hours_trouble.toolTip().endswith("Look at the Services page.")
    filled.hours_refresher.now()
    qtbot.waitUntil(filled.hours_trouble.isHidden)


def test_that_tiles_show_the_last_minute_and_the_hour(filled):
    tile = filled.tiles.tiles["orders"]
    assert tile.value.text() == "2"
    assert tile.hour.text() == "1 h: 2"
    assert tile.accessibleName().startswith("Orders: 2 in the last minute")
    assert filled.tiles.tiles["gmv_usd"].value.text() == "$40.00"
    assert "Purchases" in tile.toolTip()


def test_that_charts_hold_the_window(filled):
    charts = filled.charts
    assert charts.events.series_names()[0] == "Page view"
    first, last = charts.gmv.extent()
    assert last - first == 59 * 60
    assert charts.funnel.bars()[0].label == "Page view"
    assert [(bar.label, bar.value) for bar in charts.segments.bars()] == [
        ("DE", 30.0),
        ("US", 10.0),
    ]


def test_that_another_window_is_read_at_once(filled, qtbot):
    filled.charts.events.set_view((0.0, 60.0))
    filled.window_choice._group.button(0).click()
    qtbot.waitUntil(lambda: len(filled._reading.at) == 15)
    assert filled.charts.span() is None


def test_that_another_dimension_is_read_at_once(filled, qtbot):
    filled.charts.dimension.setCurrentIndex(1)
    qtbot.waitUntil(lambda: filled._reading.dimension == PACK.segments.dimensions[1])
    assert filled.charts.segments.is_empty()


def test_that_a_paused_page_reads_no_more_until_it_goes_on(filled, qtbot):
    qtbot.mouseClick(filled.pause_button, Qt.MouseButton.LeftButton)
    assert not filled.refresher.running
    assert filled.refresher.status.text().startswith("Paused")
    filled.hidden()
    filled.shown()
    assert not filled.refresher.running
    filled.toggle_pause()
    assert filled.refresher.running
    assert filled.hours_refresher.running


def test_that_a_hidden_page_does_not_read(filled):
    filled.hidden()
    assert not filled.refresher.running
    assert not filled.hours_refresher.running


def test_that_old_data_are_said_to_be_old(filled):
    moment = filled._reading.through
    filled._show_through(moment, moment.timestamp() + 5)
    assert "ago" not in filled.through.text()
    assert filled.through.property("tone") == ""
    filled._show_through(moment, moment.timestamp() + 300)
    assert filled.through.text().endswith("5 min 0 s ago")
    assert filled.through.property("tone") == "warning"
    assert "The Pipeline page shows which" in filled.through.toolTip()


def test_that_csv_of_what_is_shown_reaches_the_chosen_file(filled, qtbot, toasts, tmp_path):
    filled.csv_button.click()
    (dialog,) = filled.findChildren(QFileDialog)
    target = tmp_path / "live.csv"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    qtbot.waitUntil(lambda: bool(toasts))
    lines = target.read_text().splitlines()
    assert len(lines) == 61
    assert lines[0].startswith("minute_utc,events page_view")


def test_that_there_is_nothing_to_save_before_the_first_event(page, toasts):
    page.save_csv()
    assert toasts == [("info", "There is nothing to save yet.")]


def test_that_the_palette_offers_windows_and_pause(page):
    titles = [command.title for command in page.commands()]
    assert "Show 24 h" in titles
    assert "Pause" in titles


def test_that_every_control_has_a_name_and_can_be_reached_by_tab(filled):
    for control in (filled.pause_button, filled.csv_button, filled.charts.dimension):
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    for chart in filled.charts.all():
        assert chart.plot.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert chart.plot.accessibleName()


@pytest.mark.parametrize(
    ("minute", "hour"), [(9_999.0, 88_888_888.0), (99.99, 99_999.0), (88_888.0, None)]
)
def test_that_a_tile_of_a_small_window_cuts_no_figure(qtbot, context, minute, hour):
    spec = KpiSpec("avg_order_value_usd", "Order value", "usd", "", "")
    tile = LiveTile("Order value")
    qtbot.addWidget(tile)
    tile.show_figures(KpiReading(spec, minute, -0.88), HourReading(hour, 0.88), "12:30")
    tile.resize(166, tile.sizeHint().height())
    tile.show()
    assert tile.sizeHint().width() <= 166


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("number", 12_345.0, "12,345"),
        ("number", 1_234_567.0, "1.2 M"),
        ("usd", 87.7, "$87.70"),
        ("usd", 1_869.2, "$1,869"),
        ("usd", 470_312.0, "$470.3 k"),
        ("share", 0.0987, "9.9 %"),
        ("rate", 301.2, "301/s"),
        ("rate", 2.31, "2.3/s"),
        ("usd", None, "–"),
        ("rate", None, "–"),
    ],
)
def test_that_figures_are_written_with_their_unit(unit, value, text):
    assert figure(KpiSpec("x", "X", unit, "", ""), value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, "= 0 %"),
        (0.054, "▲ 5 %"),
        (0.006, "▲ 0.6 %"),
        (-0.64, "▼ 64 %"),
        (99.0, "▲ >999 %"),
    ],
)
def test_that_a_change_is_short(value, text):
    assert short_change(value) == text


def test_that_names_are_for_people():
    assert [readable(name) for name in ("category_id", "device_type", "add_to_cart")] == [
        "Category",
        "Device",
        "Add to cart",
    ]


def test_that_a_first_read_that_fails_says_so_in_the_middle(
    page: LivePage, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise LakehouseError("The lake is gone.", "Start it.")

    monkeypatch.setattr(page._live, "read", gone)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.placeholder.heading.text() == "The lake is gone.")
    assert page.placeholder.button.text() == "Try again"


def open_figures(at_s: int, **figures: float | None) -> Tallied:
    minutes = (OpenMinute(start_s=at_s, figures=figures),)
    return Tallied(
        figures=OpenFigures(at_ms=at_s * 1000, arrived_ms=at_s * 1000, rate=12.0, minutes=minutes)
    )


def test_that_the_running_minute_is_shown_as_it_is_counted(filled, context) -> None:
    running = int((start() + MINUTE).timestamp())
    context.door.notified.emit("tally", open_figures(running, orders=5.0, gmv_usd=70.0))
    assert filled.tiles.tiles["orders"].running.text() == "provisional: 5"
    assert filled.tiles.tiles["events_per_s"].running.text() == "provisional: 12/s"
    series = {each.name: each for each in filled.charts.gmv.shown()}
    assert series["GMV, provisional"].kind == "dashes"
    assert list(series["GMV, provisional"].y) == [40.0, 70.0]


def test_that_gold_s_minute_is_shown_again_when_nobody_counts(filled, context, qtbot) -> None:
    running = int((start() + MINUTE).timestamp())
    context.door.notified.emit("tally", open_figures(running, orders=5.0))
    gone = StateChange(service="tally", old=State.READY, new=State.BACKOFF)
    context.door.notified.emit("tally", gone)
    filled.refresher.now()
    qtbot.waitUntil(lambda: filled.tiles.tiles["orders"].running.text() == "now: 0")
    assert "GMV, provisional" not in filled.charts.gmv.series_names()


def test_that_a_paused_page_stands_still(filled, context) -> None:
    filled.toggle_pause()
    before = filled.tiles.tiles["orders"].running.text()
    running = int((start() + MINUTE).timestamp())
    context.door.notified.emit("tally", open_figures(running, orders=5.0))
    assert filled.tiles.tiles["orders"].running.text() == before
