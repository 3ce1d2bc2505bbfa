"""The page as a person uses it, on a session that needs no process."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication

from app.pages.sql import SqlPage
from app.pages.sql import page as page_module
from app.pages.sql.builder import QueryBuilder
from engine.errors import LakehouseError
from engine.query.errors import Cancelled, WorkerEnded
from engine.query.library import Library
from engine.query.session import Points
from engine.query.sources import table_columns
from tests.unit.app.sql.conftest import result_of

pytestmark = pytest.mark.unit


@pytest.fixture
def page(sql_context, sessions, qtbot) -> SqlPage:
    made = SqlPage(sql_context)
    qtbot.addWidget(made)
    made.resize(1080, 690)
    made.show()
    made.shown()
    qtbot.waitUntil(lambda: made._words is not None and bool(made._catalogue.tables))
    return made


@pytest.fixture
def run(page, qtbot):
    def run(sql="SELECT 1"):
        page.tab().set_text(sql)
        page.tab().run()
        qtbot.waitUntil(lambda: not page.tab().runner.running)
        return page.tab()

    return run


def idle(tab) -> bool:
    return not tab.runner.busy


def test_that_a_statement_shows_its_rows(run):
    tab = run()
    assert tab.result.stack.currentWidget() is tab.result.split
    assert tab.result.model.rowCount() == 1000
    assert tab.result.summary.text() == "1,000 rows · 12 ms"
    assert tab.run_button.text() == "Run"


def test_that_a_cut_result_says_so(page, sessions, run):
    sessions[0].answer = lambda _sql: result_of(1000, truncated=True)
    tab = run()
    assert "the first 1,000 rows" in tab.result.summary.text()


def test_that_no_rows_are_a_result_too(sessions, run, page):
    sessions[0].answer = lambda _sql: result_of(0)
    tab = run()
    assert tab.result.placeholder.heading.text() == "No rows"


def test_that_the_place_of_an_error_can_be_gone_to(page, qtbot):
    tab = page.tab()
    tab.set_text("SELECT 1;\nSELECT\n  wrong")
    tab.editor.go_to(12)
    tab.run()
    qtbot.waitUntil(tab.error_line.isVisible)
    assert tab.error.text() == "Nothing is right. Correct it."
    assert tab.error_place.text() == "Line 3, column 3"
    qtbot.mouseClick(tab.error_place, Qt.MouseButton.LeftButton)
    assert tab.editor.place() == 19
    qtbot.keyClicks(tab.editor, "x")
    assert not tab.error_line.isVisible()


def test_that_a_long_statement_shows_its_time_and_can_be_cancelled(page, sessions, qtbot):
    release = threading.Event()

    def slow(_sql):
        release.wait(10)
        raise Cancelled("The statement was cancelled.", "Run it again.")

    sessions[0].answer = slow
    tab = page.tab()
    tab.run()
    assert tab.run_button.text() == "Cancel"
    qtbot.waitUntil(lambda: "Running for" in tab.result.placeholder.heading.text())
    qtbot.mouseClick(tab.run_button, Qt.MouseButton.LeftButton)
    assert "cancel" in sessions[0].asked
    release.set()
    qtbot.waitUntil(lambda: not tab.runner.running)
    assert "was cancelled" in tab.error.text()
    assert tab.run_button.text() == "Run"


def test_that_a_click_on_a_name_sorts_up_down_and_back(run, sessions, qtbot):
    tab = run()
    head = tab.result.grid.horizontalHeader()
    for expected in ((0, False), (0, True), (None, False)):
        at = QPoint(head.sectionViewportPosition(0) + 20, head.height() // 2)
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda: idle(tab))
        assert [a for a in sessions[0].asked if a[0] == "sort"][-1][1:] == expected
    assert not tab.result.grid.selectionModel().hasSelection()


def held_sort(tab, session, qtbot) -> threading.Event:
    """The worker sorts until the event is set, and has begun: what is asked now waits behind it."""
    begun, release = threading.Event(), threading.Event()

    def sort(_column: int, _descending: bool) -> None:
        begun.set()
        release.wait(10)

    session.sort = sort
    tab.result.sort(0, False)
    qtbot.waitUntil(begun.is_set)
    return release


def test_that_a_sort_of_the_result_before_leaves_no_arrow(page, run, sessions, qtbot):
    tab = run()
    release = held_sort(tab, sessions[0], qtbot)
    assert tab.runner.busy == "sort"
    tab.run()
    assert tab.runner.busy == ""
    assert sessions[0].asked[-1] == "cancel", "the statement must not wait for the order"
    release.set()
    qtbot.waitUntil(lambda: not tab.runner.running)
    assert tab.result.model.rowCount() == 1000
    assert tab.result.grid.horizontalHeader().sortIndicatorSection() == -1


def test_that_an_order_of_other_rows_is_not_shown(run):
    tab = run()
    tab.result._sorted(result_of(3), 1, True)
    assert tab.result.grid.horizontalHeader().sortIndicatorSection() == -1


def test_that_the_first_cancel_reaches_a_statement_that_still_waits(page, run, sessions, qtbot):
    tab = run()
    release = held_sort(tab, sessions[0], qtbot)
    tab.set_text("SELECT 2")
    tab.run()
    tab.cancel()
    release.set()
    qtbot.waitUntil(lambda: not tab.runner.running)
    assert "was cancelled" in tab.error.text()
    assert ("run", "SELECT 2") not in sessions[0].asked


def test_that_the_selection_is_copied_with_and_without_names(run, sessions, qtbot):
    tab = run()
    model, choose = tab.result.model, tab.result.grid.selectionModel()
    choose.select(model.index(2, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    choose.select(model.index(4, 0), QItemSelectionModel.SelectionFlag.Select)
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(tab.result.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "copied")
    assert ("copy", 2, 3, (0,), False) in sessions[0].asked
    tab.result.copy(header=True)
    qtbot.waitUntil(lambda: ("copy", 2, 3, (0,), True) in sessions[0].asked)


def test_that_a_million_rows_are_selected_at_once_and_not_copied(run, sessions, toasts, page):
    sessions[0].answer = lambda _sql: result_of(1_000_000)
    tab = run()
    tab.result.grid.selectAll()
    tab.result.grid.viewport().repaint()
    tab.result.grid.horizontalHeader().viewport().repaint()
    tab.result.copy(header=False)
    assert "100,000 rows at most" in toasts[-1][1]


def test_that_figures_follow_the_cursor(run, sessions, qtbot):
    tab = run()
    qtbot.mouseClick(tab.result.stats_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.result.stats.isVisible() and idle(tab))
    assert tab.result.stats.title.text() == "orders · bigint"
    tab.result.grid.setCurrentIndex(tab.result.model.index(0, 1))
    qtbot.waitUntil(lambda: ("stats", 1) in sessions[0].asked and idle(tab))
    assert tab.result.stats.title.text() == "country · varchar"
    assert tab.result.stats.top.model().rowCount() == 2
    qtbot.mouseClick(tab.result.stats.close_button, Qt.MouseButton.LeftButton)
    assert not tab.result.stats.isVisible()


def test_that_the_chart_picks_a_name_and_a_number(run, sessions, qtbot):
    tab = run()
    tab.result.view.choose("chart")
    tab.result.view.chosen.emit("chart")
    qtbot.waitUntil(lambda: tab.result.chart.stack.currentWidget() is tab.result.chart.bars)
    assert ("chart", "bar", 1, 0) in sessions[0].asked
    assert tab.result.chart.note.text() == "Summed."
    assert tab.result.chart.bars.labels() == ("DE", "FR")
    tab.result.chart.across.setCurrentIndex(0)
    tab.result.chart.shape.choose("line")
    tab.result.chart.shape.chosen.emit("line")
    qtbot.waitUntil(lambda: tab.result.chart.stack.currentWidget() is tab.result.chart.line)
    assert tab.result.chart.line.to_csv() == "orders,orders\n1,3\n2,4\n"
    tab.result.chart.line.set_view((1.5, 1.6))
    tab.result.chart.show_points(Points(np.array([7.0, 8.0]), np.array([3.0, 4.0]), False, ""))
    assert not tab.result.chart.line.zoomed()


def test_that_an_export_shows_its_way_and_its_end(run, qtbot, tmp_path, toasts):
    tab = run()
    tab.result.export(tmp_path / "a.csv")
    assert tab.result.strip.isVisible()
    assert not tab.run_button.isEnabled()
    qtbot.waitUntil(lambda: not tab.result.strip.isVisible())
    assert tab.run_button.isEnabled()
    assert toasts[-1] == ("good", f"1,000 rows are in {tmp_path / 'a.csv'}")


def test_that_a_whole_value_opens_in_a_window(run, qtbot):
    tab = run()
    tab.result.grid.value_asked.emit(0, 1)
    qtbot.waitUntil(lambda: tab.result.findChild(object, "valueDialog") is not None)
    dialog = tab.result.findChild(object, "valueDialog")
    assert dialog.windowTitle() == "country, row 1"
    dialog.close()


def test_that_rows_of_a_dead_worker_give_way_to_a_sentence(run, sessions, qtbot):
    sessions[0].rows = 5000
    tab = run()

    def gone(_offset, _limit):
        raise WorkerEnded("The process that runs queries ended; its result is gone.", "Run again.")

    sessions[0].page = gone
    tab.result.grid.scrollToBottom()
    qtbot.waitUntil(lambda: tab.result.placeholder.isVisible())
    assert "its result is gone" in tab.result.placeholder.text.text()


def test_that_what_was_run_is_in_the_history_and_opens_in_a_new_tab(page, run, qtbot):
    run("SELECT 'first'")
    page.side.show_list("history")
    qtbot.waitUntil(lambda: page.side.history.model().rowCount() == 1)
    page.side.history.activated.emit(page.side.history.model().index(0, 0))
    assert page.tabs.count() == 2
    assert page.tab().text() == "SELECT 'first'"


def test_that_a_saved_query_is_listed_found_and_deleted(page, sql_context, qtbot, monkeypatch):
    page._keep("Orders", "SELECT 7")
    page.side.show_list("saved")
    qtbot.waitUntil(lambda: page.side.saved.model().rowCount() == 1)
    page.side.search.setText("nothing")
    qtbot.waitUntil(lambda: page.side.stack.currentWidget() is page.side.placeholder)
    page.side.search.clear()
    qtbot.waitUntil(lambda: page.side.saved.model().rowCount() == 1)
    monkeypatch.setattr("app.pages.sql.page.confirm", lambda *_a, **_k: True)
    page.side.saved.selectRow(0)
    qtbot.mouseClick(page.side.delete_button, Qt.MouseButton.LeftButton)
    library = Library(sql_context.desk.paths.root)
    qtbot.waitUntil(lambda: not library.saved())


def test_that_a_double_click_on_a_column_inserts_its_name(page):
    tree = page.side.tables
    table = tree.model().index(0, 0)
    page.tab().set_text("")
    tree.activated.emit(table)
    tree.activated.emit(tree.model().index(1, 0, table))
    assert page.tab().text() == "gold_kpis orders"
    page.side.search.setText("country")
    page.side.search.returnPressed.emit()
    assert tree.model().rowCount(tree.model().index(0, 0)) == 1


def test_that_a_statement_is_no_markup_in_the_tooltip_of_its_tab(page):
    page.tab().set_text("SELECT '<img src=x>'")
    assert "<img" not in page.tabs.tabToolTip(0)
    page.tab().set_text("")
    assert page.tabs.tabToolTip(0) == "An empty tab"


def test_that_tables_that_cannot_be_read_are_said_in_the_panel_and_nowhere_else(
    page, toasts, qtbot, monkeypatch
):
    def gone(_lake):
        raise LakehouseError("A table is torn.", "Restart the pipeline.")

    monkeypatch.setattr(page_module, "table_columns", gone)
    page._read_tables()
    qtbot.waitUntil(page.side.problem.isVisible)
    assert page.side.problem.text() == "A table is torn. Restart the pipeline."
    assert page.side.tables.isVisible(), "the tables known before stay"
    page.side.tables.show_tables({})
    page._read_tables()
    placeholder = page.side.placeholder
    qtbot.waitUntil(lambda: placeholder.heading.text() == "A table is torn.")
    assert toasts == []
    monkeypatch.setattr(page_module, "table_columns", table_columns)
    placeholder.button.click()
    qtbot.waitUntil(page.side.tables.isVisible)
    assert not page.side.problem.isVisible()


def test_that_tabs_open_close_and_have_an_end(page, sessions, toasts, monkeypatch):
    monkeypatch.setattr("app.pages.sql.page.MOST_TABS", 4)
    while page.new_tab("") is not None:
        pass
    assert page.tabs.count() == 4
    assert "4 tabs are open" in toasts[-1][1]
    for _ in range(4):
        page.close_tab(0)
    assert page.tabs.count() == 1
    assert sum("close" in session.asked for session in sessions) >= 4


def test_that_another_page_can_send_a_statement(page, sessions, qtbot):
    page.tab().set_text("")
    page.receive("SELECT 42")
    qtbot.waitUntil(lambda: page.tab().result.model.rowCount() == 1000)
    assert ("run", "SELECT 42") in sessions[0].asked
    page.receive(None)
    assert page.tabs.count() == 1


def test_that_a_query_is_put_together_by_clicks(page, context, qtbot):
    builder = QueryBuilder(context.theme, page._catalogue.tables)
    qtbot.addWidget(builder)
    builder.show()
    builder.check("country")
    measure, condition = builder.measures.add(), builder.filters.add()
    measure.function.setCurrentText("sum")
    assert [measure.column.itemText(i) for i in range(measure.column.count())] == ["orders"]
    condition.column.setCurrentText("orders")
    condition.operator.setCurrentText(">")
    condition.text.setText("x")
    assert "is a number" in builder.problem.text()
    assert not builder.run_button.isEnabled()
    condition.text.setText("5")
    builder.order.setCurrentIndex(builder.order.findData("sum_orders"))
    builder.descending.setChecked(True)
    with qtbot.waitSignal(builder.made) as made:
        qtbot.mouseClick(builder.run_button, Qt.MouseButton.LeftButton)
    sql = (
        "SELECT country, sum(orders) AS sum_orders\nFROM gold_kpis\nWHERE orders > 5\n"
        "GROUP BY ALL\nORDER BY sum_orders DESC\nLIMIT 1000"
    )
    assert made.args == [sql, True]


def test_that_the_palette_offers_what_the_page_can_do(page):
    titles = [command.title for command in page.commands()]
    assert {"Run the statement", "New tab", "Build a query"} <= set(titles)


def test_that_older_rows_can_be_read(page, sessions, qtbot):
    tab = page.tab()
    tab.set_text("SELECT 1")
    tab.as_of.setText(" 12 ")
    qtbot.keyClick(tab.as_of, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not tab.runner.running)
    assert ("run", "SELECT 1", 12) in sessions[0].asked
    assert tab.result.summary.text().endswith("as of 12")


def test_that_a_moment_that_cannot_be_read_says_how(page, qtbot):
    tab = page.tab()
    tab.as_of.setText("yesteryear")
    tab.run()
    qtbot.waitUntil(lambda: tab.error_line.isVisible())
    assert "neither a version nor a time" in tab.error.text()
