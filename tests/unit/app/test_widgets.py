"""The small widgets that pages are built of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.widgets.badge import StateBadge
from app.widgets.placeholder import Placeholder
from app.widgets.rows_model import SORT_ROLE, ColumnSpec, RowsModel
from app.widgets.search import SearchField
from app.widgets.segmented import Segmented
from app.widgets.table import DataTable
from app.widgets.toast import MOST, Toasts
from engine.contracts.names import State

pytestmark = pytest.mark.unit

COLUMNS = (
    ColumnSpec("Name", lambda row: row[0]),
    ColumnSpec("Rows", lambda row: row[1], lambda n: f"{n:,}", right=True),
)


@pytest.mark.parametrize("state", list(State))
def test_that_every_state_has_a_word_and_a_tone(context, qtbot, state):
    badge = StateBadge()
    qtbot.addWidget(badge)
    badge.show_state(state)
    assert badge.text()
    assert badge.property("tone") in ("good", "warning", "bad", "info", "muted")


@pytest.mark.parametrize("width", [150, 241, 700])
def test_that_a_placeholder_shows_all_of_its_words_where_it_is_narrow(context, qtbot, width):
    place, box = QStackedWidget(), Placeholder()
    qtbot.addWidget(place)
    place.addWidget(box)
    text = "Choose another window, or wait until a record is refused."
    box.show_state("empty", "Nothing was refused here", text)
    place.resize(900, 400)
    place.show()
    place.resize(width, 400)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    assert box.width() == width
    for label in (box.heading, box.text):
        assert box.rect().contains(label.geometry())
        assert label.height() >= label.heightForWidth(label.width())
    assert (box.text.height() < 2 * box.text.fontMetrics().height()) == (width == 700)


def test_that_a_placeholder_does_what_its_button_says(context, qtbot):
    done = []
    box = Placeholder()
    qtbot.addWidget(box)
    box.show_state("error", "No data folder.", "Choose one.", ("Try again", lambda: done.append(1)))
    box.button.click()
    assert done == [1]
    assert box.accessibleName() == "No data folder. Choose one."
    box.show_state("empty", "Nothing yet", "")
    assert box.button.isHidden()


def test_that_a_choice_is_told_once_and_programs_choose_silently(context, qtbot):
    row = Segmented([("15 min", 15), ("1 h", 60)])
    qtbot.addWidget(row)
    seen: list[object] = []
    row.chosen.connect(seen.append)
    row.choose(60)
    assert (row.value(), seen) == (60, [])
    row._group.button(0).click()
    assert (row.value(), seen) == (15, [15])


def test_that_a_search_waits_for_a_pause(context, qtbot):
    field = SearchField()
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.searched) as said:
        qtbot.keyClicks(field, " ab ")
    assert said.args == ["ab"]
    with qtbot.waitSignal(field.searched, timeout=150):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_that_rows_keep_to_qts_rules_and_are_written_by_column(qtmodeltester, context):
    model = RowsModel(COLUMNS)
    model.show([("bronze", 1200), ("silver", None)])
    qtmodeltester.check(model)
    assert model.index(0, 1).data() == "1,200"
    assert model.index(1, 1).data() == "–"
    assert model.index(0, 1).data(SORT_ROLE) == 1200


def test_that_equal_counts_change_in_place(context, qtbot):
    model = RowsModel(COLUMNS)
    model.show([("bronze", 1)])
    with qtbot.waitSignal(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.show([("bronze", 2)])
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
        model.show([("bronze", 2)])
    with qtbot.waitSignal(model.modelReset):
        model.show([])
    assert model.rowCount(QModelIndex()) == 0


def test_that_a_table_sorts_by_value_and_copies_what_is_seen(context, qtbot):
    model = RowsModel(COLUMNS)
    model.show([("b", 10_000), ("a", 9)])
    table = DataTable()
    qtbot.addWidget(table)
    table.show_model(model, 1)
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Name\tRows\na\t9\nb\t10,000"
    assert table.selected_rows() == [("a", 9), ("b", 10_000)]


def test_that_messages_do_not_pile_up(context, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    toasts = Toasts(parent)
    for number in range(MOST + 2):
        toasts.say("info", f"Message {number}")
    toasts.say("info", f"Message {MOST + 1}")
    assert toasts.texts() == [f"Message {n}" for n in range(2, MOST + 2)]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
