"""The time chart: series, crosshair, zoom, export."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QWheelEvent

from app.widgets.charts import Marker, TimeChart, link_charts

pytestmark = pytest.mark.unit
START = 1_700_000_040.0
X = START + 60.0 * np.arange(10)
Y = np.arange(10) * 10.0


@pytest.fixture
def make(qtbot, context):
    def made(*arguments, **named) -> TimeChart:
        chart = TimeChart(context.theme, *arguments, **named)
        qtbot.addWidget(chart)
        chart.resize(600, 260)
        chart.show()
        return chart

    return made


@pytest.fixture
def chart(make: Callable[..., TimeChart]) -> TimeChart:
    made = make("Orders", "orders")
    made.set_series("orders", X, Y)
    made.flush()
    return made


def press(chart: TimeChart, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    chart.plot.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, modifiers))


def values(chart: TimeChart, at: float) -> dict[str, str]:
    return {reading.name: reading.value for reading in chart.readings(at)}


def test_that_an_empty_chart_says_so_and_one_value_takes_the_sentence_away(make):
    chart = make("Orders")
    assert chart.is_empty()
    assert chart._nothing.isVisible()
    chart.set_series("orders", [START], [5])
    chart.flush()
    assert not chart.is_empty()
    assert not chart._nothing.isVisible()
    assert chart.extent() == (START - 30, START + 30)


@pytest.mark.parametrize("stack", [True, False])
@pytest.mark.parametrize("kind", ["line", "bars"])
@pytest.mark.parametrize(
    "y", [[], [1.0], [np.nan], [1.0, np.nan, 3.0], [np.nan, np.nan], [0.0, 0.0], [-1.0, 4.0]]
)
def test_that_gaps_single_points_and_nothing_can_be_drawn(make, stack, kind, y):
    chart = make("Any", "ms", stack=stack)
    chart.set_series("a", X[: len(y)], y, fill=True, kind=kind)
    chart.set_series("b", X[: len(y)], y, kind=kind)
    chart.flush()
    chart.grab()
    chart.show_crosshair(float(X[0]))
    chart.grab()
    assert chart.to_csv().startswith("time_utc,")


def test_that_equal_data_is_not_drawn_again(chart):
    chart.set_series("orders", X.copy(), Y.copy())
    assert not chart._redraw.isActive()
    chart.set_series("orders", X, Y + 1)
    assert chart._redraw.isActive()


def test_that_series_of_another_rhythm_stay_lines_and_are_read_beside_each_other(chart):
    chart.set_series("lag", X[:-1] + 25, Y[:-1] + 1)
    chart.flush()
    drawn = chart._layers["lag"]._items
    assert set(drawn) == {"line"}
    assert len(drawn["line"].getData()[0]) == 9
    assert values(chart, float(X[3])) == {"orders": "30", "lag": "31"}
    late = values(chart, float(X[3]) + 600)
    assert late == {"orders": "–", "lag": "–"}


def test_that_only_points_in_view_are_drawn(chart):
    chart.set_view((float(X[3]), float(X[5])))
    assert chart._layers["orders"]._items["line"].getData()[1].tolist() == [20, 30, 40, 50]
    chart.reset_view()
    assert len(chart._layers["orders"]._items["line"].getData()[1]) == 10


def test_that_a_later_change_of_the_callers_array_changes_nothing(chart):
    y = Y.copy()
    chart.set_series("orders", X, y)
    y[:] = 0
    assert values(chart, float(X[3])) == {"orders": "30"}


def test_that_unusable_data_is_refused(chart):
    with pytest.raises(ValueError, match="10 times and 2 values"):
        chart.set_series("orders", X, [1, 2])
    with pytest.raises(ValueError, match="increase"):
        chart.set_series("orders", [2, 1], [1, 2])


def test_that_the_read_out_shows_each_series_at_the_crosshair_and_a_dash_in_a_gap(chart):
    y = Y.copy()
    y[4] = np.nan
    chart.set_series("refunds", X, y)
    chart.flush()
    chart.show_crosshair(float(X[4]) + 20)
    assert chart.crosshair() == X[4]
    assert values(chart, float(X[4])) == {"orders": "40", "refunds": "–"}
    assert "UTC" in chart._cross.readout._label.text()
    chart.hide()
    assert chart.crosshair() is None


def test_that_a_stack_is_read_as_single_values(make):
    chart = make("Events", "events", stack=True)
    chart.set_series("a", X, Y)
    chart.set_series("b", X, Y)
    chart.flush()
    assert values(chart, float(X[5])) == {"a": "50", "b": "50"}
    assert chart.plot.box.viewRange()[1][1] >= 180


def test_that_the_mouse_over_a_point_moves_the_crosshair_there(chart, qtbot):
    at = QPoint(chart.plot.pixel_at(float(X[6])), 100)
    with qtbot.waitSignal(chart.hovered) as moved:
        qtbot.mouseMove(chart.plot.viewport(), at)
    assert moved.args == [float(X[6])]


def test_that_the_arrow_keys_move_the_crosshair_and_stop_at_the_ends(chart):
    press(chart, Qt.Key.Key_Left)
    assert chart.crosshair() == X[-1]
    press(chart, Qt.Key.Key_Left)
    assert chart.crosshair() == X[-2]
    press(chart, Qt.Key.Key_Home)
    press(chart, Qt.Key.Key_Left)
    assert chart.crosshair() == X[0]
    press(chart, Qt.Key.Key_Escape)
    assert chart.crosshair() is None


def test_that_dragging_marks_a_span_and_a_double_click_shows_everything(chart, qtbot):
    surface = chart.plot.viewport()
    left, right = (QPoint(chart.plot.pixel_at(float(X[i])), 100) for i in (2, 6))
    qtbot.mousePress(surface, Qt.MouseButton.LeftButton, pos=left)
    qtbot.mouseMove(surface, right)
    with qtbot.waitSignal(chart.view_changed):
        qtbot.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=right)
    assert chart.view() == pytest.approx((X[2], X[6]), abs=4)
    assert chart._reset.isVisible()
    qtbot.mouseDClick(surface, Qt.MouseButton.LeftButton, pos=left)
    assert chart.view() is None
    assert not chart._reset.isVisible()


def test_that_a_click_is_not_a_span(chart, qtbot):
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    assert not chart.zoomed()


def test_that_keys_zoom_move_and_reset(chart):
    press(chart, Qt.Key.Key_Plus)
    low, high = chart.view()
    assert high - low == pytest.approx((X[-1] - X[0]) / 1.4)
    press(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.view()[0] < low
    for _ in range(20):
        press(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert chart.view()[0] == X[0]
    press(chart, Qt.Key.Key_0)
    assert chart.view() is None


def test_that_zoom_ends_at_two_points_and_never_leaves_the_extent(chart):
    for _ in range(30):
        chart.zoom(0.5, float(X[0]))
    assert chart.view() == pytest.approx((X[0], X[2]))
    chart.zoom(100, float(X[0]))
    assert chart.view() is None


def wheel(chart: TimeChart, modifiers: Qt.KeyboardModifier) -> bool:
    event = QWheelEvent(
        QPointF(300, 100), QPointF(300, 100), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    chart.plot.wheelEvent(event)
    return event.isAccepted()


def test_that_the_wheel_scrolls_the_page_unless_ctrl_is_held(chart):
    chart.plot.clearFocus()
    assert not wheel(chart, Qt.KeyboardModifier.NoModifier)
    assert not chart.zoomed()
    assert wheel(chart, Qt.KeyboardModifier.ControlModifier)
    assert chart.zoomed()


def test_that_the_value_axis_fits_what_is_in_view(chart):
    chart.set_view((float(X[0]), float(X[2])))
    assert chart.plot.box.viewRange()[1] == pytest.approx([0, 25])


def test_that_new_data_leaves_the_zoom_alone(chart):
    chart.set_view((float(X[2]), float(X[5])))
    chart.set_series("orders", X + 60, Y)
    chart.flush()
    assert chart.view() == (X[2], X[5])


def test_that_a_legend_click_hides_a_series_everywhere(chart, qtbot):
    assert not chart.legend.isVisible()
    chart.set_series("refunds", X, Y * 10)
    chart.flush()
    assert chart.legend.isVisible()
    qtbot.mouseClick(chart.legend.button("refunds"), Qt.MouseButton.LeftButton)
    assert values(chart, float(X[1])) == {"orders": "10"}
    assert "refunds" not in chart.to_csv()
    assert chart.plot.box.viewRange()[1][1] == pytest.approx(100)
    qtbot.mouseClick(chart.legend.button("refunds"), Qt.MouseButton.LeftButton)
    assert "refunds" in values(chart, float(X[1]))


def test_that_a_series_keeps_its_colour_when_another_one_goes(chart, context):
    chart.set_series("refunds", X, Y)
    chart.remove_series("orders")
    chart.flush()
    (reading,) = chart.readings(float(X[0]))
    assert reading.colour == context.theme.colours.series[1]


def test_that_named_colours_follow_the_theme(chart, context):
    chart.set_series("orders", X, Y, colour="gold")
    context.theme.choose("dark")
    dark = chart.readings(float(X[0]))[0].colour
    context.theme.choose("light")
    assert chart.readings(float(X[0]))[0].colour == context.theme.colours.gold != dark
    assert chart.plot.backgroundBrush().color().name() == context.theme.colours.surface


def test_that_a_markers_text_is_read_out_at_its_place_only(chart):
    chart.set_markers([Marker(float(X[3]), 30, "3 sigma above")])
    chart.flush()
    chart.show_crosshair(float(X[3]))
    assert "3 sigma above" in chart._cross.readout._label.text()
    chart.show_crosshair(float(X[5]))
    assert "3 sigma above" not in chart._cross.readout._label.text()


def test_that_linked_charts_share_crosshair_and_view(make, chart, qtbot):
    other = make("GMV", "USD")
    other.set_series("gmv", X, Y)
    other.flush()
    link_charts([chart, other])
    press(chart, Qt.Key.Key_Left)
    assert other.crosshair() == chart.crosshair() == X[-1]
    press(chart, Qt.Key.Key_Plus)
    assert other.view() == chart.view()
    other.reset_view()
    assert chart.view() is None


def test_that_csv_holds_what_is_in_view_with_exact_values(chart):
    chart.set_series("share", X[::2], [0.1, np.nan, 0.30000000000000004, 1e9, 2.5])
    chart.set_view((float(X[2]), float(X[4])))
    assert list(csv.reader(io.StringIO(chart.to_csv()))) == [
        ["time_utc", "orders [orders]", "share [orders]"],
        ["2023-11-14T22:16:00+00:00", "20", ""],
        ["2023-11-14T22:17:00+00:00", "30", ""],
        ["2023-11-14T22:18:00+00:00", "40", "0.30000000000000004"],
    ]


def test_that_a_picture_has_the_chart_and_no_pointer(chart):
    chart.show_crosshair(float(X[3]))
    image = QImage.fromData(chart.to_png())
    assert image.width() == (600 + 24) * 2
    assert chart.crosshair() is None
    assert chart._more.isVisible()
    colours = {image.pixelColor(x, y).name() for x in range(0, 1240, 3) for y in range(0, 540, 3)}
    assert chart.theme.colours.series[0] in colours


def test_that_the_menu_has_four_entries_and_copies_csv(chart):
    actions = chart.menu_actions()
    assert [a.text() for a in actions] == ["Reset view", "Copy as CSV", "Save CSV…", "Save PNG…"]
    assert [a.isEnabled() for a in actions] == [False, True, True, True]
    actions[1].trigger()
    assert QGuiApplication.clipboard().text() == chart.to_csv()


def test_that_saving_asks_with_a_name_made_of_the_title(chart, qtbot):
    with qtbot.waitSignal(chart.save_asked) as asked:
        chart.menu_actions()[2].trigger()
    (export,) = asked.args
    assert (export.name, export.kind) == ("orders.csv", "csv")
    assert export.contents.decode() == chart.to_csv()
