"""A forecast as an answer: what is expected, the band, and the course that it goes on from."""

from __future__ import annotations

from typing import Any, Final

from engine.assistant.analysis.forecast import LEAST, Forecast, forecast
from engine.assistant.analysis.series import Series
from engine.assistant.asking import Told
from engine.assistant.running import Rows
from engine.assistant.telling.fields import Field
from engine.assistant.telling.figures import figure, moment
from engine.assistant.telling.made import TIME, counted, made, too_little
from engine.contracts.chart import ChartSpec

AHEAD: Final = 60
"""Minutes of a forecast."""
SHOWN: Final = 120
"""Minutes before it that are drawn, for the eye to go on from."""


def told_forecast(past: Series, field: Field, raw: Rows) -> Told:
    """The next hour of a course of minutes; where there is too little of it, that."""
    found = forecast(past, AHEAD)
    if found is None:
        return Told(too_little("a forecast", len(past), LEAST), raw)
    begin, end = past.time(len(past)), past.time(len(past) + AHEAD)
    when = f"from {moment(begin)} to {moment(end, day=False)} UTC"
    expected, least, most = (figure(value, field.unit) for value in _hour(found, field))
    what = field.title if field.additive else f"average {field.title}"
    text = f"Expected {what} in the next hour, {when}: {expected}, between {least} and {most}."
    note = f"Nine of ten courses like the last {len(past):,} minutes stay in the band."
    names = (field.name, "forecast", "low", "high")
    chart = ChartSpec(kind="line", x="minute", y=names[:2], low="low", high="high")
    columns = [("minute", TIME), *((name, "DOUBLE") for name in names)]
    return Told(text, made(columns, _rows(past, found)), chart, (note,))


def _hour(found: Forecast, field: Field) -> tuple[float | int | None, ...]:
    """Expected, low and high of the whole hour."""
    if field.additive:
        return tuple(counted(value, field) for value in found.total)
    return tuple(value / AHEAD for value in found.total)


def _rows(past: Series, found: Forecast) -> list[tuple[Any, ...]]:
    count = len(past)
    rows: list[tuple[Any, ...]] = [
        (past.time(at), float(past.values[at]), None, None, None)
        for at in range(max(0, count - SHOWN), count)
    ]
    bounds = zip(found.mean, found.low, found.high, strict=True)
    for at, (mean, low, high) in enumerate(bounds):
        rows.append((past.time(count + at), None, float(mean), float(low), float(high)))
    return rows
