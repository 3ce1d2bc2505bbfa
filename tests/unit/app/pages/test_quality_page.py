from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.context import Context
from app.pages.quality import QualityPage
from app.pages.quality.words import anomaly_sentence, reason_title, remedy
from engine.contracts.names import Reason, Table
from engine.errors import LakehouseError
from engine.readings.anomalies import Anomaly, Baseline
from engine.readings.quarantine import RecordFilter
from tests.unit.app.pages.standin import StandInDesk
from tests.unit.readings.refusals import batch, refused, write

pytestmark = pytest.mark.unit

SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def lake(tmp_path: Path, now: dt.datetime) -> Path:
    """Four records of two reasons in the last minutes, and one of three hours ago."""
    rows = [refused(at, kafka_ts=now - (30 + at) * SECOND) for at in range(3)]
    broken = '{"event_id":"e9",}'
    rows.append(
        refused(90, reason="not_json", detail="no JSON", raw=broken, kafka_ts=now - 600 * SECOND)
    )
    rows.append(refused(1, kafka_ts=now - 3 * 3600 * SECOND))
    write(tmp_path, Table.QUARANTINE, rows)
    counts = [batch(now - m * 60 * SECOND, input_rows=100, rejected=4) for m in range(1, 50)]
    counts[9]["rejected"] = 60
    write(tmp_path, Table.METRICS, counts)
    return tmp_path


@pytest.fixture
def page(qtbot: Any, context: Context, lake: Path) -> QualityPage:
    context.desk = StandInDesk(lake)  # type: ignore[assignment]
    made = QualityPage(context)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made


def read(qtbot: Any, page: QualityPage, count: int = 4) -> None:
    page.refresher.now()
    qtbot.waitUntil(lambda: page.records.model.rowCount() == count)


def cell(page: QualityPage, row: int, column: int) -> str:
    return str(page.records.model.index(row, column).data())


def test_that_the_window_has_totals_charts_and_ranked_reasons(
    qtbot: Any, page: QualityPage
) -> None:
    read(qtbot, page)
    assert "Refused 252 (5.1 %)" in page.totals.text()
    assert "Accepted: 4,648" in page.totals.toolTip()
    model = page.reasons.model()
    titles = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert titles == ["Negative price, 3, 75.0 %", "No JSON, 1, 25.0 %"]
    assert page.overview.odd.series_names() == ["Refused", "Duplicates", "Late"]


def test_that_anomalies_are_marked_and_told(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    page.overview.odd.flush()
    (marker,) = page.overview.odd._markers
    assert marker.y == 60.0
    assert marker.text.startswith("Refused: 60 a minute, far more than 4")


def test_that_records_are_listed_newest_first(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    qtbot.waitUntil(lambda: cell(page, 0, 4) == "0")
    assert [cell(page, row, 1) for row in range(4)] == ["Negative price"] * 3 + ["No JSON"]
    assert cell(page, 3, 5) == '{"event_id":"e9",}'


def test_that_a_reason_filters_and_gives_way_again(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    bars = page.reasons
    where = bars.visualRect(bars.model().index(1, 0)).center()
    qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 1)
    assert page.records.wanted.reason == "not_json"
    assert page.records.clear.isVisible()
    page.records.clear.click()
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 4)
    assert page.reasons.choice == ""
    assert not page.records.clear.isVisible()


def test_that_a_text_filters(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    page.records.search.setText("E9")
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 1)
    page.records.search.setText("nowhere")
    qtbot.waitUntil(lambda: page.records.nothing.isVisible())
    assert page.records.nothing.heading.text() == "Nothing found"
    page.records.nothing.button.click()
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 4)


def test_that_zooming_a_chart_filters_by_time(
    qtbot: Any, page: QualityPage, now: dt.datetime
) -> None:
    read(qtbot, page)
    low, high = now.timestamp() - 700, now.timestamp() - 500
    page.overview.accepted.view_changed.emit((low, high))
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 1)
    assert " – " in page.records.clear.text()
    page.overview.accepted.view_changed.emit(None)
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 4)


def test_that_another_window_reaches_further_back(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    page.window_choice.choose(21_600.0)
    page.window_choice.chosen.emit(21_600.0)
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 5)


def test_that_the_detail_says_what_was_wrong_and_marks_it(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    page.records.table.setFocus()
    page.records.table.selectRow(0)
    qtbot.waitUntil(lambda: page.detail.raw.isVisible())
    assert page.detail.wrong.text() == (
        "price is outside its range from 0: -1. Send the price as it is, and a refund as its type."
    )
    (mark,) = page.detail.raw.extraSelections()
    assert mark.cursor.selectedText() == '"price": -1'
    assert "Partition 0, offset 0 of ecommerce_events" in page.detail.place.text()


def test_that_a_producers_markup_is_no_markup_here(
    qtbot: Any, page: QualityPage, lake: Path, now: dt.datetime
) -> None:
    sent = "unknown currency <img src=x>"
    write(lake, Table.QUARANTINE, [refused(7000, kafka_ts=now, detail=sent)])
    read(qtbot, page, 5)
    page.records.table.selectRow(0)
    qtbot.waitUntil(lambda: page.detail.raw.isVisible())
    assert sent in page.detail.wrong.text()
    assert page.detail.wrong.textFormat() == Qt.TextFormat.PlainText
    tip = page.records.model.index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img src=x&gt;" in tip


def test_that_broken_json_is_told_with_its_place(
    qtbot: Any, page: QualityPage, toasts: list[tuple[str, str]]
) -> None:
    read(qtbot, page)
    page.receive("not_json")
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 1)
    page.records.table.selectRow(0)
    qtbot.waitUntil(lambda: page.detail.raw.isVisible())
    assert "line 1, character 18" in page.detail.wrong.text()
    page.detail.copy.click()
    assert QGuiApplication.clipboard().text() == '{"event_id":"e9",}'
    assert toasts[0][0] == "info"


def test_that_records_that_came_later_are_offered(
    qtbot: Any, page: QualityPage, lake: Path, now: dt.datetime
) -> None:
    read(qtbot, page)
    assert not page.records.newer.isVisible()
    write(lake, Table.QUARANTINE, [refused(5000 + at, kafka_ts=now) for at in range(2)])
    page.refresher.now()
    qtbot.waitUntil(page.records.newer.isVisible)
    assert page.records.newer.text() == "2 more: show"
    assert page.records.model.rowCount() == 4
    before = since(page)
    page.records.newer.click()
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 6)
    assert since(page) > before, "the window has moved on"


def since(page: QualityPage) -> dt.datetime:
    found = page.records.wanted.since
    assert found is not None
    return found


def later(page: QualityPage, seconds: int) -> None:
    """As if the list had been read so long ago."""
    assert page._window_end is not None
    page._window_end -= seconds * SECOND
    page.records.narrow(span=(since(page) - seconds * SECOND, None))


def test_that_the_list_is_of_the_window_again_when_the_page_is_come_back_to(
    qtbot: Any, page: QualityPage
) -> None:
    read(qtbot, page)
    page.shown()
    page.records.search.setText("e")
    qtbot.waitUntil(lambda: page.records.wanted.text == "e")
    page.hidden()
    later(page, 4 * 3600)
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 5)
    page.shown()
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 4)
    assert page.records.wanted.text == "e"
    page.hidden()


def test_that_a_stretch_that_was_zoomed_to_stays(
    qtbot: Any, page: QualityPage, now: dt.datetime
) -> None:
    read(qtbot, page)
    page.overview.accepted.view_changed.emit((now.timestamp() - 700, now.timestamp() - 500))
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 1)
    zoomed = page.records.wanted
    page.shown()
    page.records.newer.click()
    page.hidden()
    assert page.records.wanted == zoomed


def test_that_more_is_counted_in_the_window_that_ends_now(qtbot: Any, page: QualityPage) -> None:
    read(qtbot, page)
    page._window_end = dt.datetime.now(dt.UTC) - 2 * 3600 * SECOND
    since = page._window_end - 3600 * SECOND
    page.records.narrow(span=(since, None))
    qtbot.waitUntil(lambda: page.records.model.rowCount() == 4)
    page.refresher.now()
    qtbot.waitUntil(page.records.newer.isVisible)
    assert page.records.newer.text() == "4 more: show", "all of them came after the list's window"


def test_that_the_filtered_records_are_saved(
    qtbot: Any, page: QualityPage, toasts: list[tuple[str, str]], tmp_path: Path
) -> None:
    read(qtbot, page)
    target = tmp_path / "out.jsonl"
    page.records.saver.save(RecordFilter(reason="not_json"), target, True)
    assert page.records.save.text() == "Cancel (0 saved)"
    qtbot.waitUntil(lambda: bool(toasts))
    assert toasts[0][1].startswith("Saved 1 records to ")
    assert json.loads(target.read_text(encoding="utf-8"))["reason"] == "not_json"
    assert page.records.save.text() == "Save as JSON lines…"


def test_that_a_file_that_cannot_be_written_is_told(
    qtbot: Any, page: QualityPage, toasts: list[tuple[str, str]], tmp_path: Path
) -> None:
    page.records.saver.save(RecordFilter(), tmp_path / "none" / "out.jsonl", False)
    qtbot.waitUntil(lambda: bool(toasts))
    assert toasts[0][0] == "error"
    assert not page.records.saver.running


def test_that_saving_can_be_cancelled(
    qtbot: Any, page: QualityPage, toasts: list[tuple[str, str]], tmp_path: Path
) -> None:
    read(qtbot, page)
    page.records.saver.save(RecordFilter(), tmp_path / "out.jsonl", False)
    page.records.save.click()
    qtbot.waitUntil(lambda: bool(toasts))
    assert toasts[0][1] in (
        "Saving was cancelled; there is no file.",
        f"Saved 5 records to {tmp_path / 'out.jsonl'}. Send them again with the Topic page.",
    )


def test_that_an_empty_lake_is_no_error(qtbot: Any, context: Context, tmp_path: Path) -> None:
    context.desk = StandInDesk(tmp_path)  # type: ignore[assignment]
    page = QualityPage(context)
    qtbot.addWidget(page)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.records.nothing.heading.text() == "Nothing was refused")
    assert page.overview.accepted.is_empty() or not page.overview.accepted.shown()[0].y.any()


def test_that_every_reason_has_a_name_and_a_remedy() -> None:
    for reason in Reason:
        assert reason_title(reason.value) != reason.value
        assert remedy(reason.value).endswith(".")
    assert reason_title("of_tomorrow") == "of_tomorrow"


def test_that_a_fall_is_told_as_fewer() -> None:
    text = anomaly_sentence("accepted", Anomaly(3, 100.0, Baseline(18_000.0, 120.0)))
    assert text == "Accepted: 100 a minute, far fewer than 18,000 ± 120 in the hour before"


def test_that_a_hidden_page_reads_nothing(page: QualityPage) -> None:
    page.shown()
    assert page.refresher.running
    page.hidden()
    assert not page.refresher.running


def test_that_a_first_read_that_fails_says_so_in_the_middle(
    qtbot: Any, page: QualityPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise LakehouseError("The lake is gone.", "Start it.")

    monkeypatch.setattr("app.pages.quality.page.read_quality", gone)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.records.nothing.heading.text() == "The lake is gone.")
    assert page.no_reasons.heading.text() == "The lake is gone."
    assert page.records.nothing.button.text() == "Try again"
