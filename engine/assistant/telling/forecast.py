"""A forecast as an answer: what is expected, the band, and the course that it goes on from."""

from __future__ import annotations

import re
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
"""Minutes of a forecast where the question names none."""
FARTHEST: Final = 360
"""Minutes; what is asked beyond them is more than a course of minutes can tell."""
SHOWN: Final = 120
"""Minutes before it that are drawn, for the eye to go on from."""


def told_forecast(past: Series, field: Field, raw: Rows, ahead: int = AHEAD) -> Told:
    """The next minutes of a course of them; where there is too little of it, that."""
    found = forecast(past, ahead)
    if found is None:
        return Told(too_little("a forecast", len(past), LEAST), raw)
    begin, end = past.time(len(past)), past.time(len(past) + ahead)
    when = f"from {moment(begin)} to {moment(end, day=False)} UTC"
    expected, least, most = (figure(value, field.unit) for value in _hour(found, field))
    what = field.title if field.additive else f"average {field.title}"
    text = f"Expected {what} in the next {_length(ahead)}, {when}: {expected}, between {least}"
    text += f" and {most}."
    note = f"Nine of ten courses like the last {len(past):,} minutes stay in the band."
    names = (field.name, "forecast", "low", "high")
    chart = ChartSpec(kind="line", x="minute", y=names[:2], low="low", high="high")
    columns = [("minute", TIME), *((name, "DOUBLE") for name in names)]
    return Told(text, made(columns, _rows(past, found)), chart, (note,))


def _hour(found: Forecast, field: Field) -> tuple[float | int | None, ...]:
    """Expected, low and high of the whole hour."""
    if field.additive:
        return tuple(counted(value, field) for value in found.total)
    return tuple(value / len(found.mean) for value in found.total)


def minutes_ahead(question: str) -> int:
    """How far the question looks.

    >>> minutes_ahead("orders in the next 3 hours"), minutes_ahead("forecast revenue")
    (180, 60)
    """
    found = _NEXT.search(question)
    if found is None:
        return AHEAD
    count = int(found[1] or 1)
    return max(1, min(count * (60 if found[2].lower().startswith("h") else 1), FARTHEST))


_NEXT: Final = re.compile(
    r"\b(?:next|coming|following) (?:(\d{1,3}) )?(h(?:ours?)?|min(?:ute)?s?)\b", re.IGNORECASE
)


def _length(minutes: int) -> str:
    if minutes == AHEAD:
        return "hour"
    return f"{minutes // 60} hours" if minutes % 60 == 0 else f"{minutes} minutes"


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
