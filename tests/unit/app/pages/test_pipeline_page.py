from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QDialog

from app.context import Context
from app.pages.pipeline import PipelinePage
from app.pages.pipeline import page as page_module
from app.pages.pipeline.dialogs import BackfillDialog, RebuildDialog
from app.pages.pipeline.flow import ARROWS
from app.pages.pipeline.operation import OperationStrip
from app.pages.pipeline.words import box_content, problem_sentence
from engine.contracts.names import State, Table
from engine.contracts.protocol import CancelRebuild, Rebuild, Step
from engine.contracts.status import StateChange
from engine.errors import LakehouseError
from engine.host.monitor import StreamRecord
from engine.readings.pipeline import Flow, Layer, LayerReading, Problem
from engine.settings import Settings
from engine.settings.tree import WindowSettings
from tests.unit.app.pages.standin import StandInDesk, StandInMonitor, StandInRunning
from tests.unit.readings import refusals
from tests.unit.readings.test_pipeline import batch

pytestmark = pytest.mark.unit

UP = {"broker": State.READY, "pipeline": State.READY}


def stream() -> StreamRecord:
    now = time.time()
    batches = ((now - 2, batch(300, accepted=240, rejected=30)),)
    return StreamRecord(now, batches, ((now - 3, {0: 0}), (now - 1, {0: 0, 1: 4})), None)


@pytest.fixture
def desk(context: Context, tmp_path: Path) -> StandInDesk:
    desk = StandInDesk(tmp_path, dict(UP), StandInRunning(StandInMonitor(stream())))
    context.desk = desk  # type: ignore[assignment]
    return desk


@pytest.fixture
def gone(context: Context) -> list[tuple[str, object]]:
    went: list[tuple[str, object]] = []
    context.go = lambda page, argument: went.append((page, argument))
    return went


@pytest.fixture
def page(qtbot: Any, context: Context, desk: StandInDesk, gone: object) -> PipelinePage:
    made = PipelinePage(context)
    qtbot.addWidget(made)
    return made


def read(qtbot: Any, page: PipelinePage) -> None:
    page.refresher.now()
    qtbot.waitUntil(lambda: page.picture.boxes[Layer.BRONZE].content is not None)


def test_that_the_picture_shows_rows_rates_and_state(
    qtbot: Any, page: PipelinePage, tmp_path: Path
) -> None:
    refusals.write(tmp_path, Table.QUARANTINE, [refusals.refused(0), refusals.refused(1)])
    read(qtbot, page)

    box = page.picture.boxes[Layer.QUARANTINE]
    assert box.content is not None
    assert (box.content.figure, box.content.unit, box.content.state) == ("2", "records", "Flowing")
    broker = page.picture.boxes[Layer.BROKER].content
    assert broker is not None
    assert broker.figure == "4"
    assert page.picture.rate_of(ARROWS[1]) == pytest.approx(8.0)
    assert "2 records" in box.accessibleDescription()
    assert box.accessibleName() == "Quarantine: Flowing"


def test_that_every_box_leads_to_its_details(
    qtbot: Any, page: PipelinePage, gone: list[tuple[str, object]]
) -> None:
    page.show()
    for layer in Layer:
        box = page.picture.boxes[layer]
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert gone == [
        ("topic", None),
        ("data", Table.BRONZE),
        ("data", Table.SILVER),
        ("data", Table.GOLD_KPIS),
        ("quality", None),
    ]


def test_that_it_moves_only_while_something_flows_and_is_seen(
    qtbot: Any, page: PipelinePage, desk: StandInDesk
) -> None:
    read(qtbot, page)
    assert not page.picture.moving
    page.show()
    assert page.picture.moving
    now = time.time()
    desk.running = StandInRunning(StandInMonitor(StreamRecord(now, (), ((now, {0: 0}),), None)))
    page.refresher.now()
    qtbot.waitUntil(lambda: not page.picture.moving)
    page.hide()
    assert not page.picture.moving


@pytest.mark.parametrize("by", ["setting", "desktop"])
def test_that_nothing_moves_where_less_motion_is_wanted(
    qtbot: Any, page: PipelinePage, desk: StandInDesk, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "setting":
        desk.settings = Settings(window=WindowSettings(reduced_motion=True))
    else:
        monkeypatch.setattr("app.pages.pipeline.flow.motion_wanted", lambda _widget: False)
    page.show()
    read(qtbot, page)
    assert not page.picture.moving


def test_that_a_failed_pipeline_is_told_with_the_way_to_services(
    qtbot: Any, page: PipelinePage, desk: StandInDesk, gone: list[tuple[str, object]]
) -> None:
    desk.states["pipeline"] = State.FAILED
    read(qtbot, page)
    assert "The pipeline has failed. It says why." in page.banner.text.text()
    assert page.banner.text.property("tone") == "bad"
    assert not page.rebuild_button.isEnabled()
    page.banner.button.click()
    assert gone == [("services", None)]

    desk.states["pipeline"] = State.READY
    page.refresher.now()
    qtbot.waitUntil(page.banner.isHidden)
    assert page.rebuild_button.isEnabled()


def test_that_the_charts_show_batches_and_lag(
    qtbot: Any, page: PipelinePage, tmp_path: Path
) -> None:
    now = dt.datetime.now(dt.UTC)
    rows = [refusals.batch(now - dt.timedelta(seconds=s), duration_ms=s * 10.0) for s in (60, 30)]
    refusals.write(tmp_path, Table.METRICS, rows)
    read(qtbot, page)

    assert page.charts.lag.series_names() == ["All partitions", "Partition 0", "Partition 1"]
    (series,) = page.charts.duration.shown()
    assert series.y[np.isfinite(series.y)].tolist() == [600.0, 300.0]
    low, high = page.charts.rates.extent()
    assert high - low == pytest.approx(900.0)


def test_that_another_window_is_read_at_once(qtbot: Any, page: PipelinePage) -> None:
    read(qtbot, page)
    page.window_choice.choose(21_600.0)
    page.window_choice.chosen.emit(21_600.0)
    qtbot.waitUntil(lambda: page.charts.lag.extent()[1] - page.charts.lag.extent()[0] > 20_000)


def test_that_a_rebuild_is_asked_for_and_followed(
    qtbot: Any,
    page: PipelinePage,
    desk: StandInDesk,
    toasts: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.steps = (Step(operation="rebuild", done=1, total=1, detail="complete"),)
    questions: list[str] = []

    def choose(dialog: QDialog) -> bool:
        assert isinstance(dialog, RebuildDialog)
        dialog.gold.setChecked(True)
        questions.append(dialog.happens.text())
        return True

    monkeypatch.setattr(page_module, "asked", choose)
    page.ask_rebuild()
    qtbot.waitUntil(lambda: bool(toasts))

    assert desk.sent == [Rebuild(tables=("gold",))]
    assert "Silver and quarantine stay as they are" in questions[0]
    assert toasts == [("good", "Rebuilt. New events are worked off now.")]
    assert page.operation.isHidden()


def test_that_nothing_is_sent_where_the_question_is_answered_with_no(
    page: PipelinePage, desk: StandInDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "asked", lambda _dialog: False)
    page.ask_rebuild()
    page.ask_backfill()
    assert desk.sent == []


def test_that_a_backfill_carries_its_range(qtbot: Any) -> None:
    dialog = BackfillDialog(None)
    qtbot.addWidget(dialog)
    start = QDateTime.fromSecsSinceEpoch(1_772_366_400)
    dialog.since.setDateTime(start)
    dialog.until.setDateTime(start.addSecs(600))
    assert "The 10 minutes of gold from 2026-03-01 12:00" in dialog.happens.text()
    assert dialog.command() == Rebuild(
        tables=("gold",), since_ms=1_772_366_400_000, until_ms=1_772_367_000_000
    )
    dialog.until.setDateTime(start)
    assert not dialog.do.isEnabled()
    assert "end must lie after the start" in dialog.happens.text()


def test_that_enter_does_not_start_a_rebuild(qtbot: Any) -> None:
    dialog = RebuildDialog(1_234_567, 5, None)
    qtbot.addWidget(dialog)
    assert "1,234,567 records of bronze" in dialog.happens.text()
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.command() == Rebuild(tables=("silver", "gold"))


@pytest.fixture
def strip(qtbot: Any, context: Context, desk: StandInDesk) -> OperationStrip:
    made = OperationStrip(context)
    qtbot.addWidget(made)
    return made


def test_that_progress_of_anybodys_rebuild_is_shown(strip: OperationStrip) -> None:
    strip.hear("pipeline", Step(operation="rebuild silver", done=120_000, total=390_000))
    assert not strip.isHidden()
    assert strip.label.text() == "Rebuilding silver: 120,000 of 390,000 records"
    assert (strip.bar.value(), strip.bar.maximum()) == (120_000, 390_000)
    strip.hear("pipeline", Step(operation="maintain", done=1, total=1, detail="complete"))
    assert strip.running
    strip.hear("pipeline", Step(operation="rebuild", done=1, total=1, detail="complete"))
    assert strip.isHidden()


def test_that_a_rebuild_of_others_ends_with_the_pipeline(strip: OperationStrip) -> None:
    strip.hear("pipeline", Step(operation="rebuild gold", done=0, total=1))
    assert strip.label.text() == "Rebuilding gold"
    strip.hear("pipeline", StateChange(service="pipeline", old=State.READY, new=State.FAILED))
    assert not strip.running


def test_that_cancel_is_sent_to_the_pipeline(
    qtbot: Any, strip: OperationStrip, desk: StandInDesk
) -> None:
    strip.hear("pipeline", Step(operation="rebuild silver", done=1, total=2))
    strip.cancel.click()
    qtbot.waitUntil(lambda: desk.sent == [CancelRebuild()])
    assert not strip.cancel.isEnabled()
    assert strip.label.text() == "Cancelling…"


def test_that_a_refused_rebuild_is_told(
    qtbot: Any, strip: OperationStrip, desk: StandInDesk, toasts: list[tuple[str, str]]
) -> None:
    desk.refusal = LakehouseError("The pipeline is STARTING.", "Wait.")
    strip.start(Rebuild())
    assert strip.running
    qtbot.waitUntil(lambda: toasts == [("error", "The pipeline is STARTING. Wait.")])
    assert not strip.running


def test_that_a_cancelled_rebuild_says_that_all_is_as_it_was(
    qtbot: Any, strip: OperationStrip, desk: StandInDesk, toasts: list[tuple[str, str]]
) -> None:
    desk.steps = (Step(operation="rebuild", done=0, total=1, detail="cancelled"),)
    strip.start(Rebuild())
    qtbot.waitUntil(lambda: bool(toasts))
    assert toasts[0][0] == "info"


def test_that_a_long_batch_is_told_as_work() -> None:
    reading = LayerReading(Layer.GOLD, Flow.WORKING, State.READY, rows=1234, step_ms=190.0)
    content = box_content(reading, 43.0)
    assert (content.state, content.tone, content.figure) == ("Batch 43 s", "info", "1,234")
    assert content.lines == ("Written –", "Computed in 190 ms")


def test_that_starting_is_no_alarm() -> None:
    text, tone = problem_sentence(Problem("broker", State.STARTING, ""))
    assert text.startswith("The broker is starting. This takes")
    assert tone == "info"


def test_that_a_hidden_page_reads_nothing(page: PipelinePage) -> None:
    page.shown()
    assert page.refresher.running
    page.hidden()
    assert not page.refresher.running
