"""What the Data page shows of the tables and of their rows."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from PySide6.QtCore import Qt

from app.context import Context
from app.models.arrow_page import ArrowPageModel, cell_text, cell_tooltip
from app.pages.data import DataPage
from app.pages.data.page import facts_words
from engine.contracts.names import Table
from engine.errors import LakehouseError
from engine.lake import LakeReader
from engine.readings.data import PAGE_ROWS, table_cards
from pipelines.tables import Lake
from tests.unit.app.data.conftest import FakeDesk, bring_up

pytestmark = pytest.mark.unit


def test_that_the_tables_are_listed_and_the_chosen_one_described(page: DataPage, qtbot) -> None:
    assert page.list.cards.rowCount() == len(Table)
    assert page.facts.text().startswith("One row an alert · 3 rows · ")
    assert "version 3" in page.facts.text()
    qtbot.waitUntil(lambda: page.schema.model.rowCount() > 0)
    names = [page.schema.model.row(n).name for n in range(page.schema.model.rowCount())]
    assert names[0] == "alert_id"


def test_that_no_table_is_said_and_what_to_do(context: Context, tmp_path, qtbot) -> None:
    context.desk = FakeDesk(Lake(tmp_path / "nothing"))  # type: ignore[assignment]  # as above
    page = DataPage(context)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: page.empty.heading.text() == "There are no tables yet")
    assert not page.splitter.isVisible()
    page.hidden()


def test_that_a_damaged_table_is_a_row_with_its_remedy(page: DataPage, lake: Lake, qtbot) -> None:
    commits = lake.root / "alerts" / "_delta_log"
    whole = {file: file.read_bytes() for file in commits.iterdir()}
    for file in whole:
        file.write_text("{ torn", encoding="utf-8")
    page.refresher.now()
    qtbot.waitUntil(page.damage.isVisible)
    row = list(Table).index(Table.ALERTS)
    assert page.list.cards.index(row, 1).data() == "cannot be read"
    assert page.list.columnSpan(row, 1) == 3
    assert page.damage.heading.text().startswith("The table alerts cannot be read: ")
    assert "restart the pipeline" in page.damage.text.text()
    assert page.facts.text() == "One row an alert · cannot be read"
    assert not page.tabs.isVisible()
    for file, content in whole.items():
        file.write_bytes(content)
    page.damage.button.click()
    qtbot.waitUntil(page.tabs.isVisible)
    assert page.list.columnSpan(row, 1) == 1
    qtbot.waitUntil(lambda: page.schema.model.rowCount() > 0)


def test_that_rows_are_turned_page_by_page(page: DataPage, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.pages.data.rows.PAGE_ROWS", 2)
    bring_up(page, page.rows, qtbot)
    assert PAGE_ROWS > 3
    assert not page.rows.next.isEnabled()
    page.rows._turn(1)
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 1)
    assert page.rows.place.text().startswith("3–3 of 3 rows")
    assert page.rows.model.headerData(0, Qt.Orientation.Vertical) == 3
    page.rows.previous.click()
    qtbot.waitUntil(lambda: page.rows.model.rowCount() == 3)


def test_that_many_small_files_are_told_in_the_line(lake: Lake) -> None:
    card = table_cards(LakeReader(lake.root))[0]
    assert "compaction helps" not in facts_words(card)
    assert "compaction helps" in facts_words(replace(card, many_small=True))


def test_that_the_reason_to_compact_stands_beside_the_button(page: DataPage, lake: Lake) -> None:
    cards = table_cards(LakeReader(lake.root))
    page._cards = tuple(replace(card, many_small=False) for card in cards)
    page._allow()
    assert page.crowded.text() == ""
    page._cards = (replace(cards[0], many_small=True),)
    page._allow()
    assert page.crowded.text() == f"Many small files in {cards[0].table.value}"


def test_that_the_page_of_rows_is_a_sound_model(qtmodeltester) -> None:
    model = ArrowPageModel()
    model.show(pa.table({"n": [1, 2], "text": ["a", None], "x": [0.5, 1e20]}), first=10)
    qtmodeltester.check(model)
    assert [model.index(1, column).data() for column in range(3)] == ["2", "–", "1e+20"]
    assert model.headerData(1, Qt.Orientation.Vertical) == 12


def test_that_cells_are_short_and_their_tooltips_whole() -> None:
    long = "x" * 500
    assert len(cell_text(long)) < 200
    assert cell_tooltip(long) == long
    assert cell_text("two\nlines") == "two lines"
    assert [cell_text(value) for value in (True, 12345, 0.50, None)] == [
        "true",
        "12,345",
        "0.5",
        "–",
    ]
    assert cell_tooltip(5) is None
    assert "<b>" not in str(cell_tooltip("<b>" + long))


def test_that_tables_that_cannot_be_read_say_so_in_the_middle(
    desk: FakeDesk, context: Context, qtbot, monkeypatch
) -> None:
    def gone(_lake: object) -> None:
        raise LakehouseError("The lake is gone.", "Start it.")

    monkeypatch.setattr("app.pages.data.page.table_cards", gone)
    page = DataPage(context)
    qtbot.addWidget(page)
    page.shown()
    qtbot.waitUntil(lambda: page.empty.heading.text() == "The lake is gone.")
    assert page.empty.text.text() == "Start it."
    assert page.empty.button.text() == "Try again"
    page.hidden()
