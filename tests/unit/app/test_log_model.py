"""Lines of a log: filter, search, and bounds."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt

from app.formats import local_time
from app.models.log_model import LINE_ROLE, LogModel, as_text
from engine.readings.log_lines import LogLevel, LogLine

pytestmark = pytest.mark.unit
NOON = datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def _line(text, level=LogLevel.INFO):
    return LogLine(NOON, level, text)


def _lines(first, last, level=LogLevel.INFO):
    return [_line(f"line {number}", level) for number in range(first, last)]


def _texts(model):
    return [model.index(row).data(LINE_ROLE).text for row in range(model.rowCount())]


@pytest.fixture
def model(qapp):
    return LogModel(most=100)


def test_that_it_is_a_proper_model(model, qtmodeltester):
    model.replace(_lines(0, 5))
    qtmodeltester.check(model)
    model.append(_lines(5, 300))
    model.prepend(_lines(0, 3))
    model.set_level(LogLevel.ERROR)


def test_that_a_line_shows_local_time_level_and_text_and_utc_on_hover(model):
    model.replace([_line("it broke", LogLevel.ERROR)])
    index = model.index(0)
    assert index.data() == f"{local_time(NOON)}.250 ERROR   it broke"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "2026-01-01 12:00:00 UTC"


def test_that_a_line_without_a_time_keeps_its_column(model):
    assert as_text(LogLine(None, LogLevel.INFO, "x")) == f"{' ' * 12} INFO    x"


def test_that_new_lines_are_added_and_the_oldest_go(model):
    model.replace(_lines(0, 90))
    assert model.append(_lines(90, 95)) is False
    assert model.append(_lines(95, 110)) is True
    assert model.total <= 100
    assert _texts(model)[-1] == "line 109"
    assert _texts(model) == [f"line {n}" for n in range(110 - model.total, 110)]


def test_that_a_filter_hides_lines_and_gives_them_back(model):
    model.replace([*_lines(0, 3), *_lines(3, 5, LogLevel.ERROR)])
    model.set_level(LogLevel.WARNING)
    assert _texts(model) == ["line 3", "line 4"]
    model.append([_line("quiet"), _line("loud", LogLevel.ERROR)])
    assert _texts(model) == ["line 3", "line 4", "loud"]
    model.set_level(LogLevel.DEBUG)
    assert model.rowCount() == model.total == 7


def test_that_what_goes_is_counted_by_the_filter(model):
    model.replace(_lines(0, 50, LogLevel.ERROR))
    model.set_level(LogLevel.ERROR)
    model.append(_lines(50, 140))
    assert _texts(model) == []
    assert model.total <= 100


def test_that_older_lines_come_before_as_far_as_there_is_room(model):
    model.replace(_lines(50, 140))
    model.prepend(_lines(0, 50))
    assert _texts(model)[:2] == ["line 40", "line 41"]
    assert model.full
    model.prepend(_lines(0, 40))
    assert model.total == 100


def test_that_a_search_ignores_case_and_searches_what_is_shown(model):
    model.replace([_line("Alpha"), _line("beta", LogLevel.ERROR), _line("ALPHA", LogLevel.ERROR)])
    assert model.find("alpha") == [0, 2]
    assert model.find("") == []
    model.set_level(LogLevel.ERROR)
    assert model.find("alpha") == [1]


def test_that_lines_are_copied_as_they_are_shown(model):
    model.replace(_lines(0, 3))
    assert model.text_of([0, 2]).splitlines() == [model.index(0).data(), model.index(2).data()]


def test_that_fifty_thousand_lines_stay_far_below_a_noticeable_stall(qapp):
    model = LogModel()
    model.replace(_lines(0, 50_000))
    for work in (
        lambda: model.append(_lines(0, 50)),
        lambda: model.find("line 49"),
        lambda: model.set_level(LogLevel.WARNING),
    ):
        started = time.thread_time()  # by the clock, other tests would be counted too
        work()
        assert time.thread_time() - started < 0.1
