from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.models import paged_rows
from app.models.paged_rows import LOADING, PAGE_ROWS, PagedRows
from app.widgets.rows_model import ROW_ROLE, ColumnSpec

pytestmark = pytest.mark.unit

COLUMNS = [
    ColumnSpec("Number", lambda row: row, right=True),
    ColumnSpec("Half", lambda row: row / 2 if row else None, "{:.1f}".format, tooltip=str),
]


@pytest.fixture
def model(qapp: object) -> PagedRows:
    made = PagedRows(COLUMNS)
    made.reset(250)
    return made


def shown(model: PagedRows, row: int, column: int = 0) -> str:
    return str(model.index(row, column).data())


def rows_of(page: int, count: int = PAGE_ROWS) -> list[int]:
    return list(range(page * PAGE_ROWS, page * PAGE_ROWS + count))


def test_that_it_keeps_the_rules_of_item_models(model: PagedRows, qtmodeltester: Any) -> None:
    qtmodeltester.check(model)
    model.put_page(1, rows_of(1))
    model.reset(3)
    model.put_page(0, [7, 8, 9])


def test_that_a_page_is_asked_for_once_and_then_shown(model: PagedRows) -> None:
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    assert [shown(model, 120), shown(model, 121)] == [LOADING, LOADING]
    assert asked == [1]
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b: changed.append((a.row(), b.row())))
    model.put_page(1, rows_of(1))
    assert changed == [(100, 199)]
    assert [shown(model, 120), shown(model, 121, 1)] == ["120", "60.5"]
    assert model.index(120, 0).data(ROW_ROLE) == 120
    assert model.index(120, 1).data(Qt.ItemDataRole.ToolTipRole) == "120"


def test_that_the_last_page_is_shorter(model: PagedRows) -> None:
    model.put_page(2, rows_of(2, 50))
    assert shown(model, 249) == "249"


def test_that_what_is_not_drawn_asks_for_nothing(model: PagedRows) -> None:
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    assert model.index(5, 0).data(ROW_ROLE) is None
    assert model.index(5, 1).data(Qt.ItemDataRole.ToolTipRole) is None
    assert asked == []


def test_that_a_page_that_failed_is_asked_for_again(model: PagedRows) -> None:
    asked: list[int] = []
    model.page_wanted.connect(asked.append)
    shown(model, 0)
    model.forget(0)
    shown(model, 0)
    assert asked == [0, 0]


def test_that_pages_shown_long_ago_are_dropped(
    model: PagedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paged_rows, "PAGES_KEPT", 2)
    model.put_page(0, rows_of(0))
    model.put_page(1, rows_of(1))
    shown(model, 0)
    model.put_page(2, rows_of(2, 50))
    assert [shown(model, 0), shown(model, 100), shown(model, 200)] == ["0", LOADING, "200"]


def test_that_a_page_of_an_earlier_result_does_no_harm(model: PagedRows) -> None:
    model.reset(20)
    model.put_page(2, rows_of(2))
    assert model.rowCount() == 20
    assert shown(model, 0) == LOADING
