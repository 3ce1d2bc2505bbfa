"""A forecast as an answer: what is expected, the band, and the course that it goes on from."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from engine.assistant.analysis.forecast import LEAST, Forecast, forecast
from engine.assistant.analysis.series import Series
from engine.assistant.asking import Told
from engine.assistant.reading.words import read_text
from engine.assistant.running import Rows
from engine.assistant.telling.fields import Field
from engine.assistant.telling.figures import figure, moment
from engine.assistant.telling.made import TIME, counted, made, too_little
from engine.contracts.chart import ChartSpec

AHEAD: Final = 60
"""Minutes of a forecast where the question names none."""
FARTHEST: Final = 1_440
"""Minutes; the reader asks back what is beyond them."""
FAR: Final = 360
"""Minutes; beyond them the time of day matters, which the model does not know, and fewer points are
as good to look at."""
SHOWN: Final = 120
"""Minutes before it that are drawn, for the eye to go on from."""


def told_forecast(past: Series, field: Field, raw: Rows, ahead: int = AHEAD) -> Told:
    """The next minutes of a course of them; where there is too little of it, that."""
    found = forecast(past, ahead)
    if found is None:
        return Told(too_little("a forecast", len(past), LEAST), raw)
    begin, end = past.time(len(past)), past.time(len(past) + ahead)
    when = f"from {moment(begin)} to {moment(end, day=end.date() != begin.date())} UTC"
    expected, least, most = (figure(value, field.unit) for value in _hour(found, field))
    what = field.title if field.additive else f"average {field.title}"
    text = f"Expected {what} in the next {_length(ahead)}, {when}: {expected}, between {least}"
    text += f" and {most}."
    notes = [f"Nine of ten courses like the last {len(past):,} minutes stay in the band."]
    notes += [_KNOWS_NO_DAY.format(every=_every(ahead))] if ahead > FAR else []
    names = (field.name, "forecast", "low", "high")
    chart = ChartSpec(kind="line", x="minute", y=names[:2], low="low", high="high")
    columns = [("minute", TIME), *((name, "DOUBLE") for name in names)]
    return Told(text, made(columns, _rows(past, found)), chart, tuple(notes))


def _hour(found: Forecast, field: Field) -> tuple[float | int | None, ...]:
    """Expected, low and high of the whole hour."""
    if field.additive:
        return tuple(counted(value, field) for value in found.total)
    return tuple(value / len(found.mean) for value in found.total)


def minutes_ahead(question: str) -> int:
    """How far the question looks.

    >>> minutes_ahead("orders in the next 3 hours"), minutes_ahead("forecast revenue")
    (180, 60)
    >>> minutes_ahead("in the next three hours"), minutes_ahead("in the next half hour")
    (180, 30)
    """
    line = read_text(question).line  # numbers in words are numbers there
    if re.search(rf"{_NEXT}half (?:an )?hour\b", line):
        return 30
    found = re.search(rf"{_NEXT}(?:(\d{{1,4}}) )?(h(?:ours?)?|min(?:ute)?s?)\b", line)
    if found is None:
        return AHEAD
    count = int(found[1] or 1)
    return max(1, min(count * (60 if found[2].startswith("h") else 1), FARTHEST))


_NEXT: Final = r"\b(?:next|coming|upcoming|following) "
_KNOWS_NO_DAY: Final = (
    "It knows no time of day, whose rise and fall is not in it. One minute in {every} is shown."
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
    bounds = list(zip(found.mean, found.low, found.high, strict=True))
    for at in range(0, len(bounds), _every(len(bounds))):
        mean, low, high = bounds[at]
        rows.append((past.time(count + at), None, float(mean), float(low), float(high)))
    return rows


def _every(ahead: int) -> int:
    """Which of the minutes ahead are shown: each, or each n-th of many."""
    return math.ceil(ahead / FAR)
