"""What charts in two directions share: zoom, keys, picking, theme, export."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWheelEvent

from app.widgets.charts import CategoryChart, HeatChart, ScatterChart
from app.widgets.charts.field_chart import FieldChart

pytestmark = pytest.mark.unit
LABELS = [f"label {n}" for n in range(30)]


@pytest.fixture
def bars(qtbot, context) -> CategoryChart:
    chart = CategoryChart(context.theme, "Orders by label")
    qtbot.addWidget(chart)
    chart.resize(500, 300)
    chart.show()
    chart.set_groups(LABELS, [("orders", [float(n) for n in range(30)])])
    return chart


@pytest.fixture
def heat(qtbot, context) -> HeatChart:
    chart = HeatChart(context.theme, "Orders", names=("hour", "day"))
    qtbot.addWidget(chart)
    chart.resize(600, 300)
    chart.show()
    chart.set_cells(["0", "1", "2"], ["Mon", "Tue"], np.array([[1.0, 2, 3], [4, np.nan, 6]]))
    return chart


def press(chart: FieldChart, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    chart.field.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, modifiers))


def test_that_a_long_list_shows_its_first_rows_and_goes_on_by_keys(bars) -> None:
    first = bars.shown()[1]
    assert 3 <= first[1] - first[0] < 30
    for _ in range(20):
        press(bars, Qt.Key.Key_Down)
    assert bars._spot.words[0] == "label 19"
    low, high = bars.shown()[1]
    assert low < 19 < high
    assert bars.field.accessibleDescription() == "label 19: orders 19"
    bars.reset_view()
    assert bars.shown()[1] == first


def test_that_zooming_out_reaches_all_rows_and_the_reset_goes_home(bars) -> None:
    for _ in range(12):
        press(bars, Qt.Key.Key_Minus)
    assert bars.shown()[1] == bars.whole()[1]
    assert bars.zoomed()
    press(bars, Qt.Key.Key_0)
    assert not bars.zoomed()


def test_that_shift_and_arrows_move_the_view(bars) -> None:
    press(bars, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert bars.shown()[1][0] > -0.5
    assert bars.zoomed()


def test_that_enter_picks_and_picks_again_lets_go(bars, qtbot) -> None:
    press(bars, Qt.Key.Key_Down)
    with qtbot.waitSignal(bars.picked) as told:
        press(bars, Qt.Key.Key_Return)
    assert told.args == [(0,)]
    with qtbot.waitSignal(bars.picked) as told:
        press(bars, Qt.Key.Key_Return)
    assert told.args == [()]


def test_that_a_click_picks_what_lies_there(bars, qtbot) -> None:
    at = bars.field.pixel_at(QPointF(0.5, 2.0))
    with qtbot.waitSignal(bars.picked) as told:
        qtbot.mouseClick(bars.field.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [(2,)]


def test_that_the_wheel_scrolls_the_page_unless_the_chart_has_the_focus(bars) -> None:
    def wheel(modifiers: Qt.KeyboardModifier) -> QWheelEvent:
        middle = QPointF(bars.field.rect().center())
        nothing = QPoint()
        return QWheelEvent(
            middle,
            middle,
            nothing,
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )

    bars.field.clearFocus()
    event = wheel(Qt.KeyboardModifier.NoModifier)
    bars.field.wheelEvent(event)
    assert not event.isAccepted()
    bars.field.wheelEvent(wheel(Qt.KeyboardModifier.ControlModifier))
    assert bars.zoomed()


def test_that_a_marked_area_is_zoomed_into_and_no_further_than_a_cell(heat) -> None:
    heat._zoom_to(QRectF(0.6, -0.4, 0.3, 0.3))
    (left, right), (top, bottom) = heat.shown()
    assert right - left == pytest.approx(1.0)
    assert bottom - top == pytest.approx(1.0)
    heat.reset_view()
    assert heat.shown() == heat.whole()


def test_that_arrows_go_from_cell_to_cell_and_line_to_line(heat) -> None:
    press(heat, Qt.Key.Key_Right)
    press(heat, Qt.Key.Key_Right)
    assert heat._spot.words[0] == "Mon · 1"
    press(heat, Qt.Key.Key_Down)
    assert heat._spot.words[0] == "Tue · 1"
    assert heat._spot.readings[0].value == "none"
    press(heat, Qt.Key.Key_Escape)
    assert heat._spot is None
    assert not heat._readout.isVisible()


def test_that_the_read_out_goes_with_the_chart(heat) -> None:
    heat._point(heat.spot_at(0, 0))
    assert heat._readout.isVisible()
    heat.hide()
    assert not heat._readout.isVisible()


def test_that_cells_have_their_numbers_where_there_is_room(heat) -> None:
    assert [text.text for text in heat._texts.shown] == ["1", "2", "3", "4", "6"]
    heat.set_cells([str(n) for n in range(60)], ["Mon"], np.ones((1, 60)))
    assert heat._texts.shown == ()


def test_that_lengths_that_differ_are_a_mistake(bars, heat) -> None:
    with pytest.raises(ValueError, match="orders: 2 values, 1 labels"):
        bars.set_groups(["a"], [("orders", [1.0, 2.0])])
    with pytest.raises(ValueError, match="labels"):
        heat.set_cells(["a"], ["b"], np.zeros((2, 2)))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_they_follow_the_theme_and_are_saved_as_pictures(bars, heat, context, theme) -> None:
    context.theme.choose(theme)
    for chart in (bars, heat):
        picture = chart.to_image()
        surface = context.theme.colours.surface
        assert picture.pixelColor(2, 2).name() == surface
        assert chart.to_png().startswith(b"\x89PNG")


def test_that_csv_can_be_copied(heat) -> None:
    heat.menu_actions()[1].trigger()
    assert QGuiApplication.clipboard().text() == "day,0,1,2\nMon,1,2,3\nTue,4,,6\n"


def test_that_points_are_reached_from_left_to_right(qtbot, context) -> None:
    chart = ScatterChart(context.theme, "Points")
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.show()
    chart.set_clouds([("a", [3.0, 1.0], [1.0, 2.0], (0, 1)), ("b", [2.0], [5.0], (2,))])
    press(chart, Qt.Key.Key_Right)
    press(chart, Qt.Key.Key_Right)
    spot = chart._spot
    assert spot is not None
    assert (spot.at, spot.rows) == ((2.0, 5.0), (2,))
    chart.legend.button("b").click()
    assert [spot.at[0] for spot in chart.spots()] == [1.0, 3.0]
