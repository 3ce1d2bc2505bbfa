"""Ranked bars: order, text, export."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent

from app.widgets.charts import Bar, BarChart

pytestmark = pytest.mark.unit
BARS = [Bar("View", 12_345, "100 %"), Bar("Cart, filled", 3.5, "27 %", tooltip="of all viewers")]


@pytest.fixture
def chart(qtbot, context) -> BarChart:
    made = BarChart(context.theme, "Funnel", "users")
    qtbot.addWidget(made)
    made.resize(420, 240)
    made.show()
    return made


def test_that_a_chart_without_bars_says_so(chart):
    assert chart.is_empty()
    assert chart._nothing.isVisible()
    chart.set_bars(BARS)
    assert not chart._nothing.isVisible()


def test_that_csv_has_label_value_and_note(chart):
    chart.set_bars(BARS)
    assert chart.to_csv() == (
        'label,value [users],note\nView,12345,100 %\n"Cart, filled",3.5,27 %\n'
    )


def test_that_a_value_stands_at_the_end_of_its_bar_inside_the_chart(chart, qtbot):
    chart.set_bars(BARS)
    text = chart._texts[0]
    assert "12,345" in text.textItem.toPlainText()
    chart.grab()

    def right() -> int:
        return int(chart.plot.mapFromScene(text.sceneBoundingRect().bottomRight()).x())

    qtbot.waitUntil(lambda: chart.plot.width() // 2 < right() <= chart.plot.width())


def test_that_zeros_long_labels_and_many_bars_can_be_drawn(chart):
    chart.set_bars([Bar("x" * 300, 0.0)])
    chart.grab()
    chart.set_bars([Bar(f"<b>{n}</b>", float(n)) for n in range(12)])
    chart.grab()
    assert len(chart._texts) == 12


def test_that_equal_bars_are_not_drawn_again(chart):
    chart.set_bars(BARS)
    before = chart._texts
    chart.set_bars(list(BARS))
    assert chart._texts is before


def test_that_the_tooltip_is_that_of_the_row_under_the_mouse(chart):
    chart.set_bars(BARS)
    at = chart.plot.mapFromScene(chart._box.mapViewToScene(QPoint(1, 1)))
    assert chart._tip(QHelpEvent(QEvent.Type.ToolTip, at, at)) == "of all viewers"
    nowhere = QPoint(100, chart.plot.height() - 2)
    assert chart._tip(QHelpEvent(QEvent.Type.ToolTip, nowhere, nowhere)) == ""


def test_that_bars_follow_the_theme(chart, context):
    chart.set_bars(BARS)
    context.theme.choose("light")
    assert chart._rects.opts["brushes"][0].color().name() == context.theme.colours.series[0]
