"""Versions of a table: chosen, listed, compared, and read again."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.formats import local_time, utc_tooltip
from app.pages.data import DataPage
from app.pages.data import compare as compare_module
from app.pages.data.history import files_words, operation_words
from app.pages.data.versions import VersionPicker, version_text
from engine.contracts.names import Table
from engine.errors import LakehouseError
from engine.lake import LakeReader
from engine.lake.compare import compare
from engine.readings.data import table_history
from pipelines.tables import Lake
from tests.unit.app.data.conftest import bring_up
from tests.unit.pipelines.lakes import commit

pytestmark = pytest.mark.unit


def test_that_rows_of_an_old_version_are_shown(page: DataPage, qtbot) -> None:
    bring_up(page, page.rows, qtbot)
    assert page.rows.model.rowCount() == 3
    assert "1–3 of 3 rows · version 3" in page.rows.place.text()
    page.look_at(1)
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 1)
    assert "version 1" in page.rows.place.text()
    assert page.rows.picker.version == 1


def test_that_a_version_can_be_typed(page: DataPage, qtbot) -> None:
    bring_up(page, page.rows, qtbot)
    line = page.rows.picker.lineEdit()
    assert line is not None
    line.setText("2")
    line.editingFinished.emit()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 2)
    line.setText("77")
    line.editingFinished.emit()
    qtbot.waitUntil(lambda: "no version 77" in page.rows.placeholder.heading.text())


@pytest.mark.parametrize("leave", [Qt.Key.Key_Tab, Qt.Key.Key_Return])
def test_that_a_typed_version_is_kept_however_the_line_is_left(
    lake: Lake, qtbot, leave: Qt.Key
) -> None:
    row, picker = QWidget(), VersionPicker("Version")
    qtbot.addWidget(row)
    beside = QHBoxLayout(row)
    for widget in (picker, QLineEdit()):
        beside.addWidget(widget)
    commits = table_history(LakeReader(lake.root), Table.ALERTS).commits
    picker.set_commits([replace(commits[0], version=12), *commits])
    row.show()
    row.activateWindow()
    qtbot.waitUntil(row.isActiveWindow)
    picker.setFocus()
    line = picker.lineEdit()
    assert line is not None
    line.selectAll()
    with qtbot.waitSignal(picker.chosen) as told:
        qtbot.keyClicks(line, "1")
        qtbot.keyClick(line, leave)
    assert told.args == [1], "not 12, which begins the same"
    assert line.text().startswith("1 · ")
    line.setText("nothing")
    with qtbot.assertNotEmitted(picker.chosen):
        line.editingFinished.emit()
    assert picker.version == 1
    assert line.text().startswith("1 · ")


def test_that_what_was_typed_is_what_is_compared(page: DataPage, qtbot) -> None:
    page.tabs.setCurrentWidget(page.compare)
    line = page.compare.a.lineEdit()
    assert line is not None
    line.setText("0")
    page.compare.go.click()
    qtbot.waitUntil(lambda: bool(page.compare.summary.text()))
    assert page.compare.figures._cells[0][1].text() == "A: version 0"


def test_that_try_again_asks_exactly_what_failed(page: DataPage, qtbot, monkeypatch) -> None:
    real, asked = compare, []

    def torn(_lake: Any, *what: Any) -> Any:
        asked.append(what)
        if len(asked) == 1:
            raise LakehouseError("A file is torn.", "Try again.")
        return real(_lake, *what)

    monkeypatch.setattr(compare_module, "compare", torn)
    page.tabs.setCurrentWidget(page.compare)
    page.compare.compare_with_current(1)
    placeholder = page.compare.placeholder
    qtbot.waitUntil(lambda: placeholder.heading.text() == "A file is torn.")
    placeholder.button.click()
    assert placeholder.heading.text() == "Loading…"
    qtbot.waitUntil(lambda: bool(page.compare.summary.text()))
    assert asked[0] == asked[1]


def test_that_try_again_reads_the_page_of_rows_that_failed(
    page: DataPage, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr("app.pages.data.rows.PAGE_ROWS", 2)
    bring_up(page, page.rows, qtbot)

    def gone(*_: object) -> Any:
        raise LakehouseError("The lake is gone.", "Start it.")

    with monkeypatch.context() as away:
        away.setattr("app.pages.data.rows.table_rows", gone)
        page.rows._turn(1)
        qtbot.waitUntil(lambda: page.rows.placeholder.heading.text() == "The lake is gone.")
    page.rows.placeholder.button.click()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 1)
    assert page.rows.place.text().startswith("3–3 of 3 rows")


def test_that_a_comparison_is_waited_for_no_longer_after_a_cancel(
    page: DataPage, qtbot, monkeypatch
) -> None:
    begun, release, done = threading.Event(), threading.Event(), threading.Event()

    def slow(*_: object) -> Any:
        begun.set()
        release.wait(10)
        done.set()
        raise LakehouseError("Nobody waits for this.", "")

    monkeypatch.setattr(compare_module, "compare", slow)
    page.tabs.setCurrentWidget(page.compare)
    page.compare.compare_with_current(1)
    try:
        qtbot.waitUntil(begun.is_set)
        bring_up(page, page.rows, qtbot)  # other reading goes on meanwhile
        page.tabs.setCurrentWidget(page.compare)
        assert page.compare.placeholder.button.text() == "Cancel"
        page.compare.placeholder.button.click()
        assert page.compare.placeholder.heading.text() == "Nothing compared yet"
    finally:
        release.set()
    qtbot.waitUntil(done.is_set)
    qtbot.waitUntil(lambda: not page.compare.reading)
    assert page.compare.placeholder.heading.text() == "Nothing compared yet"


def test_that_newer_versions_are_told_beside_the_rows_that_stay(
    page: DataPage, lake: Lake, qtbot
) -> None:
    bring_up(page, page.rows, qtbot)
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(lambda: "newest is 4" in page.rows.place.text())
    assert page.rows.model.rowCount() == 3
    page.rows.newer.click()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 4)


def test_that_history_follows_the_table_until_a_row_is_chosen(
    page: DataPage, lake: Lake, qtbot
) -> None:
    bring_up(page, page.history, qtbot)
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 5)
    page.history.select(1)
    for _ in range(2):
        commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(page.history.newer.isVisible)
    assert page.history.newer.text() == "2 newer: show"
    assert page.history.model.rowCount() == 5, "rows slid away under the pointer"


def test_that_newer_versions_are_shown_on_a_click_and_the_choice_is_kept(
    page: DataPage, lake: Lake, qtbot
) -> None:
    bring_up(page, page.history, qtbot)
    page.history.select(1)
    assert page.history.restore.isEnabled()
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(page.history.newer.isVisible)
    page.history.newer.click()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 5)
    assert not page.history.newer.isVisible()
    chosen = page.history.selected()
    assert chosen is not None
    assert chosen.version == 1
    page.history.select(4)
    assert not page.history.restore.isEnabled(), "the current version cannot be restored"
    assert page.history.look.isEnabled()


def test_that_a_choice_that_fell_out_of_the_list_is_no_choice_any_more(
    page: DataPage, lake: Lake, qtbot, monkeypatch
) -> None:
    monkeypatch.setattr("app.pages.data.history.PAGE", 2)
    bring_up(page, page.history, qtbot)
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    page.history.select(2)
    assert page.history.restore.isEnabled()
    commit(lake, Table.ALERTS)
    page.refresher.now()
    qtbot.waitUntil(page.history.newer.isVisible)
    page.history.newer.click()
    qtbot.waitUntil(lambda: page.history.model.row(0).version == 4)
    assert page.history.selected() is None
    assert not page.history.restore.isEnabled()


def test_that_the_picker_tells_versions_as_history_does(lake: Lake) -> None:
    history = table_history(LakeReader(lake.root), Table.ALERTS, 0, 1)
    today = replace(history.commits[0], operation="MERGE", version=86, time=dt.datetime.now(dt.UTC))
    text = version_text(today)
    assert text == f"86 · {local_time(today.time)} · Rows merged in"
    older = replace(today, time=today.time - dt.timedelta(days=3))
    assert version_text(older).startswith(f"86 · {local_time(older.time, date=True)} · ")
    picker = VersionPicker("Version")
    picker.set_commits([today])
    assert picker.itemData(1, Qt.ItemDataRole.ToolTipRole) == utc_tooltip(today.time)
    picker.choose(86)
    assert utc_tooltip(today.time) in picker.toolTip()


def test_that_history_is_read_on_in_pages(page: DataPage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.pages.data.history.PAGE", 2)
    bring_up(page, page.history, qtbot)
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 2)
    page.history.more.click()
    qtbot.waitUntil(lambda: page.history.model.rowCount() == 4)
    assert not page.history.more.isEnabled()
    assert page.history.count.text() == "4 of 4 versions"


def test_that_a_version_is_compared_with_the_current_one(page: DataPage, qtbot) -> None:
    bring_up(page, page.history, qtbot)
    page.history.select(3)
    page.history.select(1)
    page.history.compare.click()
    qtbot.waitUntil(lambda: bool(page.compare.summary.text()))
    assert page.tabs.currentWidget() is page.compare
    # The rows have no id, so that they are told apart by nothing: none is on one side only.
    assert page.compare.figures._cells[1][1].text() == "1"
    assert page.compare.figures._cells[1][2].text() == "3"
    assert page.compare.figures._cells[1][3].text() == "+2"


def test_that_commits_are_told_in_words(lake: Lake) -> None:
    lake.open(Table.ALERTS).optimize.compact()
    lake.open(Table.ALERTS).restore(2)
    restored, merged, written, *_ = table_history(LakeReader(lake.root), Table.ALERTS).commits
    assert operation_words(restored) == "Restored to version 2"
    assert (operation_words(merged), files_words(merged)) == ("Files merged", "+1 −3")
    assert (operation_words(written), files_words(written)) == ("Rows added", "+1")
    assert operation_words(replace(written, operation="CLONE")) == "CLONE"
    assert operation_words(replace(written, files_removed=1)) == "Rows replaced"
