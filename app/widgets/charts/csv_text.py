"""A chart's series as CSV. No Qt here."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from app.widgets.charts.across import Across, exact
from app.widgets.charts.layer import Series
from app.widgets.charts.shapes import grid, on_grid
from app.widgets.charts.spans import Span
from app.widgets.charts.units import Unit


def csv_text(shown: Sequence[Series], span: Span, unit: Unit, across: Across) -> str:
    """Time in UTC, or what else runs across; then a column a series; a gap is an empty field."""
    low, high = span
    times = grid([series.x for series in shown])
    inside = (times >= low) & (times <= high)
    columns = [on_grid(times, series.x, series.y)[inside] for series in shown]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    suffix = f" [{unit.name}]" if unit.name not in ("", "%") else ""
    writer.writerow([across.column, *(f"{series.name}{suffix}" for series in shown)])
    for at, *values in zip(times[inside], *columns, strict=True):
        cells = ("" if np.isnan(v) else exact(v) for v in values)
        writer.writerow([across.cell(float(at)), *cells])
    return text.getvalue()
