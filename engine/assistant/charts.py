"""Which charts a result can be drawn as, told from its columns and rows alone.

Pure: the assistant picks one of them for an answer, and the window offers the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from engine.contracts.assistant import AnswerColumn
from engine.contracts.chart import ChartSpec
from engine.query.page import is_number, is_time

Role = Literal["time", "number", "label"]
Figure = Literal["number", "usd", "share", "ms", "seconds", "bytes"]
Rows = Sequence[Sequence[Any]]

MOST_LINES: Final = 12
"""Lines of one chart: the palette has eight colours, and more cannot be followed."""
MOST_MEASURES: Final = 4
TOO_SMALL: Final = 500
"""A column whose numbers are so much smaller than another's is flat beside it."""
MOST_STAGES: Final = 12
LEAST_SCATTER: Final = 4
LEAST_HISTOGRAM: Final = 12
MOST_CELLS: Final = 2_500
LEAST_FILLED: Final = 0.2
"""Of the cells; a number that differs from row to row names none."""
_MONEY: Final = {"revenue", "gmv", "price", "amount", "aov", "turnover"}
_RATES: Final = {"rate", "share", "ratio", "change", "percent", "retention", "conversion"}
_SPEEDS: Final = {"per", "input", "process"}
_LOW: Final = ("low", "lower")
_HIGH: Final = ("high", "upper")


@dataclass(frozen=True)
class _Column:
    name: str
    role: Role
    figure: Figure
    values: tuple[Any, ...]

    @property
    def distinct(self) -> int:
        return len({value for value in self.values if value is not None})

    @property
    def most(self) -> float:
        """The largest number, whatever its sign."""
        return max((abs(float(v)) for v in self.values if v is not None), default=0.0)

    @property
    def positive(self) -> bool:
        return all(value >= 0 for value in self.values if value is not None)


def role_of(column: AnswerColumn) -> Role:
    """Whether it holds points in time, numbers, or something to tell rows apart by."""
    if is_time(column.type):
        return "time"
    return "number" if is_number(column.type) else "label"


def figure_of(name: str, values: Sequence[Any] = ()) -> Figure:
    """How the numbers of a column are written, by its name; a share is one only below ten."""
    parts = name.lower().split("_")
    if "usd" in parts or parts[-1] in _MONEY:
        return "usd"
    if parts[-1] in ("ms", "bytes"):
        return "ms" if parts[-1] == "ms" else "bytes"
    if parts[-1] in ("s", "seconds"):
        return "seconds"
    if _RATES & set(parts) and not _SPEEDS & set(parts):
        known = [abs(float(v)) for v in values if isinstance(v, int | float) and not math.isnan(v)]
        return "share" if max(known, default=0.0) <= 10 else "number"
    return "number"


def fitting_kinds(columns: Sequence[AnswerColumn], rows: Rows) -> tuple[ChartSpec, ...]:
    """One chart of each kind that fits, the most telling first; none where nothing can be drawn.

    Only numbers that somebody would read are drawn: a column of nothing but NULL is left out.
    """
    made = [_column(column, [row[at] for row in rows]) for at, column in enumerate(columns)]
    shown = [c for c in made if c.distinct]
    numbers = [c for c in shown if c.role == "number"]
    if not rows or not numbers:
        return ()
    times = [c for c in shown if c.role == "time"]
    labels = [c for c in shown if c.role == "label"]
    found = [
        _number(numbers, len(rows)),
        _line(times, numbers, labels),
        _funnel(labels, numbers, len(rows)),
        _heatmap(times, labels, numbers, len(rows)),
        _stacked(times, labels, numbers, len(rows)),
        _bar(times, labels, numbers, len(rows)),
        _scatter(numbers, labels, len(rows)),
        _histogram(numbers, len(rows)),
    ]
    return tuple(spec for spec in found if spec is not None)


def _column(column: AnswerColumn, values: list[Any]) -> _Column:
    known = tuple(None if isinstance(v, float) and math.isnan(v) else v for v in values)
    return _Column(column.name, role_of(column), figure_of(column.name, known), known)


def band_of(numbers: Sequence[str]) -> tuple[str, str] | None:
    """The columns that bound a forecast, where there are such."""
    low = next((name for name in numbers if name.lower().split("_")[-1] in _LOW), None)
    high = next((name for name in numbers if name.lower().split("_")[-1] in _HIGH), None)
    return (low, high) if low and high else None


def _measures(numbers: Sequence[_Column]) -> tuple[str, ...]:
    """Columns that one axis can carry: of one unit, beginning with the first."""
    band = band_of([c.name for c in numbers]) or ()
    shown = [c for c in numbers if c.name not in band] or list(numbers)
    least = shown[0].most / TOO_SMALL
    fitting = [c for c in shown if c.figure == shown[0].figure and c.most >= least]
    return tuple(c.name for c in fitting)[:MOST_MEASURES]


def _number(numbers: Sequence[_Column], rows: int) -> ChartSpec | None:
    return ChartSpec(kind="number", y=(numbers[0].name,)) if rows == 1 else None


def _line(
    times: Sequence[_Column], numbers: Sequence[_Column], labels: Sequence[_Column]
) -> ChartSpec | None:
    if times and times[0].distinct > 1:
        x = times[0]
        if x.distinct < len([v for v in x.values if v is not None]):
            by = next((c for c in labels if 1 < c.distinct <= MOST_LINES), None)
            if by is None:
                return None
            return ChartSpec(kind="line", x=x.name, y=(numbers[0].name,), series=by.name)
        band = band_of([c.name for c in numbers])
        low, high = band or (None, None)
        y = _measures(numbers)[:1] if band else _measures(numbers)
        return ChartSpec(kind="line", x=x.name, y=y, low=low, high=high)
    return _line_of_numbers(numbers) if not times else None


def _line_of_numbers(numbers: Sequence[_Column]) -> ChartSpec | None:
    """Where the first column goes up from row to row, such as the hour of the day."""
    x = numbers[0].values
    if len(numbers) < 2 or len(x) < 3 or None in x:
        return None
    if any(after <= before for before, after in pairwise(x)):
        return None
    return ChartSpec(kind="line", x=numbers[0].name, y=_measures(numbers[1:]))


def _funnel(labels: Sequence[_Column], numbers: Sequence[_Column], rows: int) -> ChartSpec | None:
    """Stages that lose some from one to the next."""
    if len(labels) != 1 or labels[0].distinct != rows or not 2 < rows <= MOST_STAGES:
        return None
    values = numbers[0].values
    if None in values or not numbers[0].positive or not values[0]:
        return None
    if any(after > before for before, after in pairwise(values)):
        return None
    return ChartSpec(kind="funnel", x=labels[0].name, y=(numbers[0].name,))


def _heatmap(
    times: Sequence[_Column], labels: Sequence[_Column], numbers: Sequence[_Column], rows: int
) -> ChartSpec | None:
    """Two columns that together name each row once, and a number; both with several values."""
    steps = [c for c in numbers[:-1] if _counts(c)]
    sides = [*times[:1], *labels, *steps]
    if len(sides) < 2:
        return None
    across, down = sides[1], sides[0]
    pairs = set(zip(across.values, down.values, strict=True))
    if len(pairs) != rows or min(across.distinct, down.distinct) < 2:
        return None
    cells = across.distinct * down.distinct
    if cells > MOST_CELLS or rows < 4 or rows < LEAST_FILLED * cells:
        return None
    y = next((c for c in numbers if c not in (across, down)), None)
    if y is None:
        return None
    return ChartSpec(kind="heatmap", x=across.name, y=(y.name,), series=down.name)


def _counts(column: _Column) -> bool:
    """Small whole numbers that repeat, such as the week after the first purchase."""
    known = [v for v in column.values if v is not None]
    whole = all(float(v).is_integer() and 0 <= v <= 366 for v in known)
    return whole and column.distinct < len(known)


def _stacked(
    times: Sequence[_Column], labels: Sequence[_Column], numbers: Sequence[_Column], rows: int
) -> ChartSpec | None:
    x = next(iter([*times, *labels]), None)
    if x is None or rows < 2:
        return None
    by = next((c for c in labels if c is not x and 1 < c.distinct <= MOST_LINES), None)
    if by is not None:
        adds = numbers[0].positive and numbers[0].figure != "share"
        if adds and x.distinct > 1:
            return ChartSpec(kind="stacked", x=x.name, y=(numbers[0].name,), series=by.name)
        return None
    if band_of([c.name for c in numbers]):
        return None
    y = _measures(numbers)
    adds = all(c.positive for c in numbers if c.name in y) and numbers[0].figure != "share"
    if len(y) < 2 or not adds or x.distinct < rows:
        return None
    return ChartSpec(kind="stacked", x=x.name, y=y)


def _bar(
    times: Sequence[_Column], labels: Sequence[_Column], numbers: Sequence[_Column], rows: int
) -> ChartSpec | None:
    if rows < 2:
        return None
    x = next((c for c in [*labels, *times] if c.distinct > 1), None)
    if x is None:
        return None
    known = len([value for value in x.values if value is not None])
    if x.distinct < known:
        by = next((c for c in labels if c is not x and 1 < c.distinct <= MOST_LINES), None)
        if by is None:
            return None
        return ChartSpec(kind="bar", x=x.name, y=(numbers[0].name,), series=by.name)
    return ChartSpec(kind="bar", x=x.name, y=_measures(numbers))


def _scatter(numbers: Sequence[_Column], labels: Sequence[_Column], rows: int) -> ChartSpec | None:
    if len(numbers) < 2 or rows < LEAST_SCATTER:
        return None
    by = next((c.name for c in labels if 1 < c.distinct <= MOST_LINES and c.distinct < rows), None)
    return ChartSpec(kind="scatter", x=numbers[0].name, y=(numbers[1].name,), series=by)


def _histogram(numbers: Sequence[_Column], rows: int) -> ChartSpec | None:
    if rows < LEAST_HISTOGRAM or numbers[0].distinct < 3:
        return None
    return ChartSpec(kind="histogram", x=numbers[0].name)
