"""A chart's file reaches the disk through the door."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from app.widgets.charts import Bar, BarChart, saves
from app.widgets.charts.saving import write

pytestmark = pytest.mark.unit


@pytest.fixture
def chart(qtbot, context) -> BarChart:
    made = BarChart(context.theme, "Top countries")
    qtbot.addWidget(made)
    made.set_bars([Bar("DE", 3)])
    saves(context, made)
    return made


def test_that_the_chosen_file_is_written_and_named(chart, qtbot, toasts, tmp_path):
    chart.menu_actions()[2].trigger()
    (dialog,) = chart.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == "csv"
    target = tmp_path / "bars.csv"
    dialog.fileSelected.emit(str(target))
    qtbot.waitUntil(lambda: bool(toasts))
    assert target.read_text() == chart.to_csv()
    assert toasts == [("good", f"Saved {target}")]
    dialog.reject()


def test_that_a_folder_that_is_gone_is_told(chart, qtbot, context, toasts, tmp_path):
    chart.save_asked.disconnect()
    chart.save_asked.connect(
        lambda export: write(context, chart, export, tmp_path / "gone" / "x.csv")
    )
    chart.menu_actions()[2].trigger()
    qtbot.waitUntil(lambda: bool(toasts))
    ((tone, said),) = toasts
    assert tone == "error"
    assert "could not be written: No such file or directory. Choose another folder" in said
