"""What stands out, as an answer: the course with the band of what was expected."""

from __future__ import annotations

import math
from typing import Any

from engine.assistant.analysis.anomalies import LEAST, LEAST_COARSE, WINDOW, anomalies
from engine.assistant.analysis.series import Series
from engine.assistant.asking import Told
from engine.assistant.running import Rows
from engine.assistant.telling.fields import Field
from engine.assistant.telling.figures import figure, listed, moment
from engine.assistant.telling.made import TIME, counted, made, too_little
from engine.contracts.chart import ChartSpec
from engine.contracts.semantic import Grain

NAMED = 3
_Row = tuple[Any, ...]


def told_anomalies(past: Series, field: Field, grain: Grain, period: str, raw: Rows) -> Told:
    """Each step with its band, the odd ones marked; where there is too little, that."""
    least = LEAST if grain == "minute" else LEAST_COARSE
    found = anomalies(past, field.additive and field.unit == "number", least)
    if found is None:
        text = too_little("finding what stands out", len(past), least + 1, grain)
        return Told(text, raw)
    bands = zip(found.expected, found.low, found.high, strict=True)
    rows: list[_Row] = [
        (past.time(at), float(past.values[at]), *map(_known, band), bool(found.odd[at]))
        for at, band in enumerate(bands)
    ]
    names = (field.name, "expected", "low", "high")
    columns = [(grain, TIME), *((name, "DOUBLE") for name in names), ("anomaly", "BOOLEAN")]
    chart = ChartSpec(kind="line", x=grain, y=(field.name,), low="low", high="high")
    note = f"Each {grain} is compared with the median of up to {WINDOW} before it."
    return Told(_text(rows, field, grain, period), made(columns, rows), chart, (note,))


def _text(rows: list[_Row], field: Field, grain: Grain, period: str) -> str:
    odd = [row for row in rows if row[5]]
    count = f"{len(rows):,} {grain}s{' ' + period if period else ''}"
    if not odd:
        return f"Nothing stands out: {field.title} of all {count} is as usual."
    odd.sort(key=lambda row: -abs(row[1] - row[2]))
    named = [
        f"{moment(row[0])} with {figure(counted(row[1], field), field.unit)} (expected "
        f"{figure(counted(row[3], field), field.unit)} to "
        f"{figure(counted(row[4], field), field.unit)})"
        for row in odd[:NAMED]
    ]
    stand = "stands" if len(odd) == 1 else "stand"
    others = ", among others" if len(odd) > NAMED else ""
    return f"{len(odd):,} of {count} {stand} out in {field.title}: {listed(named)}{others}."


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
