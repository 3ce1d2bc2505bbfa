"""Tabs are there again at the next start."""

from __future__ import annotations

import pytest

from app.pages.sql import SqlPage
from app.pages.sql.page import FIRST
from engine.query.library import Library, Tabs

pytestmark = pytest.mark.unit


@pytest.fixture
def library(sql_context) -> Library:
    return Library(sql_context.desk.paths.root)


@pytest.fixture
def open_page(sql_context, sessions, qtbot):
    def open_page() -> SqlPage:
        page = SqlPage(sql_context)
        qtbot.addWidget(page)
        page.show()
        page.shown()
        qtbot.waitUntil(lambda: page._keeper._following)
        return page

    return open_page


def texts(page: SqlPage) -> list[str]:
    return [tab.text() for tab in page._all_tabs()]


def test_that_a_new_page_has_one_tab_with_an_example(open_page):
    assert texts(open_page()) == [FIRST]


def test_that_what_was_typed_is_there_again_with_the_same_tab_in_front(open_page, library, qtbot):
    page = open_page()
    page.tab().set_text("SELECT 1")
    page.new_tab("SELECT 2")
    page.new_tab("SELECT 3")
    page.tabs.setCurrentIndex(1)
    page.hidden()
    qtbot.waitUntil(lambda: library.tabs() == Tabs(("SELECT 1", "SELECT 2", "SELECT 3"), 1))
    again = open_page()
    assert texts(again) == ["SELECT 1", "SELECT 2", "SELECT 3"]
    assert again.tab().text() == "SELECT 2"


def test_that_a_closed_tab_stays_closed(open_page, library, qtbot):
    library.keep_tabs(Tabs(("SELECT 1", "SELECT 2"), 0))
    page = open_page()
    page.close_tab(1)
    page.hidden()
    qtbot.waitUntil(lambda: library.tabs().texts == ("SELECT 1",))


def test_that_only_the_tab_in_front_starts_a_process(open_page, library, sessions):
    library.keep_tabs(Tabs(("SELECT 1", "SELECT 2", "SELECT 3"), 0))
    open_page()
    assert sum("warm" in session.asked for session in sessions) == 1


def test_that_a_statement_sent_meanwhile_stays_in_front(sql_context, sessions, library, qtbot):
    library.keep_tabs(Tabs(("SELECT 1", "SELECT 2"), 0))
    page = SqlPage(sql_context)
    qtbot.addWidget(page)
    page.receive("SELECT 9")
    qtbot.waitUntil(lambda: page._keeper._following)
    assert page.tab().text() == "SELECT 9"
    assert {"SELECT 1", "SELECT 2", "SELECT 9"} <= set(texts(page))


def test_that_tabs_nobody_changed_are_not_written(open_page, library, qtbot):
    kept = Tabs(("SELECT 1",), 0)
    library.keep_tabs(kept)
    page = open_page()
    page.hidden()
    assert page._keeper._kept == kept
