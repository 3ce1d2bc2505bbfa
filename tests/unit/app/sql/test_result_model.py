"""Rows that come in pages, in the order in which they are wanted."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.models import result_model
from app.models.result_model import NULL, PAGE_ROWS, WAITING, ResultModel
from engine.contracts.query import ResultColumn
from engine.errors import LakehouseError
from engine.query.page import Page
from tests.unit.app.sql.conftest import COLUMNS, page_at

pytestmark = pytest.mark.unit
ROWS = 1_000_000


class Source:
    """Keeps what was asked; answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, offset, limit, done, failed) -> None:
        self.asked.append((offset, limit, done, failed))

    def answer(self, at: int = -1) -> None:
        offset, limit, done, _ = self.asked[at]
        done(page_at(offset, limit, ROWS))


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def model(source, qapp) -> ResultModel:
    made = ResultModel(source, lambda: QColor("grey"))
    made.show(COLUMNS, ROWS, page_at(0, PAGE_ROWS, ROWS))
    return made


def shown(model, row, column=0, role=Qt.ItemDataRole.DisplayRole):
    return model.index(row, column).data(role)


def test_that_it_is_a_model_for_qt(model, qtmodeltester):
    small = model
    small.show(COLUMNS, 3, page_at(0, PAGE_ROWS, 3))
    qtmodeltester.check(small, force_py=True)


def test_that_the_first_rows_are_there_at_once(model, source):
    assert (model.rowCount(), model.columnCount()) == (ROWS, 2)
    assert [shown(model, 0), shown(model, 0, 1), shown(model, 9, 1)] == ["0", "C0", NULL]
    assert shown(model, 9, 1, Qt.ItemDataRole.ForegroundRole) == QColor("grey")
    assert source.asked == []


def test_that_a_row_that_is_not_here_is_asked_for_and_appears(model, source, qtbot):
    row = 700_000
    assert shown(model, row) == WAITING
    assert source.asked == []
    qtbot.waitUntil(lambda: len(source.asked) == 1)
    assert source.asked[0][0] == row // PAGE_ROWS * PAGE_ROWS
    with qtbot.waitSignal(model.dataChanged) as changed:
        source.answer()
    assert changed.args is not None
    assert changed.args[0].row() <= row <= changed.args[1].row()
    assert shown(model, row) == str(row)


def test_that_pages_scrolled_past_are_not_asked_for(model, source, qtbot):
    for row in range(PAGE_ROWS, 500_000, PAGE_ROWS):
        shown(model, row)
    last = row
    qtbot.waitUntil(lambda: bool(source.asked))
    assert source.asked[0][0] == last
    while len(source.asked) < result_model.WISHES:
        before = len(source.asked)
        source.answer()
        assert len(source.asked) == before + 1
    source.answer()
    assert len(source.asked) == result_model.WISHES


def test_that_an_answer_for_another_result_is_dropped(model, source, qtbot):
    shown(model, 5000)
    qtbot.waitUntil(lambda: bool(source.asked))
    model.show(COLUMNS, 10_000, page_at(0, PAGE_ROWS, 10_000))
    source.answer()
    assert shown(model, 5000) == WAITING


def test_that_another_order_asks_for_every_page_again(model, source, qtbot):
    with qtbot.waitSignal(model.dataChanged):
        model.turn()
    assert shown(model, 0) == WAITING
    qtbot.waitUntil(lambda: bool(source.asked))
    assert source.asked[0][0] == 0


def test_that_a_page_that_cannot_be_had_is_told(model, source, qtbot):
    shown(model, 5000)
    qtbot.waitUntil(lambda: bool(source.asked))
    error = LakehouseError("Gone.", "Run it again.")
    with qtbot.waitSignal(model.failed) as told:
        source.asked[0][3](error)
    assert told.args == [error]


def test_that_old_pages_are_let_go(model, source, qtbot, monkeypatch):
    monkeypatch.setattr(result_model, "CELLS_KEPT", 0)
    for number in range(1, 10):
        shown(model, number * PAGE_ROWS)
        qtbot.waitUntil(lambda wanted=number: len(source.asked) == wanted)
        source.answer()
    assert shown(model, 9 * PAGE_ROWS) != WAITING
    assert shown(model, 0) == WAITING


def test_that_numbers_stand_right_and_names_have_types(model):
    right = shown(model, 0, 0, Qt.ItemDataRole.TextAlignmentRole)
    assert right & Qt.AlignmentFlag.AlignRight
    assert shown(model, 0, 1, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
    head = Qt.Orientation.Horizontal
    assert model.headerData(0, head) == "orders"
    assert "BIGINT" in model.headerData(0, head, Qt.ItemDataRole.ToolTipRole)
    assert model.headerData(999_999, Qt.Orientation.Vertical) == "1,000,000"


def test_that_a_moment_tells_its_utc_time(model):
    kind = "TIMESTAMP WITH TIME ZONE"
    page = Page(0, 1, (("2026-01-31 13:00:00+01:00",),))
    model.show([ResultColumn(name="ts", type=kind)], 1, page)
    assert shown(model, 0, 0, Qt.ItemDataRole.ToolTipRole) == "2026-01-31 12:00:00 UTC"
