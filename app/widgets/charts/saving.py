"""Where a chart's export goes: a person picks the file, the engine writes it."""

from __future__ import annotations

from pathlib import Path

from app.context import Context
from app.widgets.charts.chart import Chart, Export
from app.widgets.file_dialogs import ask_save, write_file
from app.words import tr
from engine.readings.export import write_bytes

_FILTERS = {"csv": "CSV (*.csv)", "png": "PNG (*.png)"}


def saves(context: Context, *charts: Chart) -> None:
    """Makes the charts' "Save …" entries work."""
    for chart in charts:
        chart.save_asked.connect(lambda export, chart=chart: save(context, chart, export))


def save(context: Context, owner: Chart, export: Export) -> None:
    """Asks for a file name; returns at once, and says afterwards where the file is."""
    ask_save(
        owner,
        tr("Save"),
        export.name,
        _FILTERS[export.kind],
        lambda path: write(context, owner, export, path),
    )


def write(context: Context, owner: Chart, export: Export, path: Path) -> None:
    """Writes the file in the background."""
    write_file(context, path, lambda: write_bytes(path, export.contents), owner=owner)
